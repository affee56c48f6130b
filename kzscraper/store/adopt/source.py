"""Reading a database of the predecessor."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kzscraper.exceptions import StoreError
from kzscraper.store import snapshot

TABLES = ("daily_earnings", "anomaly_log", "pool_summary", "worker_status")


Row = Mapping[str, object]


@dataclass(frozen=True)
class Origin:
    """Whose rows they are, as the source says it: with an id, a link, or both."""

    pool_id: str | None
    link: str | None


class Source:
    """A private copy of the file, whose columns may be any of the documented ones."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection
        self._columns = {
            table: {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            for table in (*TABLES, "pool_metadata")
        }

    @property
    def tables(self) -> list[str]:
        """Those of TABLES that are there and say whose their rows are."""
        return [t for t in TABLES if self._columns[t] & {"pool_id", "observer_url"}]

    def count(self, table: str) -> int:
        return int(self._connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])

    def rows(self, table: str) -> Iterator[Row]:
        """In the order of time, those of one visit together; `id` is there in every form."""
        order = ["rowid"]
        if "timestamp" in self._columns[table]:
            owner = sorted(self._columns[table] & {"pool_id", "observer_url"})
            # In the copy: sorting millions of whole rows would need much more room.
            columns = ", ".join(["timestamp", *owner])
            self._connection.execute(f"CREATE INDEX order_{table} ON {table} ({columns})")
            order = ["timestamp", *owner, "rowid"]
        sql = f"SELECT rowid AS id, * FROM {table} ORDER BY {', '.join(order)}"
        for row in self._connection.execute(sql):
            yield dict(row)

    def origins(self) -> dict[Origin, int]:
        """All of them, with the numbers of their rows."""
        found: dict[Origin, int] = {}
        for table in self.tables:
            own = [
                name if name in self._columns[table] else f"NULL AS {name}"
                for name in ("pool_id", "observer_url")
            ]
            sql = f"SELECT {', '.join(own)}, COUNT(*) AS rows FROM {table} GROUP BY 1, 2"
            for row in self._connection.execute(sql):
                origin = origin_of(dict(row))
                found[origin] = found.get(origin, 0) + row["rows"]
        return found

    def pools(self) -> list[Row]:
        """Its registry, where it has one."""
        if "pool_id" not in self._columns["pool_metadata"]:
            return []
        return [dict(row) for row in self._connection.execute("SELECT * FROM pool_metadata")]


@contextlib.contextmanager
def opened(path: Path, folder: Path) -> Iterator[Source]:
    """The file at `path` is read and nothing else: a copy in `folder` is opened for it.

    Raises StoreError for a file that is damaged or holds nothing of the predecessor.
    """
    with (
        snapshot.private_copy(path, folder) as copy,
        closing(sqlite3.connect(copy, isolation_level=None)) as connection,
    ):
        connection.row_factory = sqlite3.Row
        try:
            source = Source(path, connection)
            if not source.tables:
                raise StoreError(f"{path} has none of the tables {', '.join(TABLES)}")
            yield source
        except sqlite3.DatabaseError as error:
            raise StoreError(f"{path} cannot be read: {error}") from error


def origin_of(row: Row) -> Origin:
    return Origin(text(row, "pool_id"), text(row, "observer_url"))


def text(row: Row, column: str) -> str | None:
    """What stands there, without the space around it; None also for an empty text."""
    value = row.get(column)
    return None if value is None else str(value).strip() or None
