"""The newest worker lists, and the visits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from sqlite3 import Row

from kzscraper import observer_link
from kzscraper.store import values
from kzscraper.store.database import Database
from kzscraper.store.registry import Pool

# A visit that found an empty list has no row in worker_status.
_NEWEST_LIST = """
    SELECT MAX(timestamp) AS timestamp FROM (
        SELECT MAX(timestamp) AS timestamp FROM worker_status WHERE pool_id = :pool_id
        UNION ALL
        SELECT MAX(timestamp) FROM scrape_log
        WHERE pool_id = :pool_id AND workers_read IS NOT NULL)
"""
_VISIT = "SELECT status, error FROM scrape_log WHERE pool_id = ? AND timestamp = ?"
_WORKERS = """
    SELECT * FROM worker_status WHERE pool_id = ? AND timestamp = ? ORDER BY status, worker_name, id
"""
_SCRAPES = """
    SELECT id, timestamp, pool_id, spider, status, workers_expected, workers_read, earnings_read,
           duration_s, error
    FROM scrape_log WHERE pool_id IN ({marks}) ORDER BY timestamp DESC, id DESC LIMIT ?
"""


@dataclass(frozen=True)
class Worker:
    """A row of the newest list of its pool."""

    pool_id: str
    client_name: str | None
    worker_name: str | None
    status: str | None
    hashrate_10m: str | None
    hashrate_10m_ths: float | None
    hashrate_1h: str | None
    hashrate_1h_ths: float | None
    hashrate_24h: str | None
    hashrate_24h_ths: float | None
    last_exchange_time: str | None  # as the page shows it
    timestamp: str


@dataclass(frozen=True)
class Scrape:
    """A visit."""

    id: int
    timestamp: str
    pool_id: str
    client_name: str | None
    spider: str
    status: str
    workers_expected: int | None
    workers_read: int | None
    earnings_read: int | None
    duration_s: float | None
    error: str | None


def workers(database: Database, pools: Mapping[str, Pool]) -> tuple[list[Worker], list[str]]:
    """Sorted by pool, status and name; and what there is to say of lists that are not whole."""
    found, notes = [], []
    for pool in pools.values():
        newest = database.one(_NEWEST_LIST, {"pool_id": pool.pool_id})["timestamp"]
        visit = database.one(_VISIT, (pool.pool_id, newest))
        if visit and visit["status"] != "complete":
            reason = observer_link.mask(visit["error"] or "")
            notes.append(
                f"{pool.pool_id}: the visit of {newest} was {visit['status']}, its list may not be "
                f"whole: {reason}"
            )
        rows = database.rows(_WORKERS, (pool.pool_id, newest))
        found += [_worker(row, pool) for row in rows]
    return found, notes


def scrapes(database: Database, pools: Mapping[str, Pool], limit: int) -> list[Scrape]:
    """The newest first; limit 0: all of them."""
    sql = _SCRAPES.format(marks=", ".join("?" * len(pools)))
    return [
        Scrape(
            **{
                **dict(row),
                "client_name": pools[row["pool_id"]].client_name,
                "error": observer_link.mask(row["error"]) if row["error"] else None,
            }
        )
        for row in database.rows(sql, (*pools, limit or -1))
    ]


def _worker(row: Row, pool: Pool) -> Worker:
    return Worker(
        pool_id=pool.pool_id,
        client_name=pool.client_name,
        worker_name=row["worker_name"],
        status=row["status"],
        hashrate_10m=row["hashrate_10m"],
        hashrate_10m_ths=values.ths(row["hashrate_10m"]),
        hashrate_1h=row["hashrate_1h"],
        hashrate_1h_ths=values.ths(row["hashrate_1h"]),
        hashrate_24h=row["hashrate_24h"],
        hashrate_24h_ths=values.ths(row["hashrate_24h"]),
        last_exchange_time=row["last_exchange_time"],
        timestamp=row["timestamp"],
    )
