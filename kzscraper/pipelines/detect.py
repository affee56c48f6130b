from __future__ import annotations

from typing import Any

from scrapy.crawler import Crawler

from kzscraper.anomalies import rules
from kzscraper.pipelines.gather import Gatherer


class DetectAnomaliesPipeline:
    """Judges each visit when it is closed; the verdicts travel on its PoolScrape."""

    def __init__(self, thresholds: rules.Thresholds) -> None:
        self._thresholds = thresholds
        self._gatherer = Gatherer()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DetectAnomaliesPipeline:
        return cls(rules.Thresholds.from_settings(crawler.settings))

    def process_item(self, item: Any) -> Any:
        if visit := self._gatherer.add(item):
            visit.scrape.verdicts = rules.judge(visit, self._thresholds)
        return item
