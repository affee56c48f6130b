"""scrapy-playwright's download handler, with what a monitor needs: a time limit for everything and
retries within it, a context per visit that is closed on every path, evidence of what went wrong.

It overrides private methods of scrapy-playwright, whose version is therefore pinned.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import time
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError
from scrapy.http import HtmlResponse, Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from kzscraper import options
from kzscraper.browser import evidence, launch, retry
from kzscraper.browser.blocking import Blocker
from kzscraper.browser.retry import ForeignAddressError
from kzscraper.page.reader import PageReader
from kzscraper.page.traffic import Traffic

# Closing a context is part of no visit's time, but it must end as well.
_CLOSE_TIMEOUT = 10.0
# Seconds before an attempt's end at which the reader gives what it has.
_LAST_WORDS = 2.0
# Seconds for what runs between the limits: a visit ends within its time, not just after.
_MARGIN = 0.5
# An attempt in less time than this is not worth beginning.
_SHORTEST_ATTEMPT = 1.0


@dataclass
class _Attempt:
    """What is known of the attempt under way, also when it is cut off."""

    deadline: float  # of time.monotonic()
    page: Page | None = None
    traffic: Traffic | None = None
    reader: PageReader | None = None
    retry_after: str | None = None


class ObserverDownloadHandler(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]
    """Reads one observer page per request; `ObserverSpider.start` says what its meta holds."""

    lazy = True  # made at the first request, so that the scheme that is not used starts no browser

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._visit_timeout = options.VISIT_TIMEOUT.read(settings)
        self._fill_timeout = options.FILL_TIMEOUT.read(settings)
        self._evidence = evidence.EvidenceKeeper(options.EVIDENCE_DIR.read(settings))
        self._attempts = 1 + settings.getint("RETRY_TIMES")
        self._hosts = options.OBSERVER_HOSTS.read(settings)
        self.abort_request = Blocker.from_settings(settings)
        self.config.launch_options = launch.launch_options(settings)
        self._start_lock = asyncio.Lock()
        # Its warnings repeat, with a traceback, the failures that we report in one line.
        logging.getLogger("scrapy-playwright").setLevel(logging.ERROR)

    async def _download_request(self, request: Request, spider: Spider | None = None) -> Response:
        begun = time.monotonic()
        # Evidence of a failure takes its share of the visit's time.
        deadline = begun + self._visit_timeout - evidence.TIME_LIMIT - _MARGIN
        try:
            for number in itertools.count(1):
                # The first attempt leaves time for another, should the page hang.
                limit = begun + self._visit_timeout / 2 if number == 1 else deadline
                outcome, retry_after = await self._attempt(request, spider, min(limit, deadline))
                pause = retry.pause(number, retry_after)
                too_late = time.monotonic() + pause + _SHORTEST_ATTEMPT > deadline
                if number >= self._attempts or too_late or not retry.is_transient(outcome):
                    break
                self.stats.inc_value("kz/retries")
                await asyncio.sleep(pause)
        finally:
            request.meta["download_latency"] = time.monotonic() - begun
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    async def _attempt(
        self, request: Request, spider: Spider | None, deadline: float
    ) -> tuple[retry.Outcome, str | None]:
        """One try; gives what came of it, and the server's Retry-After."""
        attempt = request.meta["attempt"] = _Attempt(deadline)
        request.meta.pop("evidence", None)
        outcome: retry.Outcome
        try:
            async with asyncio.timeout_at(_loop_time(deadline)):
                await self._start_once()
                outcome = await super()._download_request(request, spider)
        except TimeoutError:
            outcome = DownloadTimeoutError(f"not read within {self._visit_timeout:g} s")
        except PlaywrightError as error:
            outcome = DownloadFailedError(error.message.splitlines()[0].removeprefix("Page.goto: "))
        if attempt.traffic and attempt.traffic.leads_off(self._hosts):
            outcome = ForeignAddressError(f"led to {attempt.traffic.address}")
        try:
            if isinstance(outcome, Exception) or not request.meta["reading"].is_complete:
                await self._keep_evidence(request, attempt)
        finally:
            await self._close_context(request)
        return outcome, attempt.retry_after

    async def _start_once(self) -> None:
        async with self._start_lock:
            if not hasattr(self, "browser_provider"):
                await self._launch()

    async def _download_request_with_page(
        self,
        request: Request,
        page: Page,
        spider: Spider,  # noqa: ARG002 - the overridden method's signature
    ) -> Response:
        attempt: _Attempt = request.meta["attempt"]
        traffic = Traffic(page)
        reader = PageReader(
            page,
            traffic,
            request.meta["wanted"],
            request.meta["expected"],
            self._fill_timeout,
            attempt.deadline - _LAST_WORDS,
        )
        attempt.page, attempt.traffic, attempt.reader = page, traffic, reader
        page.context.on("page", launch.close_popup)
        response = await page.goto(request.url, wait_until="commit")
        rendered = await reader.read()
        if response and traffic.is_error:
            attempt.retry_after = await response.header_value("retry-after")
        request.meta["reading"] = request.meta["read"](rendered)
        return HtmlResponse(
            url=page.url,
            status=rendered.status or 200,
            body=rendered.html,
            encoding="utf-8",
            request=request,
            flags=["playwright"],
        )

    async def _keep_evidence(self, request: Request, attempt: _Attempt) -> None:
        if attempt.page is None or attempt.reader is None:
            return
        request.meta["evidence"] = await self._evidence.keep(
            attempt.page,
            request.meta["pool_id"],
            request.meta["begun"],
            attempt.reader.html,
        )

    async def _close_context(self, request: Request) -> None:
        wrapper: Any = self.context_wrappers.pop(request.meta["playwright_context"], None)
        if wrapper is None:
            return
        # A browser that died has closed its contexts.
        with contextlib.suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT):
                await wrapper.context.close()


def _loop_time(monotonic: float) -> float:
    return asyncio.get_running_loop().time() + monotonic - time.monotonic()
