from __future__ import annotations

import asyncio
import logging
from typing import Any

from scrapy.crawler import Crawler

from kzscraper.anomalies.rules import judge
from kzscraper.anomalies.thresholds import Thresholds
from kzscraper.exceptions import StoreError
from kzscraper.items import Visit
from kzscraper.pipelines.gather import Gatherer
from kzscraper.store import history
from kzscraper.store.database import Database

logger = logging.getLogger(__name__)


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
            await self._judge(visit)
        return item

    async def _judge(self, visit: Visit) -> None:
        try:
            async with self._lock:
                state = await asyncio.to_thread(
                    history.load, self._database, visit, self._thresholds
                )
        except StoreError as error:
            # Storing will fail as well, and keep the visit to be judged and stored later.
            logger.warning("%s: not judged: %s", visit.scrape.pool_id, error)
            return
        visit.scrape.verdicts = judge(state)
