from __future__ import annotations

import asyncio
import os
import sys
import time
from typing import Any

from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import NotConfigured
from scrapy.statscollectors import StatsCollector

from kzscraper.extensions.live_line import LiveLine
from kzscraper.items import PoolScrape
from kzscraper.signals import visit_stored


class ProgressExtension:
    """On a terminal: how far a crawl of several pools has got, in one line below the log."""

    def __init__(self, line: LiveLine, stats: StatsCollector) -> None:
        self._line = line
        self._stats = stats
        self._done = self._failed = 0
        self._begun = 0.0
        self._clock: asyncio.Task[None] | None = None

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ProgressExtension:
        if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
            raise NotConfigured
        extension = cls(LiveLine(sys.stderr), crawler.stats)
        connect = crawler.signals.connect
        connect(extension.spider_opened, signals.spider_opened)
        connect(extension.visit_stored, visit_stored)
        connect(extension.item_lost, signals.item_dropped)
        connect(extension.item_lost, signals.item_error)
        connect(extension.spider_closed, signals.spider_closed)
        return extension

    def spider_opened(self) -> None:
        self._begun = time.monotonic()
        self._line.__enter__()
        self._clock = asyncio.get_running_loop().create_task(self._tick())

    def visit_stored(self, scrape: PoolScrape) -> None:
        self._count(is_failed=scrape.status == "failed")

    def item_lost(self, item: Any) -> None:
        if isinstance(item, PoolScrape):
            self._count(is_failed=True)

    def spider_closed(self) -> None:
        if self._clock:
            self._clock.cancel()
        self._line.__exit__(None, None, None)

    async def _tick(self) -> None:
        while True:
            self._show()
            await asyncio.sleep(1)

    def _count(self, *, is_failed: bool) -> None:
        self._done += 1
        self._failed += is_failed
        self._show()

    def _show(self) -> None:
        total = self._stats.get_value("kz/pools", 0)
        if total > 1:
            seconds = time.monotonic() - self._begun
            self._line.show(progress(self._done, self._failed, total, seconds))


def progress(done: int, failed: int, total: int, seconds: float) -> str:
    """`12 of 40 pools, 1 failed, 3.4 pages/s, 0:08 left`."""
    parts = [f"{done} of {total} pools"]
    if failed:
        parts.append(f"{failed} failed")
    if done and seconds > 0:
        minutes, left = divmod(round((total - done) * seconds / done), 60)
        parts += [f"{done / seconds:.1f} pages/s", f"{minutes}:{left:02} left"]
    return ", ".join(parts)
