"""The requests of a page: what is still on its way."""

from __future__ import annotations

import time

from playwright.async_api import Page, Request, Response

# Seconds. A request that has no answer for so long is a channel that stays open, not data to come.
STALLED = 10.0

_DATA_FREE = {"image", "media", "font", "websocket", "eventsource", "ping"}


class Traffic:
    """Follows a page's requests from before it is opened."""

    def __init__(self, page: Page) -> None:
        self.status: int | None = None  # HTTP, of the page itself
        self.last_activity = time.monotonic()
        self._page = page
        self._under_way: dict[Request, float] = {}
        page.on("request", self._begin)
        page.on("requestfinished", self._end)
        page.on("requestfailed", self._end)
        page.on("response", self._note_status)

    @property
    def is_waiting(self) -> bool:
        """Whether data is on its way."""
        oldest = time.monotonic() - STALLED
        return any(begun > oldest for begun in self._under_way.values())

    @property
    def is_error(self) -> bool:
        return self.status is not None and self.status >= 400

    def note(self) -> None:
        """Something happened on the page."""
        self.last_activity = time.monotonic()

    @property
    def idle(self) -> float:
        """Seconds since anything happened."""
        return time.monotonic() - self.last_activity

    def _begin(self, request: Request) -> None:
        if request.resource_type not in _DATA_FREE:
            self._under_way[request] = time.monotonic()
            self.note()

    def _end(self, request: Request) -> None:
        if self._under_way.pop(request, None) is not None:
            self.note()

    def _note_status(self, response: Response) -> None:
        if response.request.is_navigation_request() and response.frame == self._page.main_frame:
            self.status = response.status
