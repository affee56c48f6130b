"""A visit's work does not grow with the history: every statement is served by an index."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from kzscraper import units
from kzscraper.anomalies.incidents import Policy
from kzscraper.anomalies.rules import judge
from kzscraper.items import PoolScrape, PoolSummary, Visit, WorkerStatus
from kzscraper.store import history, history_sql, incidents, visits
from kzscraper.store.database import Database
from tests.anomalies.player import fast_folder
from tests.anomalies.states import HOUR, NOW, POOL, STAMP, thresholds

_VERBS = ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")


def statements_of(module: object) -> dict[str, str]:
    """The module's own, by name."""
    return {
        name: value
        for name, value in vars(module).items()
        if isinstance(value, str) and value.lstrip().startswith(_VERBS)
    }


STATEMENTS = {**statements_of(history_sql), **statements_of(incidents)}
# Of what a plan may scan: only what was made up within the statement itself.
MADE_UP = {"span", "other", "CONSTANT", *(f"(subquery-{number})" for number in range(1, 6))}


def fill(path: Path, days: int, workers: int = 1) -> None:
    """A pool with so many days of history up to NOW, and a neighbour with as many."""
    steps = days * 144
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        for pool in (POOL, "kzpool_002"):
            connection.execute("INSERT INTO pool_metadata (pool_id) VALUES (?)", (pool,))
            times = [units.utc_text(NOW - n * HOUR / 6) for n in range(steps, 0, -1)]
            connection.executemany(
                "INSERT INTO pool_summary (timestamp, pool_id, current_hashrate, balance) "
                "VALUES (?, ?, '40 PH/s', ?)",
                [(at, pool, f"{n // 144 / 100:.8f}BTC") for n, at in enumerate(times)],
            )
            connection.executemany(
                "INSERT INTO worker_status (timestamp, pool_id, worker_name, status) "
                "VALUES (?, ?, ?, 'ONLINE')",
                [(at, pool, f"w{n}") for at in times for n in range(workers)],
            )
            connection.executemany(
                "INSERT INTO scrape_log (timestamp, pool_id, spider, status, workers_read) "
                "VALUES (?, ?, 'kzpool', 'complete', ?)",
                [(at, pool, workers) for at in times],
            )
            connection.executemany(
                "INSERT INTO daily_earnings (pool_id, date, total_income) VALUES (?, ?, '0.01')",
                [(pool, f"{NOW - n * timedelta(days=1):%Y-%m-%d}") for n in range(days)],
            )
            _add_incidents(connection, pool, days)
        connection.execute("COMMIT")


def _add_incidents(connection: sqlite3.Connection, pool: str, days: int) -> None:
    """One that ended, for each day."""
    for day in range(days):
        began: datetime = NOW - (day + 8) * timedelta(days=1)
        row = connection.execute(
            "INSERT INTO anomaly_log (timestamp, pool_id, anomaly_type, severity, resolved) "
            "VALUES (?, ?, 'HASHRATE_DROP', 'HIGH', 1)",
            (units.utc_text(began), pool),
        )
        ended = units.utc_text(began + HOUR)
        connection.execute(
            "INSERT INTO incident VALUES (?, ?, 'HASHRATE_DROP', ?, 6, 0.5, 0.5, 2, ?, NULL, "
            "NULL, ?, 'recovery', '{}')",
            (row.lastrowid, pool, ended, ended, ended),
        )


@pytest.fixture(scope="module", params=["empty", "filled and analysed"])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    with fast_folder() as folder, Database.open(folder / "pools.db", create=True) as database:
        if request.param != "empty":
            fill(database.path, 10)
            database.execute("ANALYZE")
        yield database


def plan(database: Database, statement: str) -> list[str]:
    names = dict.fromkeys(re.findall(r":(\w+)", statement), POOL)
    values = names or (POOL,) * statement.count("?")
    return [row["detail"] for row in database.rows(f"EXPLAIN QUERY PLAN {statement}", values)]


def test_all_statements_are_looked_at() -> None:
    assert {"SAMPLES", "STANDS_SINCE", "NEWEST_LIST", "_LASTING", "_MUTE"} <= set(STATEMENTS)
    assert len(STATEMENTS) >= 20


@pytest.mark.parametrize("name", STATEMENTS)
def test_nothing_is_scanned_or_sorted(database: Database, name: str) -> None:
    for step in plan(database, STATEMENTS[name]):
        if match := re.match(r"SCAN (\S+)", step):
            assert match[1] in MADE_UP, step
        assert "TEMP B-TREE" not in step
        assert "AUTOMATIC" not in step


# What each needs of the tables that grow: the index, and the range within it.
NEEDS = {
    "SAMPLES": ["idx_pool_summary_pool_id (pool_id=? AND timestamp>? AND timestamp<?)"],
    "NEWEST_SAMPLE": ["idx_pool_summary_pool_id (pool_id=? AND timestamp>? AND timestamp<?)"],
    "NEWEST_BALANCE": ["idx_pool_summary_pool_id (pool_id=? AND timestamp>? AND timestamp<?)"],
    "STANDS_SINCE": ["idx_pool_summary_pool_id (pool_id=? AND timestamp>? AND timestamp<?)"] * 2,
    "NEWEST_LIST": [
        "idx_scrape_log_pool_id (pool_id=? AND timestamp>? AND timestamp<?)",
        "idx_worker_status_pool_id (pool_id=? AND timestamp>? AND timestamp<?)",
        "idx_scrape_log_pool_id (pool_id=? AND timestamp=?)",
    ],
    "WORKERS_AT": ["idx_worker_status_pool_id (pool_id=? AND timestamp=?)"],
    "OUTAGES": ["idx_incident_ended (pool_id=? AND ended=?)", "(pool_id=? AND ended>?)"],
    "INCOMES": ["daily_earnings"],
    "FAILING_SINCE": ["idx_scrape_log_pool_id (pool_id=? AND timestamp>? AND timestamp<?)"] * 2,
    "_LASTING": ["idx_incident_ended (pool_id=? AND ended=?)", "idx_anomaly_log_open (pool_id=?)"],
}


@pytest.mark.parametrize("name", NEEDS)
def test_the_index_is_used_for_the_whole_condition(database: Database, name: str) -> None:
    steps = [step for step in plan(database, STATEMENTS[name]) if step.startswith("SEARCH")]
    for wanted in set(NEEDS[name]):
        assert sum(wanted in step for step in steps) >= NEEDS[name].count(wanted), steps


# Work -------------------------------------------------------------------------------------------


@contextmanager
def counted(database: Database) -> Iterator[list[int]]:
    """How often SQLite took a hundred of its own steps, whatever the machine's speed."""
    steps = [0]

    def count() -> None:
        steps[0] += 1

    database._connection.set_progress_handler(count, 100)
    yield steps
    database._connection.set_progress_handler(None, 0)


def work_of_a_visit(database: Database) -> int:
    """Of judging a visit that opens some incidents, and of storing it."""
    scrape = PoolScrape(STAMP, POOL, "kzpool", "complete", workers_read=1)
    scrape.sections = {"statistics": True}
    visit = Visit(
        scrape,
        [PoolSummary(STAMP, POOL, "", "30 PH/s", "40 PH/s", balance="0.05000000BTC")],
        [WorkerStatus(STAMP, POOL, "", f"w{n}", "OFFLINE") for n in range(1)],
    )
    with counted(database) as steps:
        scrape.verdicts = judge(history.load(database, visit, thresholds()))
        visits.write(database, visit, Policy(1, 2))
    assert database.one("SELECT COUNT(*) FROM anomaly_log WHERE resolved = 0")[0] == 3
    return steps[0]


def test_a_visit_is_the_same_work_with_ten_times_the_history() -> None:
    work = {}
    for days in (10, 100):
        with fast_folder() as folder, Database.open(folder / "pools.db", create=True) as database:
            fill(database.path, days)
            work[days] = work_of_a_visit(database)
    assert 20 < work[10] < 200
    assert work[100] <= work[10] + 1, work


@pytest.mark.parametrize("rows", [150, 5000])
def test_open_rows_that_another_program_leaves_are_bounded_work(rows: int) -> None:
    with fast_folder() as folder, Database.open(folder / "pools.db", create=True) as database:
        database.execute("INSERT INTO pool_metadata (pool_id) VALUES (?)", (POOL,))
        with database.transaction():
            database.execute_many(
                "INSERT INTO anomaly_log (timestamp, pool_id, anomaly_type, severity) "
                "VALUES (?, ?, 'OTHER', 'LOW')",
                [(STAMP, POOL)] * rows,
            )
        with counted(database) as steps:
            assert set(incidents.lasting(database, POOL)) == {"OTHER"}
    assert steps[0] < 120
