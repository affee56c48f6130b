"""Backups of the database, and its text as SQL."""

from __future__ import annotations

import contextlib
import gzip
import io
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TextIO

from kzscraper.exceptions import StoreError
from kzscraper.store import snapshot
from kzscraper.store.database import Database

_CHUNK = 1 << 20


def backup(database: Database, target: Path, *, overwrite: bool = False) -> int:
    """Writes a checked copy, packed if the name ends in .gz; gives its size in bytes.

    It is of one moment, whatever is being written. Programs that write wait while it is copied.
    """
    refuse_target(database, target, overwrite)
    with snapshot.becoming(target) as unfinished:
        if target.suffix == ".gz":
            with _copy_beside(database, target) as plain:
                _pack(plain, unfinished)
        else:
            snapshot.copy(database, unfinished)
            _check(unfinished)
    return target.stat().st_size


def export_sql(database: Database, target: Path | None, *, overwrite: bool = False) -> None:
    """Writes the statements that make this database, to standard output where there is no target.

    They are made of a copy, so that nobody waits until they are read.
    """
    if target is None:
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder, "copy.db")
            snapshot.copy(database, plain)
            _dump(plain, sys.stdout)
        return
    refuse_target(database, target, overwrite)
    with (
        snapshot.becoming(target) as unfinished,
        _copy_beside(database, target) as plain,
        _text(unfinished, packed=target.suffix == ".gz") as out,
    ):
        _dump(plain, out)


def refuse_target(database: Database, target: Path, overwrite: bool) -> None:
    """Raises StoreError for a file that is there, and always for one of the database's own."""
    own = [Path(f"{database.path.absolute()}{suffix}") for suffix in ("", *snapshot.SIDECARS)]
    if target.absolute() in own or (target.exists() and target.samefile(database.path)):
        raise StoreError(f"{target} is the database itself: name another file")
    if target.exists() and not overwrite:
        raise StoreError(f"{target} exists: name another file, or overwrite it with --force")


@contextlib.contextmanager
def _copy_beside(database: Database, target: Path) -> Iterator[Path]:
    """A checked copy beside `target` for as long as it is needed."""
    prefix = f".{target.name}."
    with tempfile.TemporaryDirectory(prefix=prefix, dir=target.parent) as folder:
        plain = Path(folder, "copy.db")
        snapshot.copy(database, plain)
        _check(plain)
        yield plain


def _check(copy: Path) -> None:
    found = snapshot.problems(copy)
    if found:
        raise StoreError(
            f"the copy is damaged, as the database may be ({found[0]}): nothing was written"
        )


def _pack(plain: Path, packed: Path) -> None:
    with (
        plain.open("rb") as source,
        packed.open("wb") as file,
        gzip.GzipFile("", "wb", 6, file, mtime=0) as out,
    ):
        shutil.copyfileobj(source, out, _CHUNK)
    with gzip.open(packed) as again:  # its own checksum
        while again.read(_CHUNK):
            pass


@contextlib.contextmanager
def _text(path: Path, *, packed: bool) -> Iterator[TextIO]:
    with path.open("wb") as file:
        if packed:
            with (
                gzip.GzipFile("", "wb", 6, file, mtime=0) as out,
                io.TextIOWrapper(out, "utf-8", newline="\n") as text,
            ):
                yield text
        else:
            with io.TextIOWrapper(file, "utf-8", newline="\n") as text:
                yield text


def _dump(path: Path, out: TextIO) -> None:
    """What `sqlite3 FILE .dump` prints, with the version of the schema."""
    if isinstance(out, io.TextIOWrapper) and not out.isatty():
        out.reconfigure(encoding="utf-8", newline="\n")
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        out.write("PRAGMA foreign_keys=OFF;\n")
        for line in connection.iterdump():
            if line == "COMMIT;":
                out.write(f"PRAGMA user_version={version};\n")
            out.write(f"{line}\n")
    out.flush()
