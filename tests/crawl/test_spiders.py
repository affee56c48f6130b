"""What a crawl writes from visit to visit, and what each spider reads."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from kzscraper.demo.pools import DemoPool
from tests.conftest import Farm

PLAIN = DemoPool(
    token="1" * 32,
    name="plain",
    moving=False,
    now=datetime.now(UTC),
    online=8,
    offline=2,
    earnings_days=3,
)

FarmMaker = Callable[..., Farm]


def counts(farm: Farm) -> dict[str, int]:
    tables = ("pool_summary", "worker_status", "daily_earnings", "scrape_log")
    return {name: farm.rows(f"SELECT COUNT(*) AS n FROM {name}")[0]["n"] for name in tables}


def test_each_spider_reads_its_part(farm: FarmMaker) -> None:
    one = farm(PLAIN)
    assert one.crawl("kzpool_summary").returncode == 0
    assert counts(one) == {
        "pool_summary": 1, "worker_status": 0, "daily_earnings": 0, "scrape_log": 1
    }  # fmt: skip
    assert one.crawl("kzpool_workers").returncode == 0
    assert counts(one) == {
        "pool_summary": 1, "worker_status": 10, "daily_earnings": 0, "scrape_log": 2
    }  # fmt: skip
    assert one.crawl("kzpool_earnings").returncode == 0
    assert counts(one) == {
        "pool_summary": 1, "worker_status": 10, "daily_earnings": 3, "scrape_log": 3
    }  # fmt: skip
    spiders = [row["spider"] for row in one.rows("SELECT spider FROM scrape_log ORDER BY id")]
    assert spiders == ["kzpool_summary", "kzpool_workers", "kzpool_earnings"]


def test_earnings_are_written_once_and_corrected(farm: FarmMaker) -> None:
    days = (("11/22/2025, 12:00:00 AM", "0.01570138", "38.187 PH/s"),
            ("11/21/2025, 12:00:00 AM", "0.01560000", "38.000 PH/s"))  # fmt: skip
    one = farm(replace(PLAIN, earnings=days))
    first = one.crawl()
    assert "'kz/store/earnings_new': 2" in first.stderr
    stored = one.of_pool("daily_earnings", "plain")
    again = one.crawl()
    assert "'kz/store/earnings_unchanged': 2" in again.stderr
    assert one.of_pool("daily_earnings", "plain") == stored
    one.site.set(replace(PLAIN, earnings=(days[0], (days[1][0], "0.01560001", days[1][2]))))
    corrected = one.crawl()
    assert "'kz/store/earnings_corrected': 1" in corrected.stderr
    now = one.of_pool("daily_earnings", "plain")
    assert [row["total_income"] for row in now] == ["0.01570138", "0.01560001"]
    assert [row["recorded_at"] for row in now] == [row["recorded_at"] for row in stored]


def test_two_days_that_contradict_each_other_make_the_visit_partial(farm: FarmMaker) -> None:
    days = (("2025-11-22", "0.01570138", "38.187 PH/s"), ("2025-11-22", "0.1", "38.187 PH/s"))
    one = farm(replace(PLAIN, earnings=days))
    assert one.crawl().returncode == 2
    [stored] = one.of_pool("daily_earnings", "plain")
    assert stored["total_income"] == "0.01570138"
    scrape = one.one("scrape_log", "plain")
    assert scrape["status"] == "partial"
    assert "2025-11-22 stands in the earnings table twice" in scrape["error"]


def test_a_value_that_cannot_be_read_is_null_and_counted(farm: FarmMaker) -> None:
    one = farm(replace(PLAIN, values={"balance": "12.5 mBTC"}))
    done = one.crawl()
    assert done.returncode == 2
    assert "'kz/normalise/unreadable/balance': 1" in done.stderr
    assert one.one("pool_summary", "plain")["balance"] is None
    scrape = one.one("scrape_log", "plain")
    assert scrape["status"] == "partial"
    assert "12.5 mBTC" in scrape["error"]


def test_pools_are_chosen_by_id_and_client(farm: FarmMaker) -> None:
    pools = [replace(PLAIN, token=str(n) * 32, name=f"pool {n}") for n in range(1, 5)]
    one = farm(*pools)
    for n, client in ((1, "A"), (2, "B"), (3, "B"), (4, "A")):
        assert one.scrapy("pools", "update", f"kzpool_00{n}", "--client", client).returncode == 0
    assert one.scrapy("pools", "deactivate", "kzpool_002").returncode == 0

    def visited() -> list[str]:
        return [row["pool_id"] for row in one.rows("SELECT pool_id FROM scrape_log ORDER BY 1")]

    assert one.crawl("kzpool_summary", "-a", "client=B").returncode == 0
    assert visited() == ["kzpool_003"]
    assert one.crawl("kzpool_summary", "-a", "pool_id=kzpool_001,kzpool_002").returncode == 0
    assert visited() == ["kzpool_001", "kzpool_002", "kzpool_003"]
    assert one.crawl("kzpool_summary").returncode == 0
    assert visited() == [
        *("kzpool_001", "kzpool_001", "kzpool_002", "kzpool_003", "kzpool_003", "kzpool_004")
    ]


def test_anomalies_are_one_row_while_they_last(farm: FarmMaker) -> None:
    dropped = replace(PLAIN, values={"current_hashrate": "1.000 PH/s"})
    one = farm(replace(dropped, values={**dropped.values, "avg_hashrate_24h": "2.000 PH/s"}))
    assert one.crawl().returncode == 0
    first = one.of_pool("anomaly_log", "plain")
    assert {row["anomaly_type"]: row["severity"] for row in first} == {
        "OFFLINE_WORKERS": "MEDIUM",
        "HASHRATE_DROP": "HIGH",
    }
    assert one.crawl().returncode == 0
    assert one.of_pool("anomaly_log", "plain") == first


def test_a_failed_write_is_told_and_stores_nothing(farm: FarmMaker) -> None:
    one = farm(PLAIN)
    with closing(sqlite3.connect(one.database)) as connection:
        connection.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON scrape_log "
            "BEGIN SELECT RAISE(ABORT, 'refused by a test'); END"
        )
        connection.commit()
    done = one.crawl()
    assert done.returncode == 2
    assert "kzpool_001: the visit was not stored" in done.stderr
    assert "refused by a test" in done.stderr
    assert set(counts(one).values()) == {0}


def test_items_are_exported_with_the_columns_names(farm: FarmMaker) -> None:
    one = farm(PLAIN)
    feed = one.folder / "items.json"
    assert one.crawl("kzpool", "-O", str(feed)).returncode == 0
    items = json.loads(feed.read_text())
    assert sum("worker_name" in item for item in items) == 10
    assert sum("total_income" in item for item in items) == 3
    [summary] = [item for item in items if "online_workers" in item]
    [row] = one.of_pool("pool_summary", "plain")
    assert summary.items() <= row.items()


def test_the_timestamp_is_utc_now(farm: FarmMaker) -> None:
    one = farm(PLAIN)
    assert one.crawl(TZ="Asia/Almaty").returncode == 0
    stamp = one.one("scrape_log", "plain")["timestamp"]
    age = datetime.now(UTC) - datetime.fromisoformat(f"{stamp}+00:00")
    assert timedelta(0) <= age < timedelta(minutes=2)


def test_no_observer_token_is_printed(farm: FarmMaker) -> None:
    one = farm(PLAIN, replace(PLAIN, token="2" * 32, name="gone", failure="http_404"))
    done = one.crawl("kzpool", "-L", "DEBUG")
    assert done.returncode == 2
    assert "observer-link/1111…1111" in done.stderr
    for pool in one.pools.values():
        assert pool.token not in done.stderr + done.stdout
