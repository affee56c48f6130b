from __future__ import annotations

from collections import defaultdict
from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.statscollectors import StatsCollector

from kzscraper import reckoning
from kzscraper.items import DailyEarnings, PoolScrape


class DeduplicateEarningsPipeline:
    """Lets one item through per pool and day.

    A day without a date is dropped, and so is a second, different one, as nobody can tell which of
    the two is right: either makes the visit partial.
    """

    def __init__(self, stats: StatsCollector) -> None:
        self._stats = stats
        self._days: dict[str, dict[str, DailyEarnings]] = defaultdict(dict)  # by pool, by date
        self._problems: dict[str, list[str]] = defaultdict(list)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DeduplicateEarningsPipeline:
        return cls(crawler.stats)

    def process_item(self, item: Any) -> Any:
        if isinstance(item, DailyEarnings):
            self._check(item)
        elif isinstance(item, PoolScrape):
            for problem in dict.fromkeys(self._problems.pop(item.pool_id, [])):
                reckoning.add_problem(item, problem, "earnings")
            self._days.pop(item.pool_id, None)
        return item

    def _check(self, day: DailyEarnings) -> None:
        if not day.date:
            self._stats.inc_value("kz/deduplicate/undated")
            self._problems[day.pool_id].append("a day of the earnings table has no date")
            raise DropItem(f"{day.pool_id}: earnings without a date", log_level="DEBUG")
        first = self._days[day.pool_id].setdefault(day.date, day)
        if first is day:
            return
        if first != day:
            self._stats.inc_value("kz/deduplicate/contradicting")
            self._problems[day.pool_id].append(
                f"{day.date} stands in the earnings table twice: {first.total_income} (kept) "
                f"and {day.total_income}"
            )
        self._stats.inc_value("kz/deduplicate/dropped")
        raise DropItem(f"{day.pool_id}: {day.date} once more", log_level="DEBUG")
