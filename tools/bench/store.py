"""Point d: storing a visit, into an empty database and into a filled one, beside bare SQLite."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kzscraper import units
from kzscraper.anomalies.incidents import Policy
from kzscraper.anomalies.rules import judge
from kzscraper.anomalies.thresholds import Thresholds
from kzscraper.items import DailyEarnings, PoolScrape, PoolSummary, Visit, WorkerStatus
from kzscraper.store import history, visits
from kzscraper.store.database import Database
from tools.bench.figure import Figure
from tools.bench_database import POOLS, build, link

WORKERS = 200
_POOL = POOLS[0]
_INSERT = """
    INSERT INTO worker_status (timestamp, pool_id, observer_url, worker_name, status,
        hashrate_10m, hashrate_1h, hashrate_24h, last_exchange_time)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_ADD_POOL = "INSERT INTO pool_metadata (pool_id, observer_url) VALUES (?, ?)"


def store(folder: Path, count: int) -> Iterator[Figure]:
    """count: visits into each database, in turns."""
    now = datetime.now(UTC)
    full, empty, bare = (folder / f"{name}.db" for name in ("full", "empty", "bare"))
    build(full, now=now)
    for path in (empty, bare):
        with Database.open(path, create=True) as database:
            database.execute(_ADD_POOL, (_POOL, link(_POOL)))
    seconds: dict[str, list[float]] = {}
    with (
        Database.open(full) as filled,
        Database.open(empty) as fresh,
        closing(_open_bare(bare)) as connection,
    ):
        for number in range(1, count + 1):
            moment = now + timedelta(minutes=10 * number)
            for name, database in (("empty", fresh), ("filled", filled)):
                visit = _visit(moment)
                _timed(seconds, f"judge, {name}", lambda d=database, v=visit: _judge(d, v))  # type: ignore[misc]
                _timed(seconds, name, lambda d=database, v=visit: _write(d, v))  # type: ignore[misc]
            rows = [tuple(vars(worker).values()) for worker in _visit(moment).workers]
            _timed(seconds, "bare", lambda r=rows: _insert(connection, r))  # type: ignore[misc]
    yield from _figures(seconds)


def _figures(seconds: dict[str, list[float]]) -> Iterator[Figure]:
    names = {
        "bare": "bare executemany of the workers",
        "empty": "a visit into an empty database",
        "filled": "a visit into 90/30 days of 3 pools",
    }
    for name, what in names.items():
        yield Figure("d", what, "rows/s", [WORKERS / one for one in seconds[name]])
    yield Figure("d", "filled / empty", "", _ratios(seconds, "empty", "filled"), ">= 0.9")
    yield Figure("d", "empty / bare", "", _ratios(seconds, "bare", "empty"), ">= 0.5")
    for name in ("judge, empty", "judge, filled"):
        yield Figure(
            "d", f"{name}: the pool's past and the rules", "ms", [s * 1e3 for s in seconds[name]]
        )


def _ratios(seconds: dict[str, list[float]], basis: str, name: str) -> list[float]:
    return [one / other for one, other in zip(seconds[basis], seconds[name], strict=True)]


def _timed(seconds: dict[str, list[float]], name: str, work: Callable[[], None]) -> None:
    begun = time.perf_counter()
    work()
    seconds.setdefault(name, []).append(time.perf_counter() - begun)


def _judge(database: Database, visit: Visit) -> None:
    visit.scrape.verdicts = judge(history.load(database, visit, Thresholds.from_settings({})))


def _write(database: Database, visit: Visit) -> None:
    visits.write(database, visit, Policy.from_settings({}))


def _open_bare(path: Path) -> sqlite3.Connection:
    """As durable as ours: the journal mode is the file's."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _insert(connection: sqlite3.Connection, rows: list[tuple[object, ...]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(_INSERT, rows)
    connection.execute("COMMIT")


def _visit(moment: datetime) -> Visit:
    stamp, url = units.utc_text(moment), link(_POOL)
    workers = [
        WorkerStatus(
            *(stamp, _POOL, url, f"139x{17 + n}.10X16X139X{17 + n}", "ONLINE"),
            *(f"{187 + n / 1000:.3f} TH/s", "177.020 TH/s", "194.180 TH/s", stamp),
        )
        for n in range(WORKERS)
    ]
    days = [(moment - timedelta(days=ago)).date().isoformat() for ago in range(1, 31)]
    return Visit(
        PoolScrape(stamp, _POOL, "kzpool", "complete", WORKERS, WORKERS, len(days), 1.0),
        [
            PoolSummary(
                *(stamp, _POOL, url, "37.405 PH/s", "38.210 PH/s"),
                *(WORKERS, 0, "0.01864218BTC", "0.01570138BTC"),
            )
        ],
        workers,
        [DailyEarnings(_POOL, url, day, "0.01570138", "38.187 PH/s", stamp) for day in days],
    )
