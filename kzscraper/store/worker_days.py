"""What a pool's visits of one UTC day say of its workers.

A visit counts if it read the whole worker list: one that failed, or read the list in part, proves
nothing of the workers. Lists of other programs, which keep no record of their visits, count.

Prune moves whole days from worker_status to worker_day, which is asked last and believed first, so
that no day is missed or counted twice while it works.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from sqlite3 import Row

from kzscraper.store.database import Database

_VISITS = """
    SELECT timestamp, status, workers_expected, workers_read FROM scrape_log
    WHERE pool_id = ? AND timestamp >= ? AND timestamp < ?
"""
_DEAD = "SELECT COUNT(*) FROM worker_status WHERE pool_id = ? AND timestamp = ? AND status = 'DEAD'"
_LISTS = """
    SELECT DISTINCT timestamp FROM worker_status
    WHERE pool_id = ? AND timestamp >= ? AND timestamp < ?
"""
# Two workers may have the same name: it is online while one of them is.
_WORKERS = """
    SELECT worker_name, COUNT(DISTINCT timestamp) AS visits,
           COUNT(DISTINCT CASE status WHEN 'ONLINE' THEN timestamp END) AS online_visits,
           AVG(hashrate_10m_ths) AS mean_hashrate_ths
    FROM worker_status_numeric
    WHERE pool_id = ? AND timestamp >= ? AND timestamp < ? AND worker_name IS NOT NULL
      AND timestamp NOT IN (SELECT value FROM json_each(?))
    GROUP BY worker_name
"""
_KEPT = """
    SELECT worker_name, visits, online_visits, mean_hashrate_ths FROM worker_day
    WHERE pool_id = ? AND day = ?
"""


@dataclass(frozen=True)
class WorkerDay:
    visits: int  # whose lists have the worker
    online_visits: int
    mean_hashrate_ths: float | None


@dataclass(frozen=True)
class PoolDay:
    visits: int  # that count
    partial_visits: int  # that read a worker list, but not the whole of it
    failed_visits: int
    workers: Mapping[str, WorkerDay]  # by name


def read(database: Database, pool_id: str, day: date) -> PoolDay:
    window = (pool_id, day.isoformat(), (day + timedelta(days=1)).isoformat())
    visits = database.rows(_VISITS, window)
    partial = {
        one["timestamp"]
        for one in visits
        if one["workers_read"] is not None and not _is_whole(database, pool_id, one)
    }
    unlisted = {one["timestamp"] for one in visits if one["workers_read"] is None}
    lists = {row["timestamp"] for row in database.rows(_LISTS, window)}
    lists |= {one["timestamp"] for one in visits} - unlisted
    workers = _workers(database, _WORKERS, (*window, json.dumps(sorted(partial))))
    if _has_kept(database):
        workers = _workers(database, _KEPT, (pool_id, day.isoformat())) or workers
    return PoolDay(
        # Where only the kept days tell of another program's lists.
        visits=max([len(lists - partial), *(one.visits for one in workers.values())]),
        partial_visits=len(partial),
        failed_visits=sum(one["status"] == "failed" for one in visits),
        workers=workers,
    )


def _is_whole(database: Database, pool_id: str, visit: Row) -> bool:
    """A visit may be partial for other reasons, and still have read all workers that it expected.

    Nobody knows whether the page counts dead ones.
    """
    expected, found = visit["workers_expected"], visit["workers_read"]
    if visit["status"] == "complete" or expected is None:
        return bool(visit["status"] == "complete")
    if expected == found:
        return True
    dead = database.one(_DEAD, (pool_id, visit["timestamp"]))[0]
    return bool(expected == found - dead)


def _workers(database: Database, sql: str, parameters: tuple[str, ...]) -> dict[str, WorkerDay]:
    return {
        row["worker_name"]: WorkerDay(row["visits"], row["online_visits"], row["mean_hashrate_ths"])
        for row in database.rows(sql, parameters)
    }


def _has_kept(database: Database) -> bool:
    """A database of an earlier version, which is only read, may lack the table."""
    return database.one("SELECT 1 FROM sqlite_master WHERE name = 'worker_day'") is not None
