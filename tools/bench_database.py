"""A database of three pools as a busy installation has it, built fast: for the measurements."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kzscraper import units
from tests.seed.documented import DEFINITIONS, bare

POOLS = ("pool_001", "pool_002", "antpool_001")
CLIENT = "Client Company Ltd"
HOSTS = ("btcpool.kz",)  # of all their links
STEP = timedelta(minutes=10)

_SUMMARY = "INSERT INTO pool_summary VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_WORKER = "INSERT INTO worker_status VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_EARNINGS = "INSERT INTO daily_earnings VALUES (NULL, ?, ?, ?, ?, ?, ?)"
_ANOMALY = "INSERT INTO anomaly_log VALUES (NULL, ?, ?, ?, ?, ?, ?, ?)"
_POOL = """
    INSERT INTO pool_metadata (pool_id, pool_name, observer_url, client_name, country)
    VALUES (?, ?, ?, ?, 'Kazakhstan')
"""


def build(
    path: Path,
    *,
    worker_days: float = 30,
    summary_days: float = 90,
    workers: int = 200,
    now: datetime | None = None,
) -> None:
    """Makes the documented tables, without their indexes, and fills them up to `now`."""
    end = (now or datetime.now(UTC)).replace(microsecond=0)
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        for sql in DEFINITIONS:
            if bare(sql).startswith("CREATE TABLE"):
                connection.execute(sql)
        connection.execute("BEGIN")
        connection.executemany(_POOL, [(p, f"{p} Main", link(p), CLIENT) for p in POOLS])
        connection.executemany(_SUMMARY, _summaries(end, summary_days, workers))
        connection.executemany(_WORKER, _workers(end, worker_days, workers))
        connection.executemany(_EARNINGS, _earnings(end))
        connection.executemany(_ANOMALY, _anomalies(end))
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = DELETE")
    path.chmod(0o600)


def add_indexes(path: Path, definitions: Sequence[str]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        for sql in definitions:
            connection.execute(sql)


def link(pool_id: str) -> str:
    return f"https://btcpool.kz/observer-link/{POOLS.index(pool_id) + 1:032x}"


def _moments(end: datetime, days: float) -> Iterator[str]:
    steps = int(timedelta(days=days) / STEP)
    for step in range(steps - 1, -1, -1):
        yield units.utc_text(end - step * STEP)


def _summaries(end: datetime, days: float, workers: int) -> Iterator[tuple[object, ...]]:
    digits = random.Random(1)
    for moment in _moments(end, days):
        for pool in POOLS:
            rate = digits.randrange(36_000, 39_000)
            yield (
                *(moment, pool, link(pool), f"{rate / 1000:.3f} PH/s", "38.210 PH/s"),
                *(workers - 2, 2, f"0.0{rate}21BTC", "0.01570138BTC"),
            )


def _workers(end: datetime, days: float, workers: int) -> Iterator[tuple[object, ...]]:
    digits = random.Random(2)
    rates = [f"{digits.randrange(170_000, 200_000) / 1000:.3f} TH/s" for _ in range(4099)]
    names = [f"139x{17 + n}.10X16X139X{17 + n}" for n in range(workers)]
    at = 0
    for moment in _moments(end, days):
        for pool in POOLS:
            for number, name in enumerate(names):
                at = (at + 1) % 4096
                status = "OFFLINE" if number % 100 == 99 else "ONLINE"
                yield (moment, pool, link(pool), name, status, *rates[at : at + 3], moment)


def _earnings(end: datetime, years: int = 3) -> Iterator[tuple[object, ...]]:
    for age in range(365 * years, 0, -1):
        day = (end - timedelta(days=age)).date().isoformat()
        for pool in POOLS:
            yield (pool, link(pool), day, "0.01570138", "38.187 PH/s", f"{day} 23:00:00")


def _anomalies(end: datetime) -> Iterator[tuple[object, ...]]:
    for age in range(365 * 5, 0, -1):  # five a day
        moment = units.utc_text(end - timedelta(days=age / 5))
        for pool in POOLS:
            severity = ("HIGH", "MEDIUM", "LOW")[age % 3]
            words = "2 worker(s) offline: 139x17.10X16X139X17, 139x18.10X16X139X18"
            yield (moment, pool, link(pool), "OFFLINE_WORKERS", words, severity, int(age > 3))
