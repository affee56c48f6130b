"""What a crawl makes of a reading: the pipelines before storage may still find fault with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.statscollectors import StatsCollector

from kzscraper.items import Item, PoolScrape
from kzscraper.page.reading import Reading
from kzscraper.pipelines.deduplicate import DeduplicateEarningsPipeline
from kzscraper.pipelines.normalise import NormalisePipeline


@dataclass(frozen=True)
class Outcome:
    """The record of the visit and the items, as they would be stored."""

    scrape: PoolScrape
    items: list[Item]


def settle(found: Reading) -> Outcome:
    """Sends copies of the items, and the visit's record itself, through the pipelines."""
    stats = StatsCollector(Crawler(Spider))
    pipelines = (NormalisePipeline(stats), DeduplicateEarningsPipeline(stats))
    kept: list[Any] = []
    for item in [*map(replace, found.items), found.scrape]:
        try:
            for pipeline in pipelines:
                pipeline.process_item(item)
        except DropItem:
            continue
        kept.append(item)
    return Outcome(found.scrape, kept[:-1])
