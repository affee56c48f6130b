"""One try of a visit, which can be cut off from outside."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from playwright.async_api import Page
from scrapy.exceptions import DownloadFailedError

from kzscraper.page.reader import PageReader
from kzscraper.page.traffic import Traffic


class Attempt:
    """What is known of the attempt under way, also when it is cut off."""

    def __init__(self, deadline: float) -> None:
        """deadline: of time.monotonic()."""
        self.deadline = deadline
        self.page: Page | None = None
        self.traffic: Traffic | None = None
        self.reader: PageReader | None = None
        self.retry_after: str | None = None
        self.ended: float | None = None  # of time.monotonic(); closing what it opened comes after
        self._limit = asyncio.timeout_at(_loop_time(deadline))
        self._reason: str | None = None

    @asynccontextmanager
    async def limited(self) -> AsyncIterator[None]:
        """Raises TimeoutError at the deadline, DownloadFailedError if it was cut off before."""
        try:
            async with self._limit:
                yield
        except TimeoutError:
            if self._reason is None:
                raise
            raise DownloadFailedError(self._reason) from None

    def cut(self, reason: str) -> None:
        """Ends what runs within `limited()`, which may hang."""
        if self._reason is None and not self._limit.expired():
            self._reason = reason
            self._limit.reschedule(asyncio.get_running_loop().time())


def _loop_time(monotonic: float) -> float:
    return asyncio.get_running_loop().time() + monotonic - time.monotonic()
