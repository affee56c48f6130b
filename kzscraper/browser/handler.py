"""How a visit is made: a time limit for everything and retries within it, a context per visit that
is closed on every path, evidence of what went wrong.
"""

from __future__ import annotations

import asyncio
import itertools
import time

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import HtmlResponse, Response

from kzscraper import options
from kzscraper.browser import evidence, launch, retry
from kzscraper.browser.attempt import Attempt
from kzscraper.browser.blocking import Blocker
from kzscraper.browser.recovery import RecoveringHandler
from kzscraper.browser.stopping import Stopping
from kzscraper.page.reader import PageReader
from kzscraper.page.traffic import Traffic

# Seconds before an attempt's end at which the reader gives what it has.
_LAST_WORDS = 2.0
# Seconds for what runs between the limits: a visit ends within its time, not just after.
_MARGIN = 1.0
# An attempt in less time than this is not worth beginning.
_SHORTEST_ATTEMPT = 1.0


class ObserverDownloadHandler(RecoveringHandler):
    """Reads one observer page per request; `ObserverSpider.start` says what its meta holds.

    Raises IgnoreRequest for a visit that is dropped because the run was stopped.
    """

    lazy = True  # made at the first request, so that the scheme that is not used starts no browser

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._visit_timeout = options.VISIT_TIMEOUT.read(settings)
        self._fill_timeout = options.FILL_TIMEOUT.read(settings)
        self._evidence = evidence.EvidenceKeeper(options.EVIDENCE_DIR.read(settings))
        self._attempts = 1 + settings.getint("RETRY_TIMES")
        self._hosts = options.OBSERVER_HOSTS.read(settings)
        self._stopping = Stopping(crawler)
        self.config.launch_options = launch.launch_options(settings)
        if "proxy" in self.config.launch_options:  # then the browser has no fence of its own
            self.abort_request = Blocker.from_settings(settings)

    async def close(self) -> None:
        await self._stopping.close()
        await super().close()

    async def _download_request(self, request: Request, spider: Spider | None = None) -> Response:
        begun = time.monotonic()
        try:
            async with self._stopping.bounded():
                outcome = await self._visit(request, spider, begun)
        finally:
            attempt: Attempt | None = request.meta.get("attempt")
            ended = attempt.ended if attempt and attempt.ended else time.monotonic()
            request.meta["download_latency"] = ended - begun
        if isinstance(outcome, Response):
            return outcome
        if self._stopping.has_begun:
            # Who knows whether it would have failed: the signal may have ended the browser, too.
            raise IgnoreRequest("the run was stopped")
        raise outcome

    async def _visit(self, request: Request, spider: Spider | None, begun: float) -> retry.Outcome:
        # Evidence of a failure takes its share of the visit's time.
        deadline = begun + self._visit_timeout - evidence.TIME_LIMIT - _MARGIN
        for number in itertools.count(1):
            # The first attempt leaves time for another, should the page hang.
            limit = begun + self._visit_timeout / 2 if number == 1 else deadline
            attempt = Attempt(min(limit, deadline))
            outcome = await self._try(attempt, request, spider)
            pause = retry.pause(number, attempt.retry_after)
            too_late = time.monotonic() + pause + _SHORTEST_ATTEMPT > deadline
            if number >= self._attempts or too_late or not retry.is_transient(outcome):
                break
            self.stats.inc_value("kz/retries")
            await asyncio.sleep(pause)
        return outcome

    async def _try(
        self, attempt: Attempt, request: Request, spider: Spider | None
    ) -> retry.Outcome:
        request.meta["attempt"] = attempt
        request.meta.pop("evidence", None)
        self.under_way.add(attempt)
        try:
            outcome = await self._open(attempt, request, spider)
            if attempt.traffic and attempt.traffic.leads_off(self._hosts):
                outcome = retry.ForeignAddressError(f"led to {attempt.traffic.address}")
            if isinstance(outcome, Exception) and not await self.has_driver():
                outcome = retry.FinalError(
                    "the browser's driver has died: the next run starts a new one"
                )
            elif isinstance(outcome, Exception) or not request.meta["reading"].is_complete:
                await self._keep_evidence(request, attempt)
            return outcome
        finally:
            self.under_way.discard(attempt)
            attempt.ended = time.monotonic()
            await self.close_context(request.meta["playwright_context"])

    async def _open(
        self, attempt: Attempt, request: Request, spider: Spider | None
    ) -> retry.Outcome:
        try:
            async with attempt.limited():
                await self.start_once()
                response: Response = await super()._download_request(request, spider)
                return response
        except TimeoutError:
            return DownloadTimeoutError(f"not read within {self._visit_timeout:g} s")
        except PlaywrightError as error:
            return DownloadFailedError(error.message.splitlines()[0].removeprefix("Page.goto: "))
        except DownloadFailedError as error:
            return error

    async def _download_request_with_retry(self, request: Request, spider: Spider) -> Response:
        if self.abort_request:
            response: Response = await super()._download_request_with_retry(request, spider)
            return response
        # The original sets a route in any case: each of a page's requests would wait for us, twice.
        page = await self._create_page(request=request, spider=spider)
        return await self._download_request_with_page(request, page, spider)

    async def _download_request_with_page(
        self,
        request: Request,
        page: Page,
        spider: Spider,  # noqa: ARG002 - the overridden method's signature
    ) -> Response:
        attempt: Attempt = request.meta["attempt"]
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

    async def _keep_evidence(self, request: Request, attempt: Attempt) -> None:
        if attempt.page is None or attempt.reader is None:
            return
        request.meta["evidence"] = await self._evidence.keep(
            attempt.page,
            request.meta["pool_id"],
            request.meta["begun"],
            attempt.reader.html,
        )
