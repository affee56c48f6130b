from __future__ import annotations

import logging
from typing import Any

from scrapy import Spider, signals
from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings
from scrapy.statscollectors import StatsCollector
from twisted.python.failure import Failure

from kzscraper import configuration
from kzscraper.items import PoolScrape
from kzscraper.output.human import in_ascii
from kzscraper.signals import visit_stored
from kzscraper.table import as_table

logger = logging.getLogger(__name__)

_HEADERS = ("pool", "status", "workers", "earnings", "seconds", "reason")
_LOST = "not stored"


class SummaryExtension:
    """Logs, for cron and Scrapyd, what a run was told at its beginning and a table at its end."""

    def __init__(self, settings: BaseSettings, stats: StatsCollector) -> None:
        self._settings = settings
        self._stats = stats
        self._rows: list[tuple[object, ...]] = []

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> SummaryExtension:
        extension = cls(crawler.settings, crawler.stats)
        connect = crawler.signals.connect
        connect(extension.spider_opened, signals.spider_opened)
        connect(extension.visit_stored, visit_stored)
        connect(extension.item_dropped, signals.item_dropped)
        connect(extension.item_error, signals.item_error)
        connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_opened(self, spider: Spider) -> None:
        in_scrapyd = hasattr(spider, "_job")
        found = configuration.changed(configuration.listing(self._settings, in_scrapyd=in_scrapyd))
        if found:
            given = "; ".join(f"{one.name}={one.value} ({one.source})" for one in found)
            logger.info("settings: %s", given)

    def visit_stored(self, scrape: PoolScrape) -> None:
        self._add(scrape, None, None)

    def item_dropped(self, item: Any, exception: BaseException) -> None:
        self._add(item, _LOST, str(exception))

    def item_error(self, item: Any, failure: Failure) -> None:
        self._add(item, _LOST, repr(failure.value))

    def spider_closed(self) -> None:
        wanted = self._stats.get_value("kz/pools", 0)
        counts = dict.fromkeys(("complete", "partial", "failed", _LOST), 0)
        for row in self._rows:
            counts[str(row[1])] += 1
        counts["not visited"] = wanted - len(self._rows)
        told = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
        # In ASCII, as Scrapyd does not tell a browser that its logs are UTF-8.
        table = in_ascii(as_table(_HEADERS, sorted(self._rows, key=str)))
        logger.info("%s pool(s): %s%s", wanted, told, f"\n{table}" if self._rows else "")

    def _add(self, item: Any, status: str | None, reason: str | None) -> None:
        if not isinstance(item, PoolScrape):
            return
        workers = item.workers_read
        if workers is not None and item.workers_expected not in (None, workers):
            row_workers: object = f"{workers} of {item.workers_expected}"
        else:
            row_workers = workers
        self._rows.append(
            (
                item.pool_id,
                status or item.status,
                row_workers,
                item.earnings_read,
                item.duration_s and round(item.duration_s, 1),
                reason or item.error,
            )
        )
