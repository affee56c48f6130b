"""Every documented statement runs unchanged on a database that we made and wrote to."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kzscraper import units
from kzscraper.anomalies import Finding
from kzscraper.anomalies.incidents import Policy
from kzscraper.items import DailyEarnings, PoolScrape, PoolSummary, Visit, WorkerStatus
from kzscraper.store import registry, visits
from kzscraper.store.database import Database
from tests.conftest import ROOT
from tests.seed.documented import (
    DEFINITIONS,
    OTHERS,
    PYTHON_EXAMPLE,
    SQL,
    TABLES,
    code_blocks,
    statement,
)

LINK = "https://btcpool.kz/observer-link/4828a3fecdaa48eebfa475021b4e8d8d"
NOW = units.utc_text(datetime.now(UTC))
POLICY = Policy.from_settings({})
WORKER = "139x17.10X16X139X17"

# Words of each documented INSERT, in the document's order, and what it inserts: table, key, value.
INSERTS: dict[str, tuple[str, str, str, Any]] = {
    "'Main KZ Pool'": (
        "pool_metadata",
        "pool_id = 'pool_001'",
        "client_name",
        "Client Company Ltd",
    ),
    "INTO pool_summary": ("pool_summary", "id = 1", "current_hashrate", "37.405 PH/s"),
    "INTO worker_status": ("worker_status", "id = 1", "hashrate_24h", "194.180 TH/s"),
    "INTO daily_earnings": ("daily_earnings", "id = 1", "total_income", "0.01570138"),
    "INTO anomaly_log": ("anomaly_log", "id = 1", "severity", "MEDIUM"),
    "'Antpool Main'": ("pool_metadata", "pool_id = 'antpool_001'", "country", "China"),
}

# Words of each documented SELECT and the rows that it must give after the documented INSERTs and
# one visit of ours.
SELECTS: dict[str, list[tuple[Any, ...]]] = {
    "-- Latest status for all pools": [
        (
            *(2, NOW, "pool_001", LINK, "40.000 PH/s", "39.100 PH/s", 2, 1),
            *("0.02000000BTC", "0.01600000BTC", "Client Company Ltd", "Kazakhstan"),
        )
    ],
    "-- Hashrate trend for last 24 hours": [(NOW, "40.000 PH/s", 2)],
    "-- Current status of all workers": [
        ("rig-3", "OFFLINE", "0 H/s"),
        (WORKER, "ONLINE", "190.000 TH/s"),
        ("rig-2", "ONLINE", "1.5 PH/s"),
    ],
    "-- Offline workers": [("rig-3", "2025-12-30 01:02:03")],
    "-- Worker performance over time": [(NOW, "180.000 TH/s", "185.000 TH/s", "190.000 TH/s")],
    "-- Last 30 days earnings": [
        ("2026-01-02", "0.50000000", "38.400 PH/s"),
        ("2025-12-31", "0.25000000", None),
        ("2025-12-30", "0.25000000", "38.100 PH/s"),
        ("11/22/2025 12:00:00 AM", "0.01570138", "38.187 PH/s"),
    ],
    "-- Total earnings for a client": [("Client Company Ltd", 1.01570138)],
    "-- Monthly earnings summary": [
        ("2026-01", 1, 0.5),
        ("2025-12", 2, 0.5),
        (None, 1, 0.01570138),  # the documented example's own date is not ISO
    ],
    "-- Unresolved anomalies": [
        ("2025-11-23 04:47:34", "OFFLINE_WORKERS", "1 worker(s) offline: rig-3", "MEDIUM"),
        (NOW, "HASHRATE_DROP", "Hashrate dropped 40%", "HIGH"),
    ],
    "-- Anomaly history for last 7 days": [(NOW[:10], 1, 1, 0)],
    "-- Query all pools for a client": [
        ("pool_001", "Main KZ Pool", "Kazakhstan", "40.000 PH/s", 2)
    ],
}

# Words of the documented statements that have a test of their own below.
CHANGES = [
    "-- Mark anomaly as resolved",
    "DELETE FROM worker_status",
    "DELETE FROM pool_summary",
    "DELETE FROM anomaly_log",
    "VACUUM",
    "ANALYZE",
    "page_count * page_size",
    "ADD COLUMN notes",
]


def our_visit(timestamp: str) -> Visit:
    """One visit to pool_001, as our pipelines hand it to the store."""

    def worker(name: str, status: str, *rates: str) -> WorkerStatus:
        return WorkerStatus(timestamp, "pool_001", LINK, name, status, *rates)

    def day(date: str, income: str, hashrate: str | None) -> DailyEarnings:
        return DailyEarnings("pool_001", LINK, date, income, hashrate, timestamp)

    return Visit(
        PoolScrape(
            timestamp,
            "pool_001",
            "kzpool",
            "complete",
            workers_expected=3,
            workers_read=3,
            earnings_read=3,
            duration_s=1.5,
            verdicts={
                # the documented example is this pool's open incident, which this updates
                "OFFLINE_WORKERS": Finding("MEDIUM", "1 worker(s) offline: rig-3"),
                "HASHRATE_DROP": Finding("HIGH", "Hashrate dropped 40%"),
            },
        ),
        [
            PoolSummary(
                *(timestamp, "pool_001", LINK, "40.000 PH/s", "39.100 PH/s"),
                *(2, 1, "0.02000000BTC", "0.01600000BTC"),
            )
        ],
        [
            worker(WORKER, "ONLINE", "180.000 TH/s", "185.000 TH/s", "190.000 TH/s"),
            worker("rig-2", "ONLINE", "1.4 PH/s", "1.4 PH/s", "1.5 PH/s"),
            worker("rig-3", "OFFLINE", "0 H/s", "0 H/s", "0 H/s", "2025-12-30 01:02:03"),
        ],
        [
            day("2025-12-30", "0.25000000", "38.100 PH/s"),
            day("2025-12-31", "0.25000000", None),
            day("2026-01-02", "0.50000000", "38.400 PH/s"),
        ],
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database that we made."""
    path = tmp_path / "btcpool_data.db"
    Database.open(path, create=True).close()
    return path


@pytest.fixture
def other_program(path: Path) -> Iterator[sqlite3.Connection]:
    """Another program's connection to it."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA foreign_keys = ON")
        yield connection


@pytest.fixture
def filled(path: Path, other_program: sqlite3.Connection) -> sqlite3.Connection:
    """The same after the documented INSERTs and a visit of ours."""
    for words in INSERTS:
        other_program.execute(statement(words))
    with Database.open(path) as database:
        visits.write(database, our_visit(NOW), POLICY)
    return other_program


def count(connection: sqlite3.Connection, table: str) -> int:
    return int(connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0])


def test_every_documented_statement_is_run_here() -> None:
    assert len(OTHERS) == 25
    assert {statement(words) for words in [*INSERTS, *SELECTS, *CHANGES]} == set(OTHERS)


@pytest.mark.parametrize("words", INSERTS)
def test_insert(other_program: sqlite3.Connection, words: str) -> None:
    for earlier in list(INSERTS)[: list(INSERTS).index(words)]:
        other_program.execute(statement(earlier))
    table, key, column, value = INSERTS[words]
    before = count(other_program, table)
    assert other_program.execute(statement(words)).rowcount == 1
    assert count(other_program, table) == before + 1
    row = other_program.execute(f"SELECT {column} FROM {table} WHERE {key}").fetchone()
    assert row == (value,)


@pytest.mark.parametrize("words", SELECTS)
def test_select(filled: sqlite3.Connection, words: str) -> None:
    rows = filled.execute(statement(words)).fetchall()
    assert [tuple(map(_exact, row)) for row in rows] == SELECTS[words]


def _exact(value: object) -> object:
    """A sum of floats, to the satoshi."""
    return round(value, 8) if isinstance(value, float) else value


def test_select_of_the_size_gives_that_of_the_file(filled: sqlite3.Connection, path: Path) -> None:
    assert filled.execute(statement("page_count * page_size")).fetchall() == [
        (path.stat().st_size,)
    ]


def test_update_resolves_the_anomaly(filled: sqlite3.Connection) -> None:
    assert filled.execute(statement("-- Mark anomaly as resolved")).rowcount == 1
    unresolved = filled.execute(statement("-- Unresolved anomalies")).fetchall()
    assert [row[1] for row in unresolved] == ["HASHRATE_DROP"]


@pytest.mark.parametrize(
    ("table", "days"), [("worker_status", 30), ("pool_summary", 90), ("anomaly_log", 365)]
)
def test_delete_keeps_what_is_younger(filled: sqlite3.Connection, table: str, days: int) -> None:
    filled.execute(f"DELETE FROM {table}")
    for age in (days - 1, days + 1):
        filled.execute(
            f"INSERT INTO {table} (timestamp, pool_id) VALUES (datetime('now', ?), 'pool_001')",
            (f"-{age} days",),
        )
    if table == "anomaly_log":
        assert filled.execute(statement(f"DELETE FROM {table}")).rowcount == 0  # still open
        filled.execute("UPDATE anomaly_log SET resolved = 1")
    assert filled.execute(statement(f"DELETE FROM {table}")).rowcount == 1
    age_left = f"SELECT round(julianday('now') - julianday(timestamp)) FROM {table}"
    assert filled.execute(age_left).fetchall() == [(days - 1,)]


def test_vacuum_gives_the_space_back(filled: sqlite3.Connection, path: Path) -> None:
    filled.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000)"
        "INSERT INTO worker_status (timestamp, pool_id) SELECT '2020-01-01', 'pool_001' FROM n"
    )
    full = path.stat().st_size
    assert filled.execute(statement("DELETE FROM worker_status")).rowcount == 2001
    filled.execute(statement("VACUUM"))
    assert path.stat().st_size < full
    assert count(filled, "worker_status") == 3


def test_analyze_knows_the_documented_indexes(filled: sqlite3.Connection) -> None:
    filled.execute(statement("ANALYZE"))
    analysed = {name for (name,) in filled.execute("SELECT idx FROM sqlite_stat1")}
    assert _index_names(filled) <= analysed


def test_alter_adds_the_column_and_our_program_goes_on(
    filled: sqlite3.Connection, path: Path
) -> None:
    filled.execute(statement("ADD COLUMN notes"))
    filled.execute("UPDATE pool_metadata SET notes = 'rack 7' WHERE pool_id = 'pool_001'")
    with Database.open(path) as database:
        pool = registry.get(database, "pool_001")
        registry.update(database, pool)
        visits.write(database, our_visit("2099-01-01 00:00:00"), POLICY)
    assert pool.tags == ("production", "high-priority")
    assert filled.execute("SELECT notes FROM pool_metadata ORDER BY pool_id").fetchall() == [
        (None,),
        ("rack 7",),
    ]


def test_the_python_example_runs(
    filled: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {}
    exec(compile(PYTHON_EXAMPLE, "python_example.txt", "exec"), names)
    names["conn"].close()
    by_id = {pool["pool_id"]: pool for pool in names["pools"]}
    assert by_id["pool_001"]["current_hashrate"] == "40.000 PH/s"
    assert by_id["pool_001"]["timestamp"] == NOW
    assert by_id["antpool_001"]["timestamp"] is None
    assert len(names["pools"]) == 2


# The definitions themselves ---------------------------------------------------------------------


@pytest.fixture
def documented(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A database made by the documented definitions alone."""
    with closing(sqlite3.connect(tmp_path / "documented.db")) as connection:
        for definition in DEFINITIONS:
            connection.execute(definition)
        yield connection


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("pragma", ["table_xinfo", "foreign_key_list"])
def test_columns_and_keys_are_the_documented_ones(
    documented: sqlite3.Connection, other_program: sqlite3.Connection, table: str, pragma: str
) -> None:
    expected = documented.execute(f"PRAGMA {pragma}({table})").fetchall()
    assert other_program.execute(f"PRAGMA {pragma}({table})").fetchall() == expected
    assert bool(expected) == ((table, pragma) != ("pool_metadata", "foreign_key_list"))


@pytest.mark.parametrize("table", TABLES)
def test_unique_keys_are_the_documented_ones(
    documented: sqlite3.Connection, other_program: sqlite3.Connection, table: str
) -> None:
    assert _unique(other_program, table) == _unique(documented, table)


def _unique(connection: sqlite3.Connection, table: str) -> set[tuple[str, ...]]:
    indexes = connection.execute(
        "SELECT name FROM pragma_index_list(?) WHERE [unique] ORDER BY name", (table,)
    ).fetchall()
    columns = "SELECT name FROM pragma_index_info(?) ORDER BY seqno"
    return {tuple(name for (name,) in connection.execute(columns, index)) for index in indexes}


@pytest.mark.parametrize("name", [*TABLES, "latest_pool_status"])
def test_definitions_are_the_documented_text(
    documented: sqlite3.Connection, other_program: sqlite3.Connection, name: str
) -> None:
    # Covers what no PRAGMA tells, such as AUTOINCREMENT.
    assert _definition(other_program, name) == _definition(documented, name)


def _definition(connection: sqlite3.Connection, name: str) -> str:
    [(sql,)] = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", (name,))
    return re.sub(r"\s+", " ", sql)


def test_index_names_are_the_documented_ones(
    documented: sqlite3.Connection, other_program: sqlite3.Connection
) -> None:
    assert len(_index_names(documented)) == 6
    assert _index_names(other_program) >= _index_names(documented)


def _index_names(connection: sqlite3.Connection) -> set[str]:
    """The documented tables' indexes, without those that SQLite makes for keys."""
    marks = ", ".join("?" * len(TABLES))
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL "
        f"AND tbl_name IN ({marks})",
        TABLES,
    )
    return {name for (name,) in rows}


def test_our_copy_is_the_document() -> None:
    document = ROOT.parent / "shared" / "seed" / "DATABASE_SCHEMA.md"
    if not document.exists():
        pytest.skip("the document does not stand beside this checkout")
    text = document.read_text("utf-8")
    assert "\n".join(code_blocks(text, "sql")) == SQL
    assert code_blocks(text, "python") == [PYTHON_EXAMPLE]
