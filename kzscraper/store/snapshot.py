"""Copies of database files: private, whole, and under their name only once they are finished."""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import sqlite3
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kzscraper.exceptions import StoreError

if TYPE_CHECKING:
    from kzscraper.store.database import Database

# What SQLite keeps beside a database while it is written, or after a crash.
SIDECARS = ("-journal", "-wal", "-shm")
_GZIP = b"\x1f\x8b"
_SQLITE = b"SQLite format 3\x00"


def beside(database: Database, label: str) -> Path:
    """Makes a copy of the database in its folder, named after `label` and the time."""
    target = dated(database.path, label)
    with becoming(target) as unfinished:
        copy(database, unfinished)
    return target


def copy(database: Database, target: Path) -> None:
    """Writes the database, as it is at one moment, into an empty file."""
    need_room(target.parent, int(database.one(_SIZE)[0]), target)
    database.copy_into(target)


_SIZE = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"


def dated(path: Path, label: str) -> Path:
    """`pools.db` -> `pools.LABEL-20261123-140000.db`, a name that is free."""
    stamp = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
    for number in range(1000):
        again = f"-{number}" if number else ""
        name = path.with_name(f"{path.stem}.{label}-{stamp}{again}{path.suffix}")
        if not name.exists():
            return name
    raise StoreError(f"{path.parent} has no free name for a copy of {path.name}")


@contextlib.contextmanager
def becoming(target: Path) -> Iterator[Path]:
    """An empty private file, which becomes `target` if all goes well, and goes away if not."""
    refuse_special(target)
    with explained(target):
        descriptor, name = tempfile.mkstemp(".part", f".{target.name}.", target.parent)
        os.close(descriptor)
        unfinished = Path(name)
        try:
            yield unfinished
            flush(unfinished)
            unfinished.replace(target)
            flush(target.parent)
        finally:
            unfinished.unlink(missing_ok=True)


@contextlib.contextmanager
def private_copy(source: Path, folder: Path) -> Iterator[Path]:
    """A copy in `folder` that may be opened and changed: the original is read and nothing else.

    source: a database file, also one that a crash left with its journal, or a .gz of one.
    """
    refuse_special(source)
    with (
        explained(source, "cannot be read"),
        tempfile.TemporaryDirectory(prefix=f".{source.name}.", dir=folder) as name,
    ):
        copied = Path(name, "copy.db")
        with source.open("rb") as file:
            begin = file.read(len(_SQLITE))
        need_room(folder, source.stat().st_size, source)
        if begin.startswith(_GZIP):
            with gzip.open(source) as packed, copied.open("wb") as file:
                shutil.copyfileobj(packed, file, 1 << 20)
        else:
            _copy_at_rest(source, copied)
        with copied.open("rb") as file:
            begin = file.read(len(_SQLITE))
        copied.chmod(0o600)
        if begin != _SQLITE:
            raise StoreError(f"{source} is not an SQLite database{_advice(begin)}")
        yield copied


def refuse_special(path: Path) -> None:
    """Raises StoreError for a folder or a device, which must never be replaced."""
    if path.exists() and not path.is_file():
        raise StoreError(f"{path} is not a plain file")


def problems(path: Path) -> list[str]:
    """What SQLite finds wrong with a file that is ours alone; empty if all is well."""
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            rows = connection.execute("PRAGMA integrity_check(10)").fetchall()
    except sqlite3.Error as error:
        return [str(error)]
    # The first row has a heading of its own line.
    found = [line for (text,) in rows for line in text.splitlines() if not line.startswith("***")]
    return [] if found == ["ok"] else found


def need_room(folder: Path, size: int, target: Path) -> None:
    """Raises StoreError where the disk has no room for so many bytes, and a little more."""
    free = shutil.disk_usage(folder).free
    if free < size * 1.05:
        raise StoreError(
            f"{target}: {size / 1e6:,.0f} MB of room are needed in {folder}, "
            f"{free / 1e6:,.0f} MB are free"
        )


def flush(path: Path) -> None:
    """Sees to it that a file, or the names in a folder, outlast a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def explained(path: Path, what: str = "cannot be written") -> Iterator[None]:
    """Turns the system's errors into ours."""
    try:
        yield
    except (EOFError, OSError, zlib.error) as error:  # gzip raises all three for a damaged file
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise StoreError(f"{path} {what}: {reason}") from error


def _copy_at_rest(source: Path, target: Path) -> None:
    """Copies the file and what stands beside it, as they are together at one moment."""
    for _ in range(20):
        before = _state(source)
        for suffix in ("", *SIDECARS[:2]):
            Path(f"{target}{suffix}").unlink(missing_ok=True)
            with contextlib.suppress(FileNotFoundError):
                shutil.copyfile(f"{source}{suffix}", f"{target}{suffix}")
        if _state(source) == before:
            return
        time.sleep(0.25)  # between two writes of the program that has it
    raise StoreError(f"{source} is being written all the time: stop the program that does it")


def _state(source: Path) -> list[tuple[int, int, int] | None]:
    found: list[tuple[int, int, int] | None] = []
    for suffix in ("", *SIDECARS[:2]):
        try:
            one = Path(f"{source}{suffix}").stat()
            found.append((one.st_ino, one.st_size, one.st_mtime_ns))
        except FileNotFoundError:
            found.append(None)
    return found


def _advice(begin: bytes) -> str:
    if begin.lstrip().upper().startswith((b"PRAGMA", b"BEGIN", b"CREATE", b"--")):
        return ", but SQL: `sqlite3 NEW.db < FILE` makes a database of it, which can be restored"
    return ""
