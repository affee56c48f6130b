"""What takes how much room in the database, and how fast that grows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from kzscraper import units
from kzscraper.exceptions import StoreError
from kzscraper.store.database import Database

# By table: the column that tells of which time a row is.
_TIMES = {
    "pool_summary": "timestamp",
    "worker_status": "timestamp",
    "daily_earnings": "date",
    "anomaly_log": "timestamp",
    "scrape_log": "timestamp",
    "worker_day": "day",
}
_WINDOW = timedelta(days=7)  # over which growth is measured, a day at least
_OBJECTS = """
    SELECT name, type, tbl_name FROM sqlite_master
    WHERE type IN ('table', 'index') AND name NOT LIKE 'sqlite_stat%' ORDER BY tbl_name, type DESC
"""
_SIZE = "SELECT SUM(pgsize) FROM dbstat WHERE name = ?"


@dataclass(frozen=True)
class Size:
    """A table or an index."""

    name: str
    kind: str  # table or index
    table: str
    bytes: int
    rows: int | None = None
    first: str | None = None
    last: str | None = None
    rows_per_day: float | None = None
    bytes_per_day: float | None = None  # with its indexes


def read(database: Database, used: int, now: datetime) -> tuple[list[Size], bool]:
    """Largest table first, each before its indexes; and whether the bytes are exact.

    Where this SQLite cannot tell, the `used` bytes are shared out, and indexes are left out.
    """
    objects = [tuple(row) for row in database.rows(_OBJECTS)]
    rows = {name: _count(database, name) for name, kind, _ in objects if kind == "table"}
    exact = _exact(database, [name for name, _, _ in objects])
    sizes = _estimated(database, rows, used) if exact is None else exact
    totals: Counter[str] = Counter()
    for name, _, table in objects:
        totals[table] += sizes.get(name, 0)
    found = []
    for name, kind, table in sorted(objects, key=lambda one: (-totals[one[2]], one[2])):
        if kind == "table":
            found.append(_of_table(database, name, sizes[name], rows[name], totals[name], now))
        elif name in sizes:
            found.append(Size(name, kind, table, sizes[name]))
    return found, exact is not None


def _count(database: Database, table: str) -> int:
    return int(database.one(f'SELECT COUNT(*) FROM "{table}"')[0])


def _exact(database: Database, names: list[str]) -> dict[str, int] | None:
    try:
        return {name: int(database.one(_SIZE, (name,))[0] or 0) for name in names}
    except StoreError as error:
        if "dbstat" in str(error):
            return None
        raise


def _estimated(database: Database, rows: Mapping[str, int], used: int) -> dict[str, int]:
    lengths = {}
    for table, count in rows.items():
        columns = [row["name"] for row in database.rows(f'PRAGMA table_info("{table}")')]
        length = " + ".join(f'COALESCE(LENGTH("{name}"), 0) + 1' for name in columns)
        sample = database.one(f'SELECT AVG({length}) FROM (SELECT * FROM "{table}" LIMIT 1000)')
        lengths[table] = count * float(sample[0] or 0)
    total = sum(lengths.values()) or 1.0
    return {table: int(used * length / total) for table, length in lengths.items()}


def _of_table(
    database: Database, name: str, size: int, rows: int, total: int, now: datetime
) -> Size:
    column = _TIMES.get(name)
    if column is None or not rows:
        return Size(name, "table", name, size, rows)
    first = str(database.one(f"SELECT MIN({column}) FROM {name}")[0])
    last = str(database.one(f"SELECT MAX({column}) FROM {name}")[0])
    # The newest rows of worker_day are as old as the retention policy makes them.
    end = (name == "worker_day" and _moment(last)) or now
    since = max(_moment(first) or end - _WINDOW, end - _WINDOW)
    new = database.one(
        f"SELECT COUNT(*) FROM {name} WHERE {column} >= ?", (units.utc_text(since)[: len(first)],)
    )[0]
    days = (end - since) / timedelta(days=1)
    if days < 1:  # what a table begins with tells little of its growth
        return Size(name, "table", name, size, rows, first, last)
    return Size(
        *(name, "table", name, size, rows, first, last),
        rows_per_day=round(new / days, 2),
        bytes_per_day=round(new / days * total / rows, 1),
    )


def _moment(text: str) -> datetime | None:
    try:
        return units.parse_utc(text if len(text) > 10 else f"{text} 00:00:00")
    except ValueError:
        return None
