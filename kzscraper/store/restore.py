"""Putting a backup in the place of the database."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kzscraper.exceptions import BusyError, StoreError
from kzscraper.store import migrations, snapshot
from kzscraper.store.database import Database, has_wal_reset_fix
from kzscraper.store.lock import refuse_while_running

_TABLES = ("pool_metadata", "pool_summary", "worker_status", "daily_earnings", "anomaly_log")


@dataclass(frozen=True)
class Restored:
    rows: dict[str, int]  # by table
    upgraded: bool  # it was of an earlier version, or of another program
    kept: Path | None  # the file that was replaced, under its new name


def restore(
    path: Path, source: Path, *, force: bool = False, busy_timeout: float = 5.0
) -> Restored:
    """Checks the backup, brings it up to date, and puts it in the place of the database `path`.

    Raises AlreadyRunningError while a spider runs, BusyError while another program has the
    database. The new one has the owner and the mode of the replaced one. force: takes a backup
    whose rows refer to pools that it does not have.
    """
    refuse_while_running(path)
    place = path.resolve()  # what a link leads to is replaced, not the link
    snapshot.refuse_special(place)
    if source.exists() and place.exists() and source.samefile(place):
        raise StoreError(f"{source} is the database itself: name a backup")
    with snapshot.private_copy(source, place.parent) as copy:
        _check(copy, source, force)
        rows, upgraded = _bring_up_to_date(copy, source, _journal_mode(place))
        if place.exists():
            _make_alike(copy, place)
        snapshot.flush(copy)
        refuse_while_running(path)
        with snapshot.explained(path):
            kept = _swap(copy, place, busy_timeout)
    return Restored(rows, upgraded, kept)


def _check(copy: Path, source: Path, force: bool) -> None:
    found = snapshot.problems(copy)
    if found:
        raise StoreError(f"{source} is damaged: {found[0]}; nothing was changed")
    with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        if {name for (name,) in tables}.isdisjoint(_TABLES):
            raise StoreError(f"{source} has none of the tables {', '.join(_TABLES)}")
        # The documented DELETEs, run without foreign keys, leave rows of our own without theirs.
        broken = connection.execute("PRAGMA foreign_key_check").fetchall()
        orphans = Counter(table for table, _, parent, _ in broken if parent == "pool_metadata")
    if orphans and not force:
        counts = ", ".join(f"{count} of {table}" for table, count in sorted(orphans.items()))
        raise StoreError(
            f"{source} has rows that refer to pools which it does not have ({counts}): --force "
            "restores it as it is"
        )


def _journal_mode(place: Path) -> str:
    """That of the file which is replaced, or of a new one."""
    try:
        with place.open("rb") as file:
            file.seek(18)
            is_wal = file.read(1) == b"\x02"
    except FileNotFoundError:
        is_wal = has_wal_reset_fix(sqlite3.sqlite_version_info)
    return "wal" if is_wal else "delete"


def _bring_up_to_date(copy: Path, source: Path, journal_mode: str) -> tuple[dict[str, int], bool]:
    try:
        with Database.open_for_reading(copy) as database:
            upgraded = migrations.version(database) < migrations.SCHEMA_VERSION
        with Database.open(copy, journal_mode=journal_mode) as database:
            rows = {t: int(database.one(f"SELECT COUNT(*) FROM {t}")[0]) for t in _TABLES}
    except StoreError as error:
        reason = str(error).replace(str(copy), str(source))
        raise StoreError(f"{reason}; nothing was changed") from error
    return rows, upgraded


def _make_alike(copy: Path, place: Path) -> None:
    present = place.stat()
    copy.chmod(present.st_mode & 0o777)
    with contextlib.suppress(PermissionError):
        os.chown(copy, present.st_uid, present.st_gid)


def _swap(new: Path, place: Path, busy_timeout: float) -> Path | None:
    """There is a whole database under the name `place` at every moment."""
    kept = snapshot.dated(place, "replaced") if place.exists() else None
    with _sole_use(place, busy_timeout) if kept else contextlib.nullcontext():
        if kept:
            try:
                os.link(place, kept)
            except OSError:  # a file system without hard links
                place.rename(kept)
        # A journal that is left of the old file would be played into the new one.
        _set_aside(place, kept or snapshot.dated(place, "stray"))
        new.replace(place)
    snapshot.flush(place.parent)
    return kept


def _set_aside(place: Path, kept: Path) -> None:
    for suffix in snapshot.SIDECARS:
        sidecar = Path(f"{place}{suffix}")
        if sidecar.exists():
            sidecar.rename(f"{kept}{suffix}")


@contextlib.contextmanager
def _sole_use(place: Path, busy_timeout: float) -> Iterator[None]:
    """Nobody reads or writes the file meanwhile, and its journal is played into it before.

    A file that is too damaged for that is let be. Who has the file open learns at the next
    write that it was moved.
    """
    with closing(sqlite3.connect(place, timeout=busy_timeout, isolation_level=None)) as connection:
        try:
            mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
                raise _in_use(place) from error
        except sqlite3.DatabaseError:
            pass
        else:
            if mode != "delete":
                raise _in_use(place)
        yield


def _in_use(place: Path) -> BusyError:
    return BusyError(
        f"database {place}: another program is using it: stop that before it is replaced"
    )
