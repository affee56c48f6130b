"""What a page asks for while it is read: its JSON answers, what failed, what was blocked."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page, Request, Response, Route

from kzscraper.observer_link import mask

# Of the answers that are kept: how many, and how many characters of each.
MAX_ANSWERS = 100
MAX_LENGTH = 1_000_000
_DATA = {"xhr", "fetch"}


@dataclass(frozen=True)
class Failed:
    """A request that was answered with an error, or not at all."""

    url: str
    type: str
    status: int | None
    error: str | None


@dataclass(frozen=True)
class Answer:
    """JSON that the page received; `cut` where it was longer than what is kept."""

    url: str
    text: str
    cut: bool


class Requests:
    """Follows the requests of one page; `blocks` says which are dropped."""

    def __init__(self, page: Page, blocks: Callable[[Request], bool], keep: bool) -> None:
        """keep: also the JSON answers."""
        self.total = 0
        self.failed: list[Failed] = []
        self.blocked: Counter[tuple[str, str]] = Counter()  # by host and type
        self._page = page
        self._blocks = blocks
        self._keep = keep
        self._dropped: set[Request] = set()
        self._answers: list[asyncio.Task[Answer | None]] = []
        page.on("request", self._count)
        page.on("requestfailed", self._note_failure)
        page.on("response", self._note_answer)

    async def filter(self) -> None:
        """From now on what is not needed is not loaded."""
        await self._page.route("**/*", self._route)

    async def answers(self) -> list[Answer]:
        """The JSON answers in their order, without those that have not come to their end."""
        if self._answers:
            await asyncio.wait(self._answers, timeout=0.5)
        done = [task.result() for task in self._answers if task.done() and not task.cancelled()]
        self.forget()
        return [answer for answer in done if answer]

    def forget(self) -> None:
        """Nothing more is taken."""
        self._keep = False
        for task in self._answers:
            task.cancel()

    async def _route(self, route: Route, request: Request) -> None:
        # The page may be gone by now.
        with contextlib.suppress(PlaywrightError):
            if self._blocks(request):
                self._dropped.add(request)
                host = urlsplit(request.url).hostname or ""
                self.blocked[host, request.resource_type] += 1
                await route.abort()
            else:
                await route.continue_()

    def _count(self, _: Request) -> None:
        self.total += 1

    def _note_failure(self, request: Request) -> None:
        if request not in self._dropped:
            self.failed.append(Failed(request.url, request.resource_type, None, request.failure))

    def _note_answer(self, response: Response) -> None:
        request = response.request
        if response.status >= 400:
            self.failed.append(Failed(request.url, request.resource_type, response.status, None))
        is_data = request.resource_type in _DATA
        if self._keep and is_data and len(self._answers) < MAX_ANSWERS:
            self._answers.append(asyncio.create_task(_read(response)))


async def _read(response: Response) -> Answer | None:
    try:
        text = (await response.body()).decode("utf-8", "replace")
        json.loads(text)
    except (PlaywrightError, ValueError, RecursionError):
        return None
    # What is cut off in the middle of a token would not be known for one.
    kept = mask(text[: MAX_LENGTH + 100])[:MAX_LENGTH]
    return Answer(response.url, kept, len(text) > MAX_LENGTH)
