"""What the retention policy lets go, and of whom."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from scrapy.settings import Settings

from kzscraper.exceptions import ConfigurationError
from kzscraper.store import retention
from kzscraper.store.database import Database
from kzscraper.store.prune import Pruner
from kzscraper.store.retention import Policy
from kzscraper.store.turns import Turns
from tests.store.filled import HOSTS, register, visit

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
POLICY = Policy(worker_status=30, pool_summary=90, anomaly_log=365, scrape_log=365)
ALL = "2009-01-03"  # tables other than worker_status are not pruned day by day
ONE: dict[str, tuple[str, str | None]] = {"w1": ("ONLINE", None)}


@pytest.fixture
def database(database: Database) -> Database:
    register(database)
    return database


def due(database: Database, policy: Policy = POLICY) -> list[tuple[str, str, str, int]]:
    tasks = retention.plan(database, HOSTS, policy, NOW).tasks
    return [(task.table, task.pool_id, task.first, task.rows) for task in tasks]


def prune(database: Database) -> None:
    turns = Turns(database, 30, lambda _: None)
    Pruner(database, turns).run(retention.plan(database, HOSTS, POLICY, NOW).tasks, lambda *_: None)


def anomaly(database: Database, timestamp: str, resolved: int = 1) -> int:
    cursor = database.execute(
        "INSERT INTO anomaly_log (timestamp, pool_id, anomaly_type, resolved) "
        "VALUES (?, 'kzpool_001', 'HASHRATE_DROP', ?)",
        (timestamp, resolved),
    )
    return int(cursor.lastrowid or 0)


def test_whole_utc_days_go_and_the_day_in_which_the_term_ends_stays(database: Database) -> None:
    for timestamp in ("2026-10-23 23:59:59", "2026-10-24 00:00:00", "2026-10-24 13:00:00"):
        visit(database, "kzpool_001", timestamp, ONE)
    assert due(database) == [("worker_status", "kzpool_001", "2026-10-23", 1)]


def test_each_table_has_its_own_term(database: Database) -> None:
    visit(database, "kzpool_001", "2026-08-24 10:00:00", {**ONE, "w2": ("OFFLINE", None)})
    anomaly(database, "2025-11-22 23:00:00")
    database.execute(
        "INSERT INTO scrape_log (timestamp, pool_id, spider, status) "
        "VALUES ('2025-11-22 10:00:00', 'kzpool_001', 'kzpool', 'failed')"
    )
    database.execute("INSERT INTO daily_earnings (pool_id, date) VALUES ('kzpool_001', '2009-02')")
    assert due(database) == [
        ("worker_status", "kzpool_001", "2026-08-24", 2),
        ("pool_summary", "kzpool_001", ALL, 1),
        ("anomaly_log", "kzpool_001", ALL, 1),
        ("scrape_log", "kzpool_001", ALL, 1),
    ]


def test_other_scrapers_pools_are_left_alone(database: Database) -> None:
    for pool_id in ("antpool_001", "kzpool_002"):
        visit(database, pool_id, "2020-01-01 00:00:00", ONE)
    database.execute("PRAGMA foreign_keys = OFF")
    visit(database, "unregistered", "2020-01-01 00:00:00", ONE)
    assert {pool_id for _, pool_id, _, _ in due(database)} == {"kzpool_002"}
    assert retention.plan(database, HOSTS, POLICY, NOW).foreign == ["antpool_001"]


def test_a_pool_that_is_not_active_is_ours_all_the_same(database: Database) -> None:
    database.execute("UPDATE pool_metadata SET active = 0")
    visit(database, "kzpool_001", "2026-01-01 00:00:00", ONE)
    assert ("worker_status", "kzpool_001", "2026-01-01", 1) in due(database)


def test_open_anomalies_stay_and_so_do_resolved_ones_that_go_on(database: Database) -> None:
    anomaly(database, "2020-01-01 00:00:00", resolved=0)
    for pool_day, ended in (("2020-01-02", "NULL"), ("2020-01-03", "'2020-01-04 00:00:00'")):
        acknowledged = anomaly(database, f"{pool_day} 00:00:00")
        database.execute(
            "INSERT INTO incident (anomaly_id, pool_id, anomaly_type, last_seen, visits, measure, "
            "peak, good_visits, ended, memory) VALUES (?, 'kzpool_001', 'HASHRATE_DROP', "
            f"'2020-01-01 00:00:00', 1, 0, 0, 0, {ended}, '{{}}')",
            (acknowledged,),
        )
    assert due(database) == [("anomaly_log", "kzpool_001", ALL, 1)]
    prune(database)
    assert [row[0][:10] for row in database.rows("SELECT timestamp FROM anomaly_log")] == [
        "2020-01-01",
        "2020-01-02",
    ]


def test_the_newest_visit_that_read_anything_stays(database: Database) -> None:
    for day, status in ((1, "complete"), (2, "partial"), (3, "failed")):
        visit(database, "kzpool_001", f"2020-01-0{day} 00:00:00", {}, status)
    assert ("scrape_log", "kzpool_001", ALL, 2) in due(database)
    prune(database)
    assert [row[0] for row in database.rows("SELECT status FROM scrape_log")] == ["partial"]


@pytest.mark.parametrize(
    "timestamp",
    ["11/22/2020 12:00:00 AM", 20201122, 1606000000, None, "", "2020-13-45 00:00:00"],
)
def test_a_timestamp_that_does_not_begin_with_a_date_is_never_due(
    database: Database, timestamp: object
) -> None:
    sql = "INSERT INTO pool_summary (timestamp, pool_id) VALUES (?, 'kzpool_001')"
    database.execute(sql, (timestamp,))
    database.execute(sql, ("2020-05-05T10:00:00.123",))
    database.execute(sql, ("2020-05-05 10:00:00",))
    assert due(database) == [("pool_summary", "kzpool_001", ALL, 2)]
    prune(database)
    assert [row[0] for row in database.rows("SELECT timestamp FROM pool_summary")] == [timestamp]


def test_the_settings_are_the_terms() -> None:
    assert Policy.from_settings(Settings()) == POLICY
    settings = {
        "KZ_KEEP_WORKER_STATUS_DAYS": "400",
        "KZ_KEEP_POOL_SUMMARY_DAYS": 2,
        "KZ_KEEP_RESOLVED_ANOMALY_DAYS": "3",
        "KZ_KEEP_SCRAPE_LOG_DAYS": "4",
    }
    # The visits tell which worker lists are whole: they stay as long as the lists.
    assert Policy.from_settings(Settings(settings)) == Policy(400, 2, 3, 400)


@pytest.mark.parametrize("days", ["0", "-1", "1.5", "soon", "40000"])
def test_a_term_that_makes_no_sense_is_refused(days: str) -> None:
    with pytest.raises(ConfigurationError, match="KZ_KEEP_WORKER_STATUS_DAYS"):
        Policy.from_settings(Settings({"KZ_KEEP_WORKER_STATUS_DAYS": days}))
