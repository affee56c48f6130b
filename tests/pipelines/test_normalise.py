from __future__ import annotations

from dataclasses import replace

import pytest
from scrapy.statscollectors import StatsCollector
from scrapy.utils.test import get_crawler

from kzscraper.items import DailyEarnings, Item, PoolScrape, PoolSummary, ScrapeStatus, WorkerStatus
from kzscraper.page import parsers
from kzscraper.pipelines.normalise import NormalisePipeline
from tests.page import saved

STAMP = "2025-11-23 05:00:00"
LINK = "https://btcpool.kz/observer-link/" + "0" * 32
SUMMARY = PoolSummary(STAMP, "kzpool_001", LINK)
WORKER = WorkerStatus(STAMP, "kzpool_001", LINK, "a.1")
DAY = DailyEarnings("kzpool_001", LINK, "2025-11-22")

BLANKS = ("", " ", "\u00a0", "-", "—", "–", "N/A", "н/д")
UNREADABLE: dict[str, tuple[Item, str]] = {
    "current_hashrate": (SUMMARY, "37.405"),
    "avg_hashrate_24h": (SUMMARY, "37.405 кВт"),
    "balance": (SUMMARY, "12.5 mBTC"),
    "last_income": (SUMMARY, "0.123456789"),
    "status": (WORKER, "REBOOTING"),
    "hashrate_10m": (WORKER, "много"),
    "hashrate_1h": (WORKER, "-1 TH/s"),
    "hashrate_24h": (WORKER, "1.2.3 TH/s"),
    "last_exchange_time": (WORKER, "2 мин назад"),
    "date": (DAY, "Итого"),
    "total_income": (DAY, "1 250 USD"),
    "hashrate": (DAY, "38"),
}


@pytest.fixture
def stats() -> StatsCollector:
    return get_crawler().stats


def scrape(pool_id: str = "kzpool_001", status: ScrapeStatus = "complete") -> PoolScrape:
    return PoolScrape(STAMP, pool_id, "kzpool", status)


@pytest.mark.parametrize(
    ("item", "field", "text", "value"),
    [
        (SUMMARY, "current_hashrate", "37.405 PH/s", "37.405 PH/s"),
        (SUMMARY, "current_hashrate", "37,405\u00a0ПХ/с", "37.405 PH/s"),
        (SUMMARY, "current_hashrate", "0", "0 H/s"),
        (SUMMARY, "avg_hashrate_24h", "1 020,5PH/s", "1020.5 PH/s"),
        (SUMMARY, "balance", "0.01864218BTC", "0.01864218BTC"),
        (SUMMARY, "balance", "0,5 BTC", "0.50000000BTC"),
        (SUMMARY, "balance", "0", "0.00000000BTC"),
        (SUMMARY, "last_income", "0.01570138", "0.01570138BTC"),
        (SUMMARY, "last_income", "1e-8", "0.00000001BTC"),
        (WORKER, "status", "ONLINE", "ONLINE"),
        (WORKER, "status", "DEAD", "DEAD"),
        (WORKER, "hashrate_10m", "187.650TH/s", "187.650 TH/s"),
        (WORKER, "hashrate_1h", "0 H/s", "0 H/s"),
        (WORKER, "hashrate_24h", "1,234.5 TH/s", "1234.5 TH/s"),
        (WORKER, "last_exchange_time", "11/23/2025, 4:45:00 AM", "2025-11-23 04:45:00"),
        (WORKER, "last_exchange_time", "23.11.2025, 04:45:00", "2025-11-23 04:45:00"),
        (DAY, "date", "11/22/2025 12:00:00 AM", "2025-11-22"),
        (DAY, "date", "22.11.2025", "2025-11-22"),
        (DAY, "total_income", "0,0157", "0.01570000"),
        (DAY, "hashrate", "38.187 PH/s", "38.187 PH/s"),
    ],
)
def test_texts_get_their_canonical_form(
    stats: StatsCollector, item: Item, field: str, text: str, value: str
) -> None:
    pipeline = NormalisePipeline(stats)
    done = pipeline.process_item(replace(item, **{field: text}))  # type: ignore[arg-type]
    assert done == replace(item, **{field: value})  # type: ignore[arg-type]
    assert pipeline.process_item(done) == done
    assert stats.get_stats() == {}


@pytest.mark.parametrize("blank", BLANKS)
@pytest.mark.parametrize("field", sorted(UNREADABLE.keys() - {"status"}))
def test_what_the_page_leaves_blank_is_none_and_no_problem(
    stats: StatsCollector, field: str, blank: str
) -> None:
    item, _ = UNREADABLE[field]
    pipeline = NormalisePipeline(stats)
    done = pipeline.process_item(replace(item, **{field: blank}))  # type: ignore[arg-type]
    closed = pipeline.process_item(scrape())
    assert getattr(done, field) is None
    assert (closed.status, closed.error, stats.get_stats()) == ("complete", None, {})


@pytest.mark.parametrize("field", [*UNREADABLE])
def test_what_cannot_be_read_is_none_and_counted_and_makes_the_visit_partial(
    stats: StatsCollector, field: str
) -> None:
    item, text = UNREADABLE[field]
    pipeline = NormalisePipeline(stats)
    done = pipeline.process_item(replace(item, **{field: text}))  # type: ignore[arg-type]
    closed = pipeline.process_item(scrape())
    assert getattr(done, field) is None
    assert stats.get_stats() == {f"kz/normalise/unreadable/{field}": 1}
    assert closed.status == "partial"
    assert closed.error is not None
    assert field in closed.error
    assert repr(text) in closed.error


@pytest.mark.parametrize("item", [SUMMARY, WORKER])
def test_what_the_page_did_not_show_stays_none(stats: StatsCollector, item: Item) -> None:
    assert NormalisePipeline(stats).process_item(replace(item)) == item


def test_what_is_no_measured_value_is_left_as_it_is(stats: StatsCollector) -> None:
    worker = replace(WORKER, worker_name=" =1+1 — ")
    summary = replace(SUMMARY, online_workers=0, offline_workers=2)
    pipeline = NormalisePipeline(stats)
    assert pipeline.process_item(replace(worker)) == worker
    assert pipeline.process_item(replace(summary)) == summary


def test_the_reason_counts_all_and_shows_the_first(stats: StatsCollector) -> None:
    pipeline = NormalisePipeline(stats)
    for text in ("first", "second", "third"):
        pipeline.process_item(replace(WORKER, hashrate_1h=text))
    closed = pipeline.process_item(scrape())
    assert closed.error is not None
    assert closed.error.startswith("3 ")
    assert "'first'" in closed.error
    assert "second" not in closed.error
    assert stats.get_value("kz/normalise/unreadable/hashrate_1h") == 3


def test_a_reason_is_added_to_those_that_are_there(stats: StatsCollector) -> None:
    pipeline = NormalisePipeline(stats)
    pipeline.process_item(replace(WORKER, hashrate_1h="?"))
    closed = pipeline.process_item(replace(scrape(status="partial"), error="rows are missing"))
    assert closed.status == "partial"
    assert closed.error is not None
    assert closed.error.startswith("rows are missing; 1 ")


def test_a_failed_visit_stays_failed(stats: StatsCollector) -> None:
    pipeline = NormalisePipeline(stats)
    pipeline.process_item(replace(WORKER, hashrate_1h="?"))
    assert pipeline.process_item(scrape(status="failed")).status == "failed"


def test_another_pools_visit_is_not_blamed(stats: StatsCollector) -> None:
    pipeline = NormalisePipeline(stats)
    pipeline.process_item(replace(WORKER, hashrate_1h="?"))
    pipeline.process_item(replace(WORKER, pool_id="kzpool_002", hashrate_1h="1 TH/s"))
    assert pipeline.process_item(scrape("kzpool_002")).status == "complete"
    assert pipeline.process_item(scrape("kzpool_001")).status == "partial"


def test_the_next_visit_of_the_pool_begins_anew(stats: StatsCollector) -> None:
    pipeline = NormalisePipeline(stats)
    pipeline.process_item(replace(WORKER, hashrate_1h="?"))
    pipeline.process_item(scrape())
    assert pipeline.process_item(scrape()).status == "complete"


def test_a_crawler_gives_it_its_stats() -> None:
    crawler = get_crawler()
    pipeline = NormalisePipeline.from_crawler(crawler)
    pipeline.process_item(replace(SUMMARY, balance="12.5 mBTC"))
    assert crawler.stats.get_value("kz/normalise/unreadable/balance") == 1


def test_a_saved_page_read_and_normalised(stats: StatsCollector) -> None:
    document = saved.page("en_cards_p")
    summary = parsers.parse_summary(document, saved.VISITED)
    workers = parsers.parse_workers(document, saved.VISITED)
    assert summary is not None
    assert workers is not None
    pipeline = NormalisePipeline(stats)
    item = pipeline.process_item(summary.item)
    assert (item.current_hashrate, item.balance, item.last_income) == ("1.02 EH/s", None, None)
    times = [pipeline.process_item(worker).last_exchange_time for worker in workers]
    assert times == ["2025-11-23 04:45:00", "2025-11-01 13:05:00", None]
    assert stats.get_stats() == {"kz/normalise/unreadable/balance": 1}
