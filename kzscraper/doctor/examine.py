"""Opening one page as a crawl does, but once and without storing anything, and noting it all."""

from __future__ import annotations

import asyncio
import contextlib
import time
import traceback
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from playwright.async_api import Browser, Page, Playwright, async_playwright
from playwright.async_api import Error as PlaywrightError
from scrapy.settings import BaseSettings

from kzscraper import options, units
from kzscraper.browser import launch
from kzscraper.browser.blocking import Blocker
from kzscraper.doctor.outcome import Outcome, settle
from kzscraper.doctor.requests import Answer, Requests
from kzscraper.items import PoolScrape
from kzscraper.page import reading
from kzscraper.page.diagnosis import Failure
from kzscraper.page.document import Document
from kzscraper.page.parsers import Visited
from kzscraper.page.reader import PageReader, RenderedPage
from kzscraper.page.reading import Reading, SectionMemory
from kzscraper.page.traffic import Traffic
from kzscraper.page.view import SECTIONS, Section

# Of a visit's time: how long before its end the reader gives what it has, and what a snapshot
# may take; in seconds, and less of a short visit.
_LAST_WORDS = 2.0
_SNAPSHOT = 3.0
_SHARE = 0.1
# Closing the browser is part of no visit's time, but it must end as well.
_CLOSE_TIMEOUT = 10.0
STEPS = (
    *("browser started", "page opened", "page filled", "tables walked", "read"),
    "snapshot taken",
)


@dataclass(frozen=True)
class Subject:
    """What is examined, and what earlier visits of the pool saw."""

    link: str
    pool_id: str | None = None
    memory: Mapping[Section, SectionMemory] = field(default_factory=dict)
    names: tuple[str, ...] = ()  # by which the pool and its owner are known


@dataclass
class Snapshot:
    """What the page was, for those who cannot open it; None where the page did not give it."""

    page: str | None = None
    picture: bytes | None = None
    answers: list[Answer] = field(default_factory=list)


@dataclass
class Examination:
    """All that is known of one visit, also when it was cut off."""

    subject: Subject
    visited: Visited
    seconds: dict[str, float] = field(default_factory=dict)  # by STEPS, as far as it came
    total_s: float = 0.0
    final_url: str | None = None
    http_status: int | None = None
    distilled: str = ""  # as it was last seen
    rendered: RenderedPage | None = None
    requests: Requests | None = None
    snapshot: Snapshot | None = None
    outcome: Outcome = field(init=False)

    @property
    def document(self) -> Document:
        """With the rows of all pages of its tables, if it came to that."""
        return self.rendered.document if self.rendered else Document.from_html(self.distilled)


async def examine(subject: Subject, settings: BaseSettings, keep: bool) -> Examination:
    """keep: take a snapshot. Raises BrowserError if there is no Chromium; nothing else."""
    return await _Examiner(subject, settings, keep).examine()


class _Examiner:
    def __init__(self, subject: Subject, settings: BaseSettings, keep: bool) -> None:
        now = units.utc_text(datetime.now(UTC))
        self._found = Examination(subject, Visited(subject.pool_id or "", subject.link, now))
        self._keep = keep
        self._hosts = options.OBSERVER_HOSTS.read(settings)
        self._grace = options.SECTION_GRACE_HOURS.read(settings)
        self._fill_timeout = options.FILL_TIMEOUT.read(settings)
        self._limit = options.VISIT_TIMEOUT.read(settings)
        self._last_words = min(_LAST_WORDS, self._limit * _SHARE)
        self._snapshot_limit = min(_SNAPSHOT, self._limit * _SHARE * 2) if keep else 0.0
        self._blocker = Blocker.from_settings(settings)
        self._launch_options = launch.launch_options(settings)
        self._context = launch.context(settings)
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self._page: Page | None = None
        self._traffic: Traffic | None = None

    async def examine(self) -> Examination:
        # Playwright's futures that nobody waits for any more repeat a failure that we report.
        asyncio.get_running_loop().set_exception_handler(lambda *_: None)
        begun, found = time.monotonic(), self._found
        deadline = begun + self._limit - self._snapshot_limit
        try:
            result = await self._visit(deadline)
            if self._traffic and self._traffic.leads_off(self._hosts):
                foreign = Failure("foreign", f"led to {self._traffic.address}")
                result = reading.failed(self._scrape(), foreign)
            if self._keep:
                found.snapshot = await self._take_snapshot()
            found.total_s = round(time.monotonic() - begun, 3)
        finally:
            await self._close()
        found.outcome = settle(result)
        found.outcome.scrape.duration_s = found.total_s
        return found

    async def _visit(self, deadline: float) -> Reading:
        try:
            async with asyncio.timeout(deadline - time.monotonic()):
                return await self._read(await self._open(), deadline)
        except TimeoutError:
            failure = Failure("timeout", f"not read within {self._limit:g} s")
        except PlaywrightError as error:
            failure = Failure("network", error.message.splitlines()[0].removeprefix("Page.goto: "))
        except Exception as error:  # noqa: BLE001 - a page that breaks our code is what we look for
            failure = Failure("error", _with_place(error))
        return reading.failed(self._scrape(), failure)

    async def _open(self) -> Page:
        with self._timed("browser started"):
            self._playwright = await async_playwright().start()
            self._browser = await self._playwright.chromium.launch(**self._launch_options)
            self._page = page = await self._browser.new_page(**self._context)
        page.context.on("page", launch.close_popup)
        self._found.requests = Requests(page, self._blocker, self._keep)
        await self._found.requests.filter()
        return page

    async def _read(self, page: Page, deadline: float) -> Reading:
        found, seen = self._found, self._found.subject.memory
        traffic = self._traffic = Traffic(page)
        expected = frozenset(section for section, one in seen.items() if not one.missing_since)
        reader = PageReader(
            page,
            traffic,
            frozenset(SECTIONS),
            expected,
            self._fill_timeout,
            deadline - self._last_words,
        )
        try:
            with self._timed("page opened"):
                await page.goto(found.subject.link, wait_until="commit", timeout=0)
            begun = time.monotonic()
            rendered = found.rendered = await reader.read()
            found.seconds["page filled"] = rendered.filled_after
            found.seconds["tables walked"] = time.monotonic() - begun - rendered.filled_after
        finally:
            found.final_url = page.url if page.url != "about:blank" else None
            found.http_status = traffic.status
            found.distilled = reader.html
        with self._timed("read"):
            return self._judge(rendered)

    def _judge(self, rendered: RenderedPage) -> Reading:
        found = self._found
        return reading.read(
            rendered,
            self._scrape(),
            found.visited,
            frozenset(SECTIONS),
            found.subject.memory,
            self._grace,
        )

    def _scrape(self) -> PoolScrape:
        visited = self._found.visited
        return PoolScrape(visited.timestamp, visited.pool_id, "doctor", "complete")

    async def _take_snapshot(self) -> Snapshot:
        """As much as the page gives within the time; one that hangs gives nothing."""
        taken, page, requests = Snapshot(), self._page, self._found.requests
        if page is None or requests is None:
            return taken
        with contextlib.suppress(PlaywrightError, TimeoutError), self._timed("snapshot taken"):
            async with asyncio.timeout(self._snapshot_limit):
                taken.answers = await requests.answers()
                taken.page = await page.content()
                taken.picture = await page.screenshot(full_page=True)
        return taken

    async def _close(self) -> None:
        if self._found.requests:
            self._found.requests.forget()
        # What died is closed.
        with contextlib.suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT):
                if self._browser:
                    await self._browser.close()
                if self._playwright:
                    await self._playwright.stop()

    @contextlib.contextmanager
    def _timed(self, step: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        self._found.seconds[step] = time.monotonic() - begun


def _with_place(error: Exception) -> str:
    """Such an error is one of ours: whoever mends it must know where it happened."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({Path(place.filename).name}, line {place.lineno})"
