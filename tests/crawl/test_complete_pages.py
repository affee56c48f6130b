"""One crawl of every kind of good page in a real browser; what is stored is what was drawn."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kzscraper import units
from kzscraper.demo.pools import DemoPool
from kzscraper.demo.truth import truth
from tests.conftest import Farm
from tests.crawl.scenarios import COMPLETE, NAMES

by_name = pytest.mark.parametrize("pool", COMPLETE, ids=lambda pool: pool.name)


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    farm = Farm(tmp_path_factory.mktemp("complete"), COMPLETE)
    with farm.site:
        farm.register()
        done = farm.crawl()
        assert done.returncode == 0, done.stderr
        yield farm


@by_name
def test_the_visit_is_complete(crawled: Farm, pool: DemoPool) -> None:
    scrape = crawled.one("scrape_log", pool.name)
    assert (scrape["status"], scrape["error"]) == ("complete", None)
    assert 0 < scrape["duration_s"] < 60
    [worker_counts] = crawled.rows(
        "SELECT COUNT(*) AS n FROM worker_status WHERE pool_id = ?", crawled.ids[pool.name]
    )
    assert (scrape["workers_read"] or 0) == worker_counts["n"]


@by_name
def test_workers_are_stored_as_shown(crawled: Farm, pool: DemoPool) -> None:
    stored = crawled.of_pool("worker_status", pool.name)
    shown = truth(pool).workers
    assert [row["worker_name"] for row in stored] == [row["name"] for row in shown]
    for column in ("hashrate_10m", "hashrate_1h", "hashrate_24h"):
        assert [row[column] for row in stored] == [row[column] for row in shown]
    assert [row["last_exchange_time"] for row in stored] == [row["last_exchange"] for row in shown]


@by_name
def test_statuses_are_stored_in_the_documented_words(crawled: Farm, pool: DemoPool) -> None:
    stored = [row["status"] for row in crawled.of_pool("worker_status", pool.name)]
    wanted = {"ONLINE": pool.online, "OFFLINE": pool.offline, "DEAD": pool.dead}
    if "statistics" in pool.rights:
        assert {status: stored.count(status) for status in wanted} == wanted
    assert set(stored) <= set(wanted)


@by_name
def test_the_counters_are_stored(crawled: Farm, pool: DemoPool) -> None:
    stored = crawled.of_pool("pool_summary", pool.name)
    shown = truth(pool).summary
    assert len(stored) == (1 if shown else 0)
    for row in stored:
        for name in ("online_workers", "offline_workers"):
            assert row[name] == (int(shown[name]) if name in shown else None)
        for name in ("current_hashrate", "avg_hashrate_24h"):
            rate = units.parse_hashrate(shown.get(name))
            assert row[name] == (rate.text if rate else None)
        for name in ("balance", "last_income"):
            amount = units.parse_btc(shown.get(name))
            assert row[name] == (None if amount is None else f"{amount:.8f}BTC")


@by_name
def test_the_earnings_are_stored(crawled: Farm, pool: DemoPool) -> None:
    stored = crawled.of_pool("daily_earnings", pool.name)
    shown = truth(pool).earnings
    assert [row["total_income"] for row in stored] == [row["total_income"] for row in shown]
    assert [row["hashrate"] for row in stored] == [row["hashrate"] for row in shown]
    dates = [row["date"] for row in stored]
    assert dates == [str(units.parse_day(row["date"])) for row in shown]
    assert len(set(dates)) == len(dates)


@by_name
def test_all_rows_of_a_visit_carry_one_timestamp(crawled: Farm, pool: DemoPool) -> None:
    stamps = {row["timestamp"] for row in crawled.of_pool("scrape_log", pool.name)}
    for table in ("pool_summary", "worker_status"):
        stamps |= {row["timestamp"] for row in crawled.of_pool(table, pool.name)}
    stamps |= {row["recorded_at"] for row in crawled.of_pool("daily_earnings", pool.name)}
    assert len(stamps) == 1


def test_literal_values_come_out_in_canonical_form(crawled: Farm) -> None:
    row = crawled.one("pool_summary", "other units")
    assert row["current_hashrate"] == "1.02 EH/s"
    assert row["avg_hashrate_24h"] == "1020.5 PH/s"
    assert row["balance"] == "0.01570138BTC"
    assert row["last_income"] is None


def test_hostile_names_are_stored_exactly(crawled: Farm) -> None:
    stored = [row["worker_name"] for row in crawled.of_pool("worker_status", "hostile names")]
    assert stored[: len(NAMES)] == list(NAMES)


def test_no_pictures_fonts_or_third_parties_are_loaded(crawled: Farm) -> None:
    asked = crawled.site.requests
    assert any(path.endswith("app.js") for path in asked)
    for ending in (".png", ".svg", ".woff", "metrics.js"):
        assert not [path for path in asked if path.split("?")[0].endswith(ending)]
