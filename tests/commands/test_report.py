"""`scrapy report`: a month of visits and earnings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kzscraper.commands.report import Command
from kzscraper.store.database import Database
from tests.commands.conftest import LINKS, RunCommand
from tests.commands.looking import Looker, column, insert

POOL = "kzpool_001"


@pytest.fixture
def report(registered: Path, capsys: pytest.CaptureFixture[str]) -> Looker:
    return Looker(Command, registered, capsys)


def visit(path: Path, timestamp: str, status: str, **workers: str) -> None:
    """A visit whose list has these workers, by name and status; the page counts 2."""
    insert(
        path,
        "scrape_log",
        {
            "pool_id": POOL,
            "timestamp": timestamp,
            "spider": "kzpool",
            "status": status,
            "workers_expected": 2,
            "workers_read": None if status == "failed" else len(workers),
        },
    )
    listed(path, POOL, timestamp, **workers)


def listed(path: Path, pool_id: str, timestamp: str, **workers: str) -> None:
    """Another program's worker list."""
    rows = [
        {
            "pool_id": pool_id,
            "timestamp": timestamp,
            "observer_url": LINKS[0],
            "worker_name": name,
            "status": status,
            "hashrate_10m": "100 TH/s" if status == "ONLINE" else "0 H/s",
        }
        for name, status in workers.items()
    ]
    insert(path, "worker_status", *rows)


# Uptime -----------------------------------------------------------------------------------------


@pytest.fixture
def visited(registered: Path) -> Path:
    """Four days of visits: `a` is online, `b` comes on the first day late and misses a list."""
    visit(registered, "2026-09-30 23:50:00", "complete", a="OFFLINE")
    visit(registered, "2026-10-01 00:00:00", "complete", a="ONLINE")
    visit(registered, "2026-10-01 12:00:00", "complete", a="ONLINE", b="OFFLINE")
    visit(registered, "2026-10-02 00:00:00", "failed")
    visit(registered, "2026-10-02 06:00:00", "partial", a="OFFLINE")
    visit(registered, "2026-10-02 12:00:00", "partial", a="ONLINE", b="ONLINE")
    visit(registered, "2026-10-02 18:00:00", "complete", a="ONLINE")
    visit(registered, "2026-10-03 00:00:00", "complete", a="DEAD", b="ONLINE")
    visit(registered, "2026-10-03 12:00:00", "complete", a="ONLINE")
    visit(registered, "2026-11-01 00:00:00", "complete", a="OFFLINE")
    return registered


def test_uptime_is_the_share_of_whole_lists_with_the_worker_online(
    visited: Path, report: Looker
) -> None:
    found = report.json("uptime", "--month", "2026-10")
    assert found["workers"] == [
        {
            "pool_id": POOL,
            "client_name": "ТОО Клиент",
            "worker_name": "a",
            "first_date": "2026-10-01",
            "last_date": "2026-10-03",
            "visits": 6,
            "online_visits": 5,
            "unlisted_visits": 0,
            "uptime": 0.833333,
            "mean_hashrate_ths": 83.333,
        },
        {
            "pool_id": POOL,
            "client_name": "ТОО Клиент",
            "worker_name": "b",
            "first_date": "2026-10-01",
            "last_date": "2026-10-03",
            "visits": 4,  # not before it came, nor after it went
            "online_visits": 2,
            "unlisted_visits": 1,
            "uptime": 0.5,
            "mean_hashrate_ths": 66.667,
        },
    ]
    assert found["pools"] == [
        {
            "pool_id": POOL,
            "client_name": "ТОО Клиент",
            "workers": 2,
            "visits": 6,
            "partial_visits": 1,
            "failed_visits": 1,
            "worker_visits": 10,
            "online_worker_visits": 7,
            "uptime": 0.7,
            "mean_hashrate_ths": 116.667,
        }
    ]


def test_uptime_is_the_same_after_some_days_were_pruned(visited: Path, report: Looker) -> None:
    before = report.json("uptime", "--month", "2026-10")
    for day, rows in {
        "2026-10-01": [("a", 2, 2, 100.0), ("b", 1, 0, 0.0)],
        "2026-10-02": [("a", 2, 2, 100.0), ("b", 1, 1, 100.0)],
    }.items():
        kept = ("pool_id", "day", "worker_name", "visits", "online_visits", "mean_hashrate_ths")
        insert(
            visited,
            "worker_day",
            *(dict(zip(kept, (POOL, day, *row), strict=True)) for row in rows),
        )
        # The rows of the day may go later, or one by one: the day is not counted twice.
        assert report.json("uptime", "--month", "2026-10") == before
    delete(visited, "2026-10-01 12", "2026-10-02")
    assert report.json("uptime", "--month", "2026-10") == before
    delete(visited, "2026-10-01", "2026-10-03")
    assert report.json("uptime", "--month", "2026-10") == before


def delete(path: Path, first: str, beyond: str) -> None:
    with Database.open(path) as database:
        database.execute(
            "DELETE FROM worker_status WHERE timestamp >= ? AND timestamp < ?", (first, beyond)
        )


def test_lists_of_another_program_count(visited: Path, report: Looker) -> None:
    insert(visited, "pool_metadata", {"pool_id": "antpool_001", "client_name": "ТОО Клиент"})
    listed(visited, "antpool_001", "2026-10-05 00:00:00", x="ONLINE", y="ONLINE")
    listed(visited, "antpool_001", "2026-10-06 00:00:00", y="ONLINE")
    listed(visited, "antpool_001", "2026-10-07 00:00:00", x="OFFLINE", y="ONLINE")
    found = report.csv("uptime", "--month", "2026-10", "--pool_id", "antpool_001")
    assert [(row["worker_name"], row["visits"], row["uptime"]) for row in found] == [
        ("x", "3", "0.333333"),
        ("y", "3", "1.0"),
    ]


def test_two_workers_of_one_name_are_up_while_one_is(visited: Path, report: Looker) -> None:
    visit(visited, "2026-10-20 00:00:00", "complete", twin="ONLINE")
    listed(visited, POOL, "2026-10-20 00:00:00", twin="OFFLINE")
    found = report.json("uptime", "--month", "2026-10")["workers"]
    [twin] = [one for one in found if one["worker_name"] == "twin"]
    assert (twin["visits"], twin["online_visits"]) == (1, 1)


def test_a_pool_that_was_never_read_has_no_uptime(registered: Path, report: Looker) -> None:
    visit(registered, "2026-10-02 00:00:00", "failed")
    found = report.json("uptime", "--month", "2026-10")
    assert found["workers"] == []
    [pool] = found["pools"]
    assert (pool["visits"], pool["failed_visits"], pool["uptime"]) == (0, 1, None)


def test_uptime_as_a_table(visited: Path, report: Looker) -> None:
    workers, pools = report("uptime", "--month", "2026-10").split("\n\n")
    assert "83.33%" in workers.splitlines()[2]
    assert "70.00%" in pools.splitlines()[2]
    assert report("uptime", "--month", "2026-10", "--per", "pools") == pools


# Earnings ---------------------------------------------------------------------------------------


@pytest.fixture
def earned(registered: Path) -> Path:
    """September whole from the 29th; October with two holes; a second pool from the 30th on."""
    days: dict[str, dict[str, str | None]] = {
        POOL: {"2026-09-29": "1", "2026-10-01": "0.1", "2026-10-03": None, "2026-10-31": "0.2"},
        "kzpool_002": {"2026-10-30": "0.00000001", "2026-10-31": "0.00000002"},
    }
    insert(
        registered,
        "daily_earnings",
        *(
            {"pool_id": pool_id, "date": date, "total_income": amount, "hashrate": "38 PH/s"}
            for pool_id, of_pool in days.items()
            for date, amount in of_pool.items()
        ),
    )
    return registered


def test_earnings_name_the_days_that_are_missing(earned: Path, report: Looker) -> None:
    found = report.json("earnings", "--month", "2026-10")
    first, second = found["pools"]
    missing = [f"2026-10-{day:02}" for day in range(2, 31)]
    assert first["missing_days"] == missing
    assert (first["days"], first["total_income_btc"]) == (2, "0.30000000")
    assert second["missing_days"] == []  # it did not exist before
    assert (second["days"], second["total_income_satoshi"]) == (2, 3)
    assert len(found["days"]) == 31 + 2
    assert found["days"][1] == {
        "pool_id": POOL,
        "client_name": "ТОО Клиент",
        "date": "2026-10-02",
        "total_income_btc": None,
        "total_income_satoshi": None,
        "hashrate": None,
        "hashrate_ths": None,
        "recorded_at": None,
    }
    [total] = found["total"]
    assert (total["total_income_btc"], total["missing_days"]) == ("0.30000003", 29)


def test_earnings_as_csv_have_a_line_per_day_and_pool(earned: Path, report: Looker) -> None:
    found = report.csv("earnings", "--month", "2026-10", "--pool_id", POOL)
    assert column(found, "date") == [f"2026-10-{day:02}" for day in range(1, 32)]
    assert found[0]["total_income_satoshi"] == "10000000"
    assert found[1]["total_income_btc"] == ""
    [pool] = report.csv("earnings", "--month", "2026-10", "--pool_id", POOL, "--per", "pools")
    assert pool["total_income_btc"] == "0.30000000"
    assert pool["missing_days"].split()[0] == "2026-10-02"


def test_today_is_not_missing_yet(registered: Path, report: Looker) -> None:
    today = datetime.now(UTC).date()
    days = [today - timedelta(days=40), today - timedelta(days=1)]
    insert(
        registered,
        "daily_earnings",
        *({"pool_id": POOL, "date": day.isoformat(), "total_income": "1"} for day in days),
    )
    found = report.json("earnings", "--month", f"{today:%Y-%m}")
    assert today.isoformat() not in column(found["days"], "date")
    assert report.json("earnings") == found  # this month is the default


def test_a_month_before_the_first_day_is_empty(earned: Path, report: Looker) -> None:
    assert report("earnings", "--month", "2026-08") == ""
    assert report.said == "no earnings in this month\n"


# Usage ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "one of uptime, earnings is needed"),
        (["downtime"], "one of uptime, earnings is needed"),
        (["uptime", "--month", "2026"], "--month '2026' is not a month"),
        (["uptime", "--per", "days"], "--per 'days': there are workers, pools"),
        (
            ["earnings", "--per", "worker"],
            "--per 'worker': there are days, pools, clients, total",
        ),
        (["earnings", "--client", "Nobody"], "no pool of client 'Nobody'"),
    ],
)
def test_a_mistake_is_explained(report: Looker, args: list[str], says: str) -> None:
    assert says in report.error(*args)


def test_it_is_a_command_of_scrapy(scrapy: RunCommand, earned: Path) -> None:
    done = scrapy("report", "earnings", "--month", "2026-10", "--per", "total", "--format", "csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1] == ",2,4,29,0.30000003,30000003"
