"""Crawls of pools whose past another program wrote by the documented INSERTs, in a real browser."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from kzscraper import units
from kzscraper.demo.pools import DemoPool
from kzscraper.demo.truth import truth
from tests.conftest import Farm

NOW = datetime.now(UTC).replace(microsecond=0)
STEP, DAY = timedelta(minutes=10), timedelta(days=1)
USUAL = {
    "current_hashrate": "40.000 PH/s",
    "avg_hashrate_24h": "40.000 PH/s",
    "balance": "0.06000000BTC",
    "last_income": "0.01600000BTC",
}


def pool(name: str, number: int, **changes: str) -> DemoPool:
    """One that shows what it always showed, but for the changes of its cards."""
    return DemoPool(
        token=f"{number:032x}",
        name=name,
        online=30,
        offline=0,
        moving=False,
        now=NOW,
        values={**USUAL, **changes},
    )


ALL_IS_WELL = pool("all is well", 1)
WORKERS = pool("workers", 2)
QUARTER = pool("a quarter less", 3, current_hashrate="30.000 PH/s")
HALF = pool("half", 4, current_hashrate="20.000 PH/s")
BALANCE = pool("balance", 5, balance="0.03000000BTC")
EARNINGS = replace(
    pool("earnings", 6),
    earnings=tuple(
        (row["date"], row["total_income"], row["hashrate"])
        for row in truth(pool("", 6)).earnings[4:]
    ),
)
POOLS = (ALL_IS_WELL, WORKERS, QUARTER, HALF, BALANCE, EARNINGS)


def write_past(farm: Farm, name: str) -> None:
    """Four days of visits, the last one ten minutes ago, and what each day earned."""
    known, link = farm.ids[name], farm.site.link(farm.pools[name])
    shown = truth(replace(farm.pools[name], values=USUAL))
    moments = [units.utc_text(NOW - STEP * n) for n in range(4 * 144, 0, -1)]
    with closing(sqlite3.connect(farm.database)) as connection, connection:
        connection.executemany(
            "INSERT INTO pool_summary VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    *(at, known, link, USUAL["current_hashrate"], USUAL["avg_hashrate_24h"]),
                    *(30, 0, f"0.0{4_000_000 + 3_400 * n}BTC", USUAL["last_income"]),
                )
                for n, at in enumerate(moments)
            ],
        )
        connection.executemany(
            "INSERT INTO worker_status VALUES (NULL, ?, ?, ?, ?, 'ONLINE', ?, ?, ?, ?)",
            [
                (at, known, link, row["name"], *["180.000 TH/s"] * 3, at)
                for at in moments[-3:]
                for row in shown.workers
            ],
        )
        for row in shown.earnings:
            day = units.parse_day(row["date"])
            assert day is not None
            seen = datetime.combine(day, time(3), UTC) + DAY
            connection.execute(
                "INSERT OR IGNORE INTO daily_earnings VALUES (NULL, ?, ?, ?, ?, ?, ?)",
                (
                    *(known, link, day.isoformat(), row["total_income"], row["hashrate"]),
                    units.utc_text(seen),
                ),
            )


def anomalies(farm: Farm, name: str) -> list[tuple[object, ...]]:
    columns = ("anomaly_type", "severity", "description", "resolved")
    rows = farm.of_pool("anomaly_log", name)
    return [tuple(row[column] for column in columns) for row in rows]


@pytest.fixture
def grown(farm: Callable[..., Farm]) -> Farm:
    made = farm(*POOLS)
    for name in made.pools:
        write_past(made, name)
    return made


def test_each_fault_gives_exactly_its_row(grown: Farm) -> None:
    names = [row["name"] for row in truth(WORKERS).workers]
    for offline, severity in ((2, "MEDIUM"), (7, "HIGH")):
        cells = tuple({"status": "OFFLINE"} for _ in range(offline))
        cards = {**USUAL, "online_workers": str(30 - offline), "offline_workers": str(offline)}
        grown.site.set(replace(WORKERS, worker_cells=cells, values=cards))
        done = grown.crawl()
        assert done.returncode == 0, done.stderr
        assert anomalies(grown, "all is well") == []
        [(kind, found, words, resolved)] = anomalies(grown, "workers")
        assert (kind, found, resolved) == ("OFFLINE_WORKERS", severity, 0)
        assert str(words).startswith(f"{offline} worker(s) offline: ")
        assert all(name in str(words) for name in names[:offline])
        drop = "Hashrate dropped {}: {} PH/s against a usual 40.000 PH/s"
        assert anomalies(grown, "a quarter less") == [
            ("HASHRATE_DROP", "MEDIUM", drop.format("25.0%", "30.000"), 0)
        ]
        assert anomalies(grown, "half") == [
            ("HASHRATE_DROP", "HIGH", drop.format("50.0%", "20.000"), 0)
        ]
        [(kind, found, words, resolved)] = anomalies(grown, "balance")
        assert (kind, found, resolved) == ("BALANCE_ANOMALY", "HIGH", 0)
        assert str(words).startswith("Balance fell by 0.029")
        newest, missing = NOW.date() - 5 * DAY, NOW.date() - 4 * DAY
        [(kind, found, words, resolved)] = anomalies(grown, "earnings")
        assert (kind, found, resolved) == ("PAYMENT_DELAY", "HIGH", 0)
        assert str(words).startswith(f"No earnings since {newest}: {missing} was due by")
