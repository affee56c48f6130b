"""Sizes, growth, and the time that is left."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from kzscraper import units
from kzscraper.exceptions import StoreError
from kzscraper.store import optimize, sizes, stats
from kzscraper.store.database import Database
from kzscraper.store.sizes import Size
from tests.store.filled import register, visit

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WORKERS: dict[str, tuple[str, str | None]] = {f"w{n}": ("ONLINE", "1 TH/s") for n in range(20)}


@pytest.fixture
def database(database: Database) -> Database:
    """Ten days of a visit every hour."""
    database.execute("PRAGMA synchronous = OFF")
    register(database)
    for hours in range(240, 0, -1):
        timestamp = units.utc_text(NOW - timedelta(hours=hours))
        visit(database, "kzpool_001", timestamp, WORKERS)
    return database


def of(found: list[Size], name: str) -> Size:
    [one] = [size for size in found if size.name == name]
    return one


def test_every_page_is_counted_once(database: Database) -> None:
    found = stats.read(database, None, NOW)
    assert found.sizes_are_exact
    schema = 4096  # the table of tables has no name in the list
    rest = found.bytes - found.free_bytes - sum(one.bytes for one in found.sizes)
    assert 0 <= rest <= 20 * schema
    assert found.bytes == database.path.stat().st_size


def test_rows_range_and_growth(database: Database) -> None:
    workers = of(stats.read(database, None, NOW).sizes, "worker_status")
    assert (workers.rows, workers.first, workers.last) == (
        240 * 20,
        "2026-11-13 12:00:00",
        "2026-11-23 11:00:00",
    )
    assert workers.rows_per_day == 24 * 20


def test_growth_is_measured_over_what_there_is_of_the_last_week(database: Database) -> None:
    database.execute("DELETE FROM pool_summary WHERE timestamp < '2026-11-22 12:00:00'")
    found = stats.read(database, None, NOW).sizes
    assert of(found, "pool_summary").rows_per_day == 24
    later = stats.read(database, None, NOW + timedelta(days=30)).sizes
    assert of(later, "worker_status").rows_per_day == 0


def test_kept_days_grow_as_fast_as_they_are_pruned(database: Database) -> None:
    database.execute_many(
        "INSERT INTO worker_day VALUES ('kzpool_001', ?, ?, 1, 1, NULL)",
        [(f"w{n}", f"2026-10-{day:02}") for n in range(20) for day in range(1, 21)],
    )
    kept = of(stats.read(database, None, NOW).sizes, "worker_day")
    assert (kept.first, kept.last) == ("2026-10-01", "2026-10-20")
    assert kept.rows_per_day is not None
    assert 20 <= kept.rows_per_day <= 23


def test_the_growth_of_the_first_hours_is_not_known(database: Database) -> None:
    found = stats.read(database, 1, NOW - timedelta(days=9, hours=1))
    assert of(found.sizes, "worker_status").rows_per_day is None
    assert (found.growth_bytes_per_day, found.days_until_limit) == (None, None)


def test_days_until_the_limit(database: Database) -> None:
    small = stats.read(database, 1, NOW)
    assert small.limit_reason == "setting"
    assert small.days_until_limit is not None
    assert small.growth_bytes_per_day is not None
    used = small.bytes - small.free_bytes
    assert small.days_until_limit == round((1_000_000 - used) / small.growth_bytes_per_day, 1)
    assert stats.read(database, None, NOW).limit_reason == "disk"
    nothing_new = stats.read(database, 1, NOW + timedelta(days=60))
    assert nothing_new.days_until_limit is None


def test_a_limit_that_is_reached_is_no_days_away(database: Database) -> None:
    database.execute("CREATE TABLE big (x)")
    database.execute("INSERT INTO big VALUES (zeroblob(2000000))")
    assert stats.read(database, 1, NOW).days_until_limit == 0


def test_without_dbstat_sizes_are_estimates(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    exact = of(stats.read(database, None, NOW).sizes, "worker_status").bytes
    monkeypatch.setattr(sizes, "_SIZE", "SELECT 1 FROM no_dbstat WHERE name = ?")
    found = stats.read(database, None, NOW)
    assert not found.sizes_are_exact
    assert {one.kind for one in found.sizes} == {"table"}
    assert sum(one.bytes for one in found.sizes) <= found.bytes
    assert exact * 0.5 < of(found.sizes, "worker_status").bytes < exact * 3


def test_an_empty_database_has_sizes() -> None:
    with Database.in_memory() as memory:
        assert of(sizes.read(memory, 1000, NOW)[0], "worker_status").rows == 0


@pytest.mark.parametrize(
    ("mode", "version", "says"),
    [
        ("delete", (3, 40, 1), "in WAL mode SQLite 3.40.1 can lose committed rows"),
        ("delete", (3, 51, 3), "never switched behind other programs"),
        ("wal", (3, 51, 3), "has the fix"),
        ("wal", (3, 40, 1), "`delete` is safe"),
    ],
)
def test_the_reason_of_the_journal_mode(mode: str, version: tuple[int, ...], says: str) -> None:
    assert says in stats.journal_reason(mode, version)


def test_a_file_of_another_version_says_so(database: Database) -> None:
    database.execute("PRAGMA user_version = 7")
    found = stats.read(database, None, NOW)
    assert (found.user_version, found.schema_version) == (7, 1)
    assert found.sqlite_version == sqlite3.sqlite_version


# optimize ---------------------------------------------------------------------------------------


def test_analyze_looks_at_some_rows_only(database: Database) -> None:
    optimize.analyze(database)
    assert database.one("PRAGMA analysis_limit")[0] == 1000
    assert database.one("SELECT COUNT(*) FROM sqlite_stat1 WHERE tbl = 'worker_status'")[0] == 2


def test_vacuum_gives_the_space_back_and_keeps_the_rows(database: Database) -> None:
    database.execute("DELETE FROM worker_status WHERE timestamp < '2026-11-22'")
    before, after = optimize.vacuum(database)
    assert after < before * 0.7
    assert database.path.stat().st_size == after
    assert database.one("SELECT COUNT(*) FROM pool_summary")[0] == 240


def test_vacuum_needs_room_for_the_whole_again(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(database.path.parent)
    size = database.path.stat().st_size
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=size))
    with pytest.raises(StoreError, match="MB of room are needed"):
        optimize.vacuum(database)
    assert database.path.stat().st_size == size
