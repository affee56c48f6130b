"""What becomes of the visits under way when the run is told to stop (SIGTERM, Ctrl-C)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from scrapy.crawler import Crawler
from scrapy.exceptions import IgnoreRequest

# Seconds for a visit to come to its end; Docker kills a container after ten.
GRACE = 5.0
# Seconds between two looks at the crawler: Scrapy has no signal for the moment.
_LOOK = 0.2


class Stopping:
    """Visits that are not done a few seconds after the run was told to stop are dropped whole."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._limits: set[asyncio.Timeout] = set()
        self._watch: asyncio.Task[None] | None = None
        self._over = False

    @asynccontextmanager
    async def bounded(self) -> AsyncIterator[None]:
        """Raises IgnoreRequest in the place of what runs within, when its time is over."""
        if self._watch is None:
            self._watch = asyncio.create_task(self._wait())
        limit = asyncio.timeout(0 if self._over else None)
        try:
            async with limit:
                self._limits.add(limit)
                try:
                    yield
                finally:
                    self._limits.discard(limit)
        except TimeoutError:
            raise IgnoreRequest("the run was stopped") from None

    @property
    def has_begun(self) -> bool:
        return not self._crawler.crawling

    async def close(self) -> None:
        if self._watch:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch

    async def _wait(self) -> None:
        while not self.has_begun:
            await asyncio.sleep(_LOOK)
        await asyncio.sleep(GRACE)
        self._over = True
        now = asyncio.get_running_loop().time()
        for limit in self._limits:
            limit.reschedule(now)
