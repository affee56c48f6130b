from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from scrapy.exceptions import DropItem
from scrapy.statscollectors import StatsCollector
from scrapy.utils.test import get_crawler

from kzscraper.items import DailyEarnings, PoolScrape, PoolSummary, ScrapeStatus, WorkerStatus
from kzscraper.pipelines.deduplicate import DeduplicateEarningsPipeline

STAMP = "2025-11-23 05:00:00"
LINK = "https://btcpool.kz/observer-link/" + "0" * 32
DAY = DailyEarnings("kzpool_001", LINK, "2025-11-22", "0.01570138", "38.187 PH/s", STAMP)


@pytest.fixture
def stats() -> StatsCollector:
    return get_crawler().stats


@pytest.fixture
def pipeline(stats: StatsCollector) -> DeduplicateEarningsPipeline:
    return DeduplicateEarningsPipeline(stats)


def scrape(pool_id: str = "kzpool_001", status: ScrapeStatus = "complete") -> PoolScrape:
    return PoolScrape(STAMP, pool_id, "kzpool", status)


def through(
    pipeline: DeduplicateEarningsPipeline, days: Iterable[DailyEarnings]
) -> list[DailyEarnings]:
    """The items that are not dropped."""
    passed = []
    for day in days:
        try:
            passed.append(pipeline.process_item(day))
        except DropItem:
            continue
    return passed


def test_different_days_pass(pipeline: DeduplicateEarningsPipeline, stats: StatsCollector) -> None:
    days = [DAY, replace(DAY, date="2025-11-21"), replace(DAY, date="2025-11-20")]
    assert through(pipeline, days) == days
    assert (pipeline.process_item(scrape()).status, stats.get_stats()) == ("complete", {})


def test_the_same_day_of_different_pools_passes(pipeline: DeduplicateEarningsPipeline) -> None:
    days = [DAY, replace(DAY, pool_id="kzpool_002", total_income="0.5")]
    assert through(pipeline, days) == days
    assert pipeline.process_item(scrape("kzpool_001")).status == "complete"
    assert pipeline.process_item(scrape("kzpool_002")).status == "complete"


def test_a_day_that_is_shown_twice_passes_once(
    pipeline: DeduplicateEarningsPipeline, stats: StatsCollector
) -> None:
    assert through(pipeline, [DAY, replace(DAY), replace(DAY)]) == [DAY]
    assert pipeline.process_item(scrape()).status == "complete"
    assert stats.get_stats() == {"kz/deduplicate/dropped": 2}


@pytest.mark.parametrize(
    "other",
    [
        replace(DAY, total_income="0.01570139"),
        replace(DAY, total_income=None),
        replace(DAY, hashrate="1 PH/s"),
    ],
)
def test_a_day_that_contradicts_itself_passes_once_and_makes_the_visit_partial(
    pipeline: DeduplicateEarningsPipeline, stats: StatsCollector, other: DailyEarnings
) -> None:
    assert through(pipeline, [DAY, other]) == [DAY]
    closed = pipeline.process_item(scrape())
    assert closed.status == "partial"
    assert closed.error is not None
    assert "2025-11-22" in closed.error
    assert f"0.01570138 (kept) and {other.total_income}" in closed.error
    assert stats.get_stats() == {
        "kz/deduplicate/contradicting": 1,
        "kz/deduplicate/dropped": 1,
    }


@pytest.mark.parametrize("date", ["", None])
def test_days_without_a_date_are_dropped_and_make_the_visit_partial(
    pipeline: DeduplicateEarningsPipeline, stats: StatsCollector, date: str
) -> None:
    undated = replace(DAY, date=date)
    assert through(pipeline, [undated, DAY, replace(undated)]) == [DAY]
    closed = pipeline.process_item(scrape())
    assert (closed.status, closed.error) == (
        "partial",
        "a day of the earnings table has no date",
    )
    assert stats.get_stats() == {"kz/deduplicate/undated": 2}


def test_a_failed_visit_stays_failed(pipeline: DeduplicateEarningsPipeline) -> None:
    through(pipeline, [DAY, replace(DAY, total_income="0.5")])
    assert pipeline.process_item(scrape(status="failed")).status == "failed"


def test_another_pools_visit_is_not_blamed(pipeline: DeduplicateEarningsPipeline) -> None:
    through(pipeline, [DAY, replace(DAY, total_income="0.5")])
    assert pipeline.process_item(scrape("kzpool_002")).status == "complete"
    assert pipeline.process_item(scrape("kzpool_001")).status == "partial"


def test_the_next_visit_of_the_pool_begins_anew(pipeline: DeduplicateEarningsPipeline) -> None:
    through(pipeline, [DAY, replace(DAY, total_income="0.5")])
    pipeline.process_item(scrape())
    corrected = replace(DAY, total_income="0.6")
    assert through(pipeline, [corrected]) == [corrected]
    assert pipeline.process_item(scrape()).status == "complete"


@pytest.mark.parametrize(
    "item",
    [
        PoolSummary(STAMP, "kzpool_001", LINK, balance="0.5BTC"),
        WorkerStatus(STAMP, "kzpool_001", LINK, "twin"),
    ],
)
def test_other_items_pass_as_often_as_they_come(
    pipeline: DeduplicateEarningsPipeline, item: PoolSummary | WorkerStatus
) -> None:
    assert pipeline.process_item(item) is item
    assert pipeline.process_item(replace(item)) == item


def test_a_crawler_gives_it_its_stats() -> None:
    crawler = get_crawler()
    pipeline = DeduplicateEarningsPipeline.from_crawler(crawler)
    assert through(pipeline, [DAY, replace(DAY)]) == [DAY]
    assert crawler.stats.get_value("kz/deduplicate/dropped") == 1
