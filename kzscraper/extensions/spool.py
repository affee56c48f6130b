from __future__ import annotations

import asyncio
import logging

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from kzscraper import options
from kzscraper.anomalies.incidents import Policy
from kzscraper.anomalies.rules import judge
from kzscraper.anomalies.thresholds import Thresholds
from kzscraper.exceptions import StoreError
from kzscraper.items import Visit
from kzscraper.store import history, registry, visits
from kzscraper.store.database import Database
from kzscraper.store.spool import Spool

logger = logging.getLogger(__name__)


class SpoolExtension:
    """Stores, before anything is read, the visits that an earlier run could not store."""

    def __init__(
        self,
        database: Database,
        patience: float,
        thresholds: Thresholds,
        policy: Policy,
        stats: StatsCollector,
    ) -> None:
        """patience: seconds to wait for another run that is doing the same."""
        self._database = database
        self._patience = patience
        self._thresholds = thresholds
        self._policy = policy
        self._stats = stats

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SpoolExtension:
        settings = crawler.settings
        extension = cls(
            Database.from_settings(settings),
            options.BUSY_TIMEOUT.read(settings),
            Thresholds.from_settings(settings),
            Policy.from_settings(settings),
            crawler.stats,
        )
        crawler.signals.connect(extension.spider_opened, signals.spider_opened)
        return extension

    async def spider_opened(self) -> None:
        try:
            await asyncio.to_thread(self._store_all)
        except StoreError as error:
            self._stats.inc_value("kz/spool/failed")
            logger.error("visits of an earlier run wait to be stored: %s", error)
        finally:
            self._database.close()

    def _store_all(self) -> None:
        spool = Spool(self._database.path)
        if not spool.files():
            return
        with spool.emptying(self._patience):
            links = {pool.pool_id: pool.observer_url for pool in registry.pools(self._database)}
            for path in spool.files():
                visit = spool.visit(path, links)
                if visit is None:
                    self._stats.inc_value("kz/spool/failed")
                    continue
                self._store(visit)
                path.unlink()
                self._stats.inc_value("kz/spool/stored")

    def _store(self, visit: Visit) -> None:
        read_at = visit.scrape.timestamp
        if not visits.is_stored(self._database, visit):  # else a crash left the file behind
            visit.scrape.verdicts = judge(history.load(self._database, visit, self._thresholds))
            visits.write(self._database, visit, self._policy)
        logger.info("%s: visit of %s stored", visit.scrape.pool_id, read_at)
