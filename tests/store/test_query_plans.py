"""The documented queries are served by the indexes of the documented names."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kzscraper.store.database import Database
from tests.seed.documented import DEFINITIONS, bare, statement

VIEW = "SELECT * FROM latest_pool_status"
SUMMARY_BY_POOL = "idx_pool_summary_pool_id (pool_id=?"
WORKER_BY_POOL = "idx_worker_status_pool_id (pool_id=?"

# The query, and what its plan must name, once for each time that it reads the table.
PLANS: dict[str, list[str]] = {
    "-- Latest status for all pools": [f"COVERING INDEX {SUMMARY_BY_POOL})"],
    "-- Query all pools for a client": [
        f"COVERING INDEX {SUMMARY_BY_POOL})",
        f"INDEX {SUMMARY_BY_POOL} AND timestamp=?)",
    ],
    "-- Hashrate trend for last 24 hours": [f"INDEX {SUMMARY_BY_POOL} AND timestamp>?)"],
    "-- Current status of all workers": [
        f"COVERING INDEX {WORKER_BY_POOL})",
        f"INDEX {WORKER_BY_POOL} AND timestamp=?)",
    ],
    "-- Offline workers": [
        f"COVERING INDEX {WORKER_BY_POOL})",
        f"INDEX {WORKER_BY_POOL} AND timestamp=?)",
    ],
    "-- Worker performance over time": [f"INDEX {WORKER_BY_POOL} AND timestamp>?)"],
    "-- Total earnings for a client": ["INDEX idx_daily_earnings_pool_id (pool_id=?)"],
    "-- Monthly earnings summary": ["INDEX idx_daily_earnings_pool_id (pool_id=?)"],
    # An index of our own, which holds only the open ones, serves it better still.
    "-- Unresolved anomalies": ["INDEX idx_anomaly_log_open (pool_id=?)"],
    "-- Anomaly history for last 7 days": [
        "INDEX idx_anomaly_log_pool_id (pool_id=? AND timestamp>?)"
    ],
    "DELETE FROM worker_status": ["INDEX idx_worker_status_timestamp (timestamp<?)"],
    "DELETE FROM pool_summary": ["INDEX idx_pool_summary_timestamp (timestamp<?)"],
    VIEW: [f"INDEX {SUMMARY_BY_POOL})", f"COVERING INDEX {SUMMARY_BY_POOL})"],
}


def fill(connection: sqlite3.Connection, summaries: int) -> None:
    """Two pools of so many summaries each, and half as many rows of workers, all of late."""
    numbers = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < ? - 1)"
    moment = "strftime('%Y-%m-%d %H:%M:%S', 'now', (-10 * i) || ' minutes')"
    connection.execute("BEGIN")
    for pool_id in ("pool_001", "pool_002"):
        connection.execute("INSERT INTO pool_metadata (pool_id) VALUES (?)", (pool_id,))
        for table, rows in (("pool_summary", summaries), ("worker_status", summaries // 2)):
            connection.execute(
                f"INSERT INTO {table} (timestamp, pool_id) {numbers} SELECT {moment}, ? FROM n",
                (rows, pool_id),
            )
    connection.execute("COMMIT")


@pytest.fixture(params=["empty", "filled and analysed"])
def connection(request: pytest.FixtureRequest, path: Path) -> Iterator[sqlite3.Connection]:
    Database.open(path, create=True).close()
    if request.param != "empty":
        with closing(sqlite3.connect(path, isolation_level=None)) as before:
            fill(before, 1000)
            before.execute("ANALYZE")
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def plan(connection: sqlite3.Connection, sql: str) -> list[str]:
    rows = connection.execute(f"EXPLAIN QUERY PLAN {bare(sql)}").fetchall()
    return [detail for *_, detail in rows]


@pytest.mark.parametrize("query", PLANS)
def test_a_documented_query_uses_the_documented_index(
    connection: sqlite3.Connection, query: str
) -> None:
    steps = plan(connection, query if query == VIEW else statement(query))
    for wanted in PLANS[query]:
        assert any(wanted in step for step in steps), steps


@pytest.mark.parametrize("query", PLANS)
def test_no_subquery_scans_a_whole_table(connection: sqlite3.Connection, query: str) -> None:
    steps = plan(connection, query if query == VIEW else statement(query))
    # Aliases, which may be scanned once, stand for the outer table.
    assert not [step for step in steps if "SCAN pool_summary" in step]
    assert not [step for step in steps if "SCAN worker_status" in step]


def test_the_newest_visit_of_a_pool_is_found_without_a_scan(database: Database) -> None:
    sql = "SELECT id FROM scrape_log WHERE pool_id = ? ORDER BY timestamp DESC LIMIT 1"
    steps = database.rows(f"EXPLAIN QUERY PLAN {sql}", ("kzpool_001",))
    assert [step["detail"] for step in steps] == [
        "SEARCH scrape_log USING COVERING INDEX idx_scrape_log_pool_id (pool_id=?)"
    ]


@pytest.mark.parametrize("query", [VIEW, "-- Latest status for all pools"])
def test_the_latest_status_takes_work_in_proportion_to_the_rows(path: Path, query: str) -> None:
    Database.open(path, create=True).close()
    sql = query if query == VIEW else statement(query)
    assert _thousands_of_steps(path, sql, summaries=1000) < 100


def test_the_documented_definitions_alone_take_work_in_proportion_to_its_square(path: Path) -> None:
    # What the index is for: without this, the limit of the test above would say nothing.
    with closing(sqlite3.connect(path)) as connection:
        for definition in DEFINITIONS:
            connection.execute(definition)
    assert _thousands_of_steps(path, VIEW, summaries=1000) > 1000


def _thousands_of_steps(path: Path, sql: str, summaries: int) -> int:
    """The work of a query in thousands of SQLite's own steps, whatever the machine's speed."""
    steps = 0

    def count() -> None:
        nonlocal steps
        steps += 1

    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        fill(connection, summaries)
        connection.set_progress_handler(count, 1000)
        assert len(connection.execute(sql).fetchall()) == 2
    return steps
