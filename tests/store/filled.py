"""Rows of several pools and days, and what a whole database says."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from kzscraper.store.database import Database

LINKS = {
    "kzpool_001": "https://btcpool.kz/observer-link/4828a3fecdaa48eebfa475021b4e8d8d",
    "kzpool_002": "https://new.btcpool.kz/observer-link/0123456789abcdef0123456789abcdef",
    "antpool_001": "https://antpool.com/account/overview",
}
HOSTS = ("btcpool.kz", "new.btcpool.kz")

_SUMMARY = "INSERT INTO pool_summary (timestamp, pool_id, current_hashrate) VALUES (?, ?, '1 PH/s')"
_WORKER = """
    INSERT INTO worker_status (timestamp, pool_id, worker_name, status, hashrate_10m)
    VALUES (?, ?, ?, ?, ?)
"""
_SCRAPE = """
    INSERT INTO scrape_log (timestamp, pool_id, spider, status, workers_expected, workers_read)
    VALUES (?, ?, 'kzpool', ?, ?, ?)
"""


def register(database: Database, *pool_ids: str) -> None:
    for pool_id in pool_ids or LINKS:
        database.execute(
            "INSERT INTO pool_metadata (pool_id, observer_url) VALUES (?, ?)",
            (pool_id, LINKS[pool_id]),
        )


def visit(
    database: Database,
    pool_id: str,
    timestamp: str,
    workers: dict[str, tuple[str, str | None]],
    status: str | None = "complete",
    expected: int | None = None,
) -> None:
    """workers: status and hashrate by name; without a status it is another program's visit."""
    with database.transaction():
        database.execute(_SUMMARY, (timestamp, pool_id))
        rows = [(timestamp, pool_id, name, *worker) for name, worker in workers.items()]
        database.execute_many(_WORKER, rows)
        if status:
            counts = (expected or len(workers), len(workers))
            database.execute(_SCRAPE, (timestamp, pool_id, status, *counts))


def count(database: Database, table: str, pool_id: str | None = None) -> int:
    where = "WHERE pool_id = ?" if pool_id else ""
    parameters = (pool_id,) if pool_id else ()
    return int(database.one(f"SELECT COUNT(*) FROM {table} {where}", parameters)[0])


def dump(path: Path) -> list[str]:
    """All of a database as text."""
    with closing(sqlite3.connect(path)) as connection:
        return list(connection.iterdump())


def files(folder: Path) -> dict[str, bytes]:
    return {one.name: one.read_bytes() for one in sorted(folder.iterdir()) if one.is_file()}


def run(path: Path, statements: Iterable[str]) -> None:
    """As another program."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for sql in statements:
            connection.execute(sql)
