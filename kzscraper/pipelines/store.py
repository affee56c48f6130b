from __future__ import annotations

import asyncio
import logging
from typing import Any

from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.signalmanager import SignalManager
from scrapy.statscollectors import StatsCollector

from kzscraper.anomalies.incidents import Policy
from kzscraper.exceptions import StoreError
from kzscraper.items import PoolScrape, Visit
from kzscraper.pipelines.gather import Gatherer
from kzscraper.signals import visit_stored
from kzscraper.store import visits
from kzscraper.store.database import Database
from kzscraper.store.spool import Spool

logger = logging.getLogger(__name__)


class StorePipeline:
    """Writes each visit in one transaction when it is closed."""

    def __init__(
        self, database: Database, policy: Policy, stats: StatsCollector, signals: SignalManager
    ) -> None:
        self._database = database
        self._policy = policy
        self._stats = stats
        self._signals = signals
        self._spool = Spool(database.path)
        self._out_of_order: StoreError | None = None
        self._gatherer = Gatherer()
        self._lock = asyncio.Lock()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> StorePipeline:
        settings = crawler.settings
        database, policy = Database.from_settings(settings), Policy.from_settings(settings)
        return cls(database, policy, crawler.stats, crawler.signals)

    def close_spider(self) -> None:
        self._database.close()

    async def process_item(self, item: Any) -> Any:
        visit = self._gatherer.add(item)
        if visit:
            await self._write(visit)
        return item

    async def _write(self, visit: Visit) -> None:
        scrape = visit.scrape
        try:
            async with self._lock:
                # In a thread, as it may wait for another program's write lock: the browser's
                # pages must not wait with it.
                stored = await asyncio.to_thread(self._store, visit)
        except StoreError as error:
            self._stats.inc_value("kz/store/failed")
            raise DropItem(f"{scrape.pool_id}: {error}", log_level="ERROR") from error
        self._stats.inc_value(f"kz/visits/{scrape.status}")
        if scrape.failure:
            self._stats.inc_value(f"kz/failed/{scrape.failure}")
        for name, count in vars(stored).items():
            self._stats.inc_value(f"kz/store/{name}", count)
        _report(scrape)
        self._signals.send_catch_log(visit_stored, scrape=scrape, items=visit.size)

    def _store(self, visit: Visit) -> visits.Stored:
        """Writes the visit; raises StoreError, but keeps the visit in the spool."""
        try:
            # Once the database has failed, each further try would take as long as the first.
            if self._out_of_order:
                raise self._out_of_order
            return visits.write(self._database, visit, self._policy)
        except StoreError as error:
            self._out_of_order = error
            try:
                path = self._spool.put(visit)
            except StoreError as worse:
                raise StoreError(f"the visit is lost: {error}; {worse}") from error
            self._stats.inc_value("kz/spool/kept")
            raise StoreError(
                f"the visit was not stored, the next run does it from {path}: {error}"
            ) from error


def _report(scrape: PoolScrape) -> None:
    """One line per visit."""
    parts: list[str] = [scrape.status]
    if scrape.workers_read is not None:
        parts.append(f"{scrape.workers_read} workers")
    if scrape.earnings_read is not None:
        parts.append(f"{scrape.earnings_read} days of earnings")
    if scrape.duration_s is not None:
        parts.append(f"{scrape.duration_s:.1f} s")
    level = logging.INFO if scrape.status == "complete" else logging.WARNING
    reason = f": {scrape.error}" if scrape.error else ""
    if scrape.evidence:
        reason += f" (see {scrape.evidence})"
    logger.log(level, "%s: %s%s", scrape.pool_id, ", ".join(parts), reason)
