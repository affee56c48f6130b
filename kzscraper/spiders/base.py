"""What the spiders share: which pools are visited, and how one visit becomes items."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import uuid4

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from kzscraper import observer_link, options, reckoning, units
from kzscraper.browser import chromium
from kzscraper.exceptions import ConfigurationError
from kzscraper.items import PoolScrape
from kzscraper.page import parsers
from kzscraper.page.reader import RenderedPage
from kzscraper.page.view import Section
from kzscraper.store import registry
from kzscraper.store.database import Database
from kzscraper.store.registry import Pool

logger = logging.getLogger(__name__)

# Dates on the page are written by the browser: a fixed locale and zone make them readable. Nothing
# is downloaded, and no service worker answers in the place of the pool.
BROWSER_CONTEXT = {
    "locale": "en-US",
    "timezone_id": "UTC",
    "accept_downloads": False,
    "service_workers": "block",
}


class ObserverSpider(Spider):
    """Visits pools of the registry and reads the sections that the subclass wants.

    Arguments: `pool_id` (one or more, with commas between them) and `client`; without, every
    active pool whose observer link is on one of KZ_OBSERVER_HOSTS.
    """

    wanted: ClassVar[frozenset[Section]]

    def __init__(self, pools: list[Pool], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pools = pools

    @classmethod
    def from_crawler(
        cls,
        crawler: Crawler,
        *args: Any,  # noqa: ARG003 - Scrapy's signature
        pool_id: str | None = None,
        client: str | None = None,
        **kwargs: Any,
    ) -> ObserverSpider:
        """Raises KzError for a usage or configuration that cannot lead to a crawl."""
        observer_link.mask_logs()
        unknown = [name for name in kwargs if not name.startswith("_")]  # Scrapyd adds _job
        if unknown:
            raise ConfigurationError(
                f"spider argument {unknown[0]!r} is unknown: there are pool_id and client"
            )
        options.check_all(crawler.settings)
        chromium.find(options.CHROMIUM.read(crawler.settings))
        hosts = options.OBSERVER_HOSTS.read(crawler.settings)
        ids = [part.strip() for part in (pool_id or "").split(",") if part.strip()]
        with Database.from_settings(crawler.settings) as database:
            pools = registry.choose(database, hosts, ids, client)
        return super().from_crawler(crawler, pools=pools, **kwargs)

    async def start(self) -> AsyncIterator[Request]:
        self.crawler.stats.set_value("kz/pools", len(self.pools))
        for pool in self.pools:
            yield Request(
                pool.observer_url or "",
                callback=self.parse,
                errback=self.on_failure,
                cb_kwargs={"pool": pool},
                dont_filter=True,  # two pools may share a link
                meta={
                    "playwright": True,
                    "playwright_context": f"{pool.pool_id}-{uuid4().hex}",
                    "playwright_context_kwargs": BROWSER_CONTEXT,
                    "wanted": self.wanted,
                },
            )

    def parse(self, response: Response, pool: Pool) -> Iterator[object]:
        """The items of one visit, and last the PoolScrape that closes it."""
        rendered: RenderedPage = response.meta["rendered"]
        visited = parsers.Visited(pool.pool_id, pool.observer_url or "", _now())
        document = rendered.document
        summary = parsers.parse_summary(document, visited)
        workers = parsers.parse_workers(document, visited)
        earnings = parsers.parse_earnings(document, visited)
        scrape = self._scrape(pool, visited.timestamp, response.request)
        if summary is None and workers is None and earnings is None:
            scrape.status, scrape.error = "failed", "the page showed no data"
            yield scrape
            return
        scrape.workers_expected = summary.workers_expected if summary else None
        if "workers" in self.wanted:
            scrape.workers_read = None if workers is None else len(workers)
            dead = sum(worker.status == "DEAD" for worker in workers or ())
            reckoning.check_workers(scrape, dead)
            yield from workers or ()
        if "earnings" in self.wanted:
            scrape.earnings_read = None if earnings is None else len(earnings)
            yield from earnings or ()
        if "summary" in self.wanted and summary:
            yield summary.item
        for problem in rendered.problems + (summary.unreadable if summary else []):
            reckoning.add_problem(scrape, problem)
        yield scrape

    def on_failure(self, failure: Failure) -> Iterator[PoolScrape]:
        """A visit that read nothing is recorded with its reason."""
        request: Request = failure.request  # type: ignore[attr-defined]
        scrape = self._scrape(request.cb_kwargs["pool"], _now(), request)
        scrape.status, scrape.error = "failed", _reason(failure)
        yield scrape

    def _scrape(self, pool: Pool, timestamp: str, request: Request | None) -> PoolScrape:
        seconds = request.meta.get("download_latency") if request else None
        return PoolScrape(
            timestamp,
            pool.pool_id,
            self.name,
            "complete",
            duration_s=None if seconds is None else round(seconds, 3),
        )


def _now() -> str:
    return units.utc_text(datetime.now(UTC))


def _reason(failure: Failure) -> str:
    error = failure.value
    if isinstance(error, HttpError):
        return f"HTTP {error.response.status}"
    return observer_link.mask(str(error) or type(error).__name__)
