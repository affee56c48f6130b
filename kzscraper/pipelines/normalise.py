from __future__ import annotations

from collections import defaultdict
from typing import Any

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from kzscraper import reckoning
from kzscraper.forms import FORMS
from kzscraper.items import PoolScrape


class NormalisePipeline:
    """Puts the page's texts into their canonical forms.

    What cannot be read becomes None, is counted, and makes the visit partial with an example.
    """

    def __init__(self, stats: StatsCollector) -> None:
        self._stats = stats
        self._unreadable: dict[str, list[str]] = defaultdict(list)  # by pool

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> NormalisePipeline:
        return cls(crawler.stats)

    def process_item(self, item: Any) -> Any:
        if isinstance(item, PoolScrape):
            self._report(item)
            return item
        for name, form in FORMS[type(item)].items():
            text = getattr(item, name)
            if text is None:
                continue
            try:
                value = form(text)
            except ValueError as error:
                value = None
                self._stats.inc_value(f"kz/normalise/unreadable/{name}")
                self._unreadable[item.pool_id].append(f"{name}: {error}")
            setattr(item, name, value)
        return item

    def _report(self, scrape: PoolScrape) -> None:
        unreadable = self._unreadable.pop(scrape.pool_id, [])
        if unreadable:
            reckoning.add_problem(
                scrape, f"{len(unreadable)} value(s) cannot be read, first {unreadable[0]}"
            )
