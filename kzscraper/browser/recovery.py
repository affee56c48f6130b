"""scrapy-playwright's download handler, with an answer to the death of its processes.

A browser that dies is replaced; what waited for it is told at once. Without Playwright's driver,
which cannot be replaced in the same process, the run ends quickly.

It overrides private methods of scrapy-playwright, whose version is therefore pinned.
"""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import Any

from playwright.async_api import Error as PlaywrightError
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from kzscraper import options
from kzscraper.browser.attempt import Attempt
from kzscraper.browser.scratch import Scratch

# Closing is part of no visit's time, but it must end as well.
_CLOSE_TIMEOUT = 10.0
# A driver that has not answered for so long is busy: a dead one answers at once.
_PROBE_TIMEOUT = 0.5
_PROBES = 3


class RecoveringHandler(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]
    """Subclasses put each of their attempts into `under_way`."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self.under_way: set[Attempt] = set()
        self._has_driver = True
        self._start_lock = asyncio.Lock()
        self._scratch = Scratch(options.DATABASE.read(crawler.settings), crawler.spidercls.name)
        self.config.target_closed_max_retries = 0  # attempts are repeated in one place: ours
        crawler.signals.connect(self._count_left, signals.spider_closed)
        # What they tell of failures, with tracebacks, we report in one line.
        logging.getLogger("scrapy-playwright").setLevel(logging.ERROR)
        logging.getLogger("playwright").addFilter(_is_news)

    async def start_once(self) -> None:
        async with self._start_lock:
            if hasattr(self, "browser_provider"):
                return
            try:
                with self._scratch.as_tempdir():
                    await self._launch()
            except BaseException:
                del self.browser_provider
                raise

    async def close_context(self, name: str) -> None:
        wrapper: Any = self.context_wrappers.pop(name, None)
        if wrapper is None:
            return
        # A browser that died has closed its contexts.
        with suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT):
                await wrapper.context.close()

    async def has_driver(self) -> bool:
        """Whether pages can still be opened; asked after a failure."""
        if self._has_driver and hasattr(self, "browser_provider"):
            self._has_driver = await self._driver_answers()
            if not self._has_driver:
                # At the end it would tell of everything that waited for the driver.
                logging.getLogger("asyncio").setLevel(logging.CRITICAL)
        return self._has_driver

    async def _driver_answers(self) -> bool:
        for _ in range(_PROBES):
            try:
                async with asyncio.timeout(_PROBE_TIMEOUT):
                    probe = await self.browser_provider.playwright.request.new_context()
                    await probe.dispose()
            except PlaywrightError:
                continue  # perhaps an earlier failure's: Playwright raises those at the next call
            except TimeoutError:
                pass
            return True
        return False

    async def _browser_disconnected_callback(self) -> None:
        # Its contexts are gone with it. The original closes them first, which may never end.
        self.context_wrappers.clear()
        del self.browser
        for attempt in self.under_way:
            attempt.cut("the browser died")

    def _count_left(self) -> None:
        contexts = self.browser.contexts if hasattr(self, "browser") else []
        self.stats.set_value("kz/browser/contexts_left", len(contexts))
        self.stats.set_value("kz/browser/pages_left", sum(len(one.pages) for one in contexts))

    async def _close(self) -> None:
        # If it does not close, the driver ends with us, and the browser with the driver.
        with suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT):
                await super()._close()
        self._scratch.remove()


def _is_news(record: logging.LogRecord) -> bool:
    error = record.exc_info and record.exc_info[1]
    return not (isinstance(error, PlaywrightError) and "has been closed" in error.message)
