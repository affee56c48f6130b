from __future__ import annotations

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.extensions import corestats

from kzscraper.signals import visit_stored


class CoreStats(corestats.CoreStats):
    """Scrapy's own, but the items of a visit are counted at once, when they are stored."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CoreStats:
        extension = super().from_crawler(crawler)
        crawler.signals.disconnect(extension.item_scraped, signals.item_scraped)
        crawler.signals.connect(extension.visit_stored, visit_stored)
        return extension

    def visit_stored(self, items: int) -> None:
        self.stats.inc_value("item_scraped_count", items)
