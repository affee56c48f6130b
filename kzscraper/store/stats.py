"""How big the database is, how long it may go on growing, and how it is kept."""

from __future__ import annotations

import shutil
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from kzscraper.store import migrations, sizes
from kzscraper.store.database import Database, has_wal_reset_fix
from kzscraper.store.sizes import Size


@dataclass(frozen=True)
class Stats:
    path: str
    bytes: int
    free_bytes: int  # of these: not in use
    disk_free_bytes: int
    page_size: int
    growth_bytes_per_day: float | None  # None: no whole day has passed yet
    limit_bytes: int
    limit_reason: str  # setting or disk
    days_until_limit: float | None  # if nothing is pruned; None: it does not grow, or not known
    journal_mode: str
    journal_reason: str
    sqlite_version: str
    user_version: int
    schema_version: int  # by our own record
    sizes_are_exact: bool
    sizes: list[Size]


def read(database: Database, limit_mb: int | None, now: datetime) -> Stats:
    """Reads the whole file once, table by table; programs that write wait for one at most."""
    pages, page_size, unused, user_version = (
        int(database.one(f"PRAGMA {name}")[0])
        for name in ("page_count", "page_size", "freelist_count", "user_version")
    )
    used = (pages - unused) * page_size
    found, exact = sizes.read(database, used, now)
    dated = [one for one in found if one.first]
    is_known = dated and dated[0].bytes_per_day is not None  # of the largest
    growth = sum(one.bytes_per_day or 0.0 for one in dated) if is_known else None
    free = shutil.disk_usage(database.path.absolute().parent).free
    limit = limit_mb * 1_000_000 if limit_mb else pages * page_size + free
    mode = str(database.one("PRAGMA journal_mode")[0])
    return Stats(
        path=str(database.path),
        bytes=pages * page_size,
        free_bytes=unused * page_size,
        disk_free_bytes=free,
        page_size=page_size,
        growth_bytes_per_day=None if growth is None else round(growth, 1),
        limit_bytes=limit,
        limit_reason="setting" if limit_mb else "disk",
        days_until_limit=round(max(0.0, (limit - used) / growth), 1) if growth else None,
        journal_mode=mode,
        journal_reason=journal_reason(mode, sqlite3.sqlite_version_info),
        sqlite_version=sqlite3.sqlite_version,
        user_version=user_version,
        schema_version=migrations.version(database),
        sizes_are_exact=exact,
        sizes=found,
    )


def journal_reason(mode: str, version: tuple[int, ...]) -> str:
    """Why a file is in this journal mode, or should not be."""
    number = ".".join(map(str, version))
    if mode == "wal":
        if has_wal_reset_fix(version):
            return "no writer waits for readers; this SQLite has the fix that it needs"
        return (
            f"KZ_JOURNAL_MODE asks for it, but SQLite {number} can lose committed rows in this "
            "mode when two programs write at once: `delete` is safe"
        )
    if has_wal_reset_fix(version):
        return "the file was not made in WAL mode, and is never switched behind other programs"
    return f"in WAL mode SQLite {number} can lose committed rows; 3.51.3 and newer cannot"
