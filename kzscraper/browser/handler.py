"""scrapy-playwright's download handler, with what a monitor needs: a time limit for everything.

It overrides private methods of scrapy-playwright, whose version is therefore pinned.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError
from scrapy.http import HtmlResponse, Response
from scrapy_playwright.handler import ScrapyPlaywrightDownloadHandler

from kzscraper import options
from kzscraper.browser import chromium
from kzscraper.browser.blocking import Blocker
from kzscraper.observer_link import mask
from kzscraper.page.reader import PageReader
from kzscraper.page.traffic import Traffic

logger = logging.getLogger(__name__)

# Dates on the page are written by the browser: a fixed locale and zone make them readable.
CONTEXT = {
    "locale": "en-US",
    "timezone_id": "UTC",
    "accept_downloads": False,
    "service_workers": "block",
}
# Closing a context is part of no visit's time, but it must end as well.
_CLOSE_TIMEOUT = 10.0


class ObserverDownloadHandler(ScrapyPlaywrightDownloadHandler):  # type: ignore[misc]
    """Opens one observer page per request, in a context of its own.

    The request's meta says what is wanted of the page: `wanted`, a set of sections. The response's
    meta holds the `RenderedPage` as `rendered`.
    """

    lazy = True  # made at the first request, so that the scheme that is not used starts no browser

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        settings = crawler.settings
        self._visit_timeout = options.VISIT_TIMEOUT.read(settings)
        self._fill_timeout = options.FILL_TIMEOUT.read(settings)
        self.abort_request = Blocker(
            options.OBSERVER_HOSTS.read(settings) + options.PAGE_HOSTS.read(settings)
        )
        executable = chromium.find(options.CHROMIUM.read(settings))
        self.config.launch_options = {
            "executable_path": executable,
            # Chromium's sandbox does not run as root.
            "chromium_sandbox": hasattr(os, "geteuid") and os.geteuid() != 0,
            **self.config.launch_options,
        }
        self._start_lock = asyncio.Lock()
        # Its warnings repeat, with a traceback, the failures that we report in one line.
        logging.getLogger("scrapy-playwright").setLevel(logging.ERROR)

    async def _download_request(self, request: Request, spider: Spider | None = None) -> Response:
        begun = time.monotonic()
        try:
            async with asyncio.timeout(self._visit_timeout):
                await self._start_once()
                response: Response = await super()._download_request(request, spider)
                return response
        except TimeoutError:
            raise DownloadTimeoutError(f"not read within {self._visit_timeout:g} s") from None
        except PlaywrightError as error:
            raise DownloadFailedError(mask(error.message.splitlines()[0])) from error
        finally:
            request.meta["download_latency"] = time.monotonic() - begun
            await self._close_context(request)

    async def _start_once(self) -> None:
        async with self._start_lock:
            if not hasattr(self, "browser_provider"):
                await self._launch()

    async def _close_context(self, request: Request) -> None:
        wrapper = self.context_wrappers.pop(request.meta["playwright_context"], None)
        if wrapper is None:
            return
        # A browser that died has closed its contexts.
        with contextlib.suppress(PlaywrightError, TimeoutError):
            async with asyncio.timeout(_CLOSE_TIMEOUT):
                await wrapper.context.close()

    async def _download_request_with_page(
        self,
        request: Request,
        page: Page,
        spider: Spider,  # noqa: ARG002 - its signature
    ) -> Response:
        traffic = Traffic(page)
        reader = PageReader(page, traffic, request.meta["wanted"], self._fill_timeout)
        response = await page.goto(request.url, wait_until="commit")
        rendered = await reader.read()
        request.meta["rendered"] = rendered
        return HtmlResponse(
            url=page.url,
            status=rendered.status or 200,
            headers=await response.all_headers() if response else None,
            body=rendered.html,
            encoding="utf-8",
            request=request,
            flags=["playwright"],
        )
