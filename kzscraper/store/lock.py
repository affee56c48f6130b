"""One run at a time of a spider on a database, however they were started."""

from __future__ import annotations

import os
from pathlib import Path

from filelock import FileLock, Timeout

from kzscraper.exceptions import AlreadyRunningError, StoreError


class RunLock:
    """Held while a spider runs; the system lets go of it when the process dies, in whatever way."""

    def __init__(self, database: Path, spider: str) -> None:
        self._spider = spider
        self._path = Path(f"{database}.{spider}.lock")
        self._lock = FileLock(self._path, mode=0o600)

    def acquire(self) -> None:
        """Raises AlreadyRunningError, naming the process that holds it."""
        try:
            self._lock.acquire(timeout=0)
            self._path.write_text(str(os.getpid()), "ascii")
        except Timeout:
            raise AlreadyRunningError(
                f"another run of {self._spider} on this database is going on: process "
                f"{_holder(self._path)} (lock {self._path})"
            ) from None
        except OSError as error:
            raise StoreError(f"lock {self._path} cannot be taken: {error.strerror}") from None

    def release(self) -> None:
        self._lock.release()


def refuse_while_running(database: Path) -> None:
    """Raises AlreadyRunningError while any spider runs on the database."""
    for path in sorted(database.parent.glob(f"{database.name}.*.lock")):
        lock = RunLock(database, path.name[len(database.name) + 1 : -len(".lock")])
        lock.acquire()
        lock.release()


def _holder(path: Path) -> str:
    try:
        return path.read_text("ascii") or "unknown"
    except (OSError, UnicodeDecodeError):
        return "unknown"
