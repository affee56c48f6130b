"""The folder for temporary files of a run's browser."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path


class Scratch:
    """Takes the browser's profile, and removes what a run that was killed has left of its own.

    The caller holds the lock of its spider on its database, so that what is found there belongs to
    no run that goes on.
    """

    def __init__(self, database: Path, spider: str) -> None:
        key = sha256(f"{database.absolute()}\0{spider}".encode()).hexdigest()[:8]
        self._prefix = f"kz-{key}-"  # short, as sockets in it have a name of 107 bytes at most
        self._folder: str | None = None

    @contextmanager
    def as_tempdir(self) -> Iterator[None]:
        """Processes that are started within take it for the system's temporary folder."""
        self._remove_old()
        self._folder = tempfile.mkdtemp(prefix=self._prefix)
        before = os.environ.get("TMPDIR")
        os.environ["TMPDIR"] = self._folder
        try:
            yield
        finally:
            if before is None:
                del os.environ["TMPDIR"]
            else:
                os.environ["TMPDIR"] = before

    def remove(self) -> None:
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _remove_old(self) -> None:
        for old in Path(tempfile.gettempdir()).glob(f"{self._prefix}*"):
            # Another user's is left alone, and so are links, by rmtree itself.
            shutil.rmtree(old, ignore_errors=True)
