from __future__ import annotations

import asyncio
from typing import Any

from scrapy.crawler import Crawler

from kzscraper.anomalies.rules import judge
from kzscraper.anomalies.thresholds import Thresholds
from kzscraper.pipelines.gather import Gatherer
from kzscraper.store import history
from kzscraper.store.database import Database


class DetectAnomaliesPipeline:
    """Judges each visit, when it is closed, in the light of the pool's recent past.

    The verdicts travel on the PoolScrape; storing the visit makes incidents of them.
    """

    def __init__(self, database: Database, thresholds: Thresholds) -> None:
        self._database = database
        self._thresholds = thresholds
        self._gatherer = Gatherer()
        self._lock = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> DetectAnomaliesPipeline:
        settings = crawler.settings
        return cls(Database.from_settings(settings), Thresholds.from_settings(settings))

    def close_spider(self) -> None:
        self._database.close()

    async def process_item(self, item: Any) -> Any:
        visit = self._gatherer.add(item)
        if visit:
            async with self._lock:
                state = await asyncio.to_thread(
                    history.load, self._database, visit, self._thresholds
                )
            visit.scrape.verdicts = judge(state)
        return item
