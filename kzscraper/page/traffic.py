"""The requests of a page: what is still on its way, and where the page led to."""

from __future__ import annotations

import asyncio
import contextlib
import re
import time
from collections.abc import Collection

from playwright.async_api import Frame, Page, Request, Response

from kzscraper import observer_link

# Seconds. A request that has no answer for so long is a channel that stays open, not data to come.
STALLED = 10.0

# Bytes of one answer: the rows of 30,000 workers, several times over.
MAX_SIZE = 20_000_000
# What Chromium shows in the place of a page that cannot be had.
_ERROR_PAGE = "chrome-error://chromewebdata/"

_SIZE = re.compile("[0-9]{1,19}")
_DATA_FREE = {"image", "media", "font", "websocket", "eventsource", "ping"}


class Traffic:
    """Follows a page's requests from before it is opened."""

    def __init__(self, page: Page) -> None:
        self.status: int | None = None  # HTTP, of the page itself
        self.address: str | None = None  # to which the page, or whoever answered, led last
        self.is_too_large = False  # whether an answer is larger than what we let a page load
        self.is_lost = False  # whether that address could not be had
        self.last_activity = time.monotonic()
        self._page = page
        self._under_way: dict[Request, float] = {}
        self._settled = asyncio.Event()
        page.on("request", self._begin)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._end)
        page.on("response", self._note_answer)
        page.on("framenavigated", self._note_address)

    @property
    def is_waiting(self) -> bool:
        """Whether data is on its way."""
        oldest = time.monotonic() - STALLED
        return any(begun > oldest for begun in self._under_way.values())

    @property
    def is_error(self) -> bool:
        return self.status is not None and self.status >= 400

    async def settle(self, limit: float) -> None:
        """Waits until no data is on its way, at most `limit` seconds."""
        if self.is_waiting:
            self._settled.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(limit):
                    await self._settled.wait()

    def note(self) -> None:
        """Something happened on the page."""
        self.last_activity = time.monotonic()

    @property
    def idle(self) -> float:
        """Seconds since anything happened."""
        return time.monotonic() - self.last_activity

    def leads_off(self, hosts: Collection[str]) -> bool:
        """Whether the page is none of `hosts`, or was on its way to another one."""
        return self.address is not None and not observer_link.on_host(self.address, hosts)

    def _begin(self, request: Request) -> None:
        # Also what is not let through: each hop of redirects, and what scripts navigate to.
        if request.is_navigation_request() and request.frame == self._page.main_frame:
            self.address = request.url
        if request.resource_type not in _DATA_FREE:
            self._under_way[request] = time.monotonic()
            self.note()

    def _end(self, request: Request) -> None:
        if self._under_way.pop(request, None) is not None:
            self.note()
            if not self._under_way:
                self._settled.set()

    def _note_address(self, frame: Frame) -> None:
        """Without a request come about:blank, blob: and what history.pushState() shows."""
        if frame == self._page.main_frame:
            self.is_lost = frame.url == _ERROR_PAGE
            if not self.is_lost:
                self.address = frame.url

    def _note_answer(self, response: Response) -> None:
        if response.request.resource_type not in _DATA_FREE:
            size = response.headers.get("content-length", "")
            self.is_too_large |= bool(_SIZE.fullmatch(size)) and int(size) > MAX_SIZE
        if response.request.is_navigation_request() and response.frame == self._page.main_frame:
            self.status = response.status
