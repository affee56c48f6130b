"""What the spiders share: which pools are visited, and what is asked of each page."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, ClassVar
from uuid import uuid4

from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError, IgnoreRequest
from scrapy.http import Response
from twisted.python.failure import Failure as TwistedFailure

from kzscraper import observer_link, options, units
from kzscraper.browser import launch
from kzscraper.browser.retry import ForeignAddressError
from kzscraper.exceptions import ConfigurationError
from kzscraper.items import Item, PoolScrape
from kzscraper.page import reading
from kzscraper.page.diagnosis import Failure
from kzscraper.page.parsers import Visited
from kzscraper.page.reader import RenderedPage
from kzscraper.page.reading import Reading, SectionMemory
from kzscraper.page.view import Section
from kzscraper.store import registry, sections
from kzscraper.store.database import Database
from kzscraper.store.registry import Pool


class ObserverSpider(Spider):
    """Visits pools of the registry and reads the sections that the subclass wants.

    Arguments: `pool_id` (one or more, with commas between them) and `client`; without, every
    active pool whose observer link is on one of KZ_OBSERVER_HOSTS.
    """

    wanted: ClassVar[frozenset[Section]]

    def __init__(
        self,
        pools: Mapping[str, Pool],
        memory: Mapping[str, Mapping[Section, SectionMemory]],
        grace: timedelta,
        **kwargs: Any,
    ) -> None:
        """pools and memory (what earlier visits saw) by pool id."""
        super().__init__(**kwargs)
        self._pools = pools
        self._memory = memory
        self._grace = grace

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
        observer_link.mask_output()
        # Else a record is made of every item, and thrown away by the handler.
        logging.getLogger("scrapy.core.scraper").setLevel(crawler.settings.get("LOG_LEVEL"))
        unknown = [name for name in kwargs if not name.startswith("_")]  # Scrapyd adds _job
        if unknown:
            raise ConfigurationError(
                f"spider argument {unknown[0]!r} is unknown: there are pool_id and client"
            )
        settings = crawler.settings
        options.check_all(settings)
        launch.launch_options(settings)  # says what is wrong, where nothing could be opened
        hosts = options.OBSERVER_HOSTS.read(settings)
        ids = [part.strip() for part in (pool_id or "").split(",") if part.strip()]
        with Database.from_settings(settings) as database:
            pools = {pool.pool_id: pool for pool in registry.choose(database, hosts, ids, client)}
            memory = {one: sections.remembered(database, one) for one in pools}
        return super().from_crawler(
            crawler,
            pools=pools,
            memory=memory,
            grace=options.SECTION_GRACE_HOURS.read(settings),
            **kwargs,
        )

    async def start(self) -> AsyncIterator[Request]:
        if warning := launch.missing_sandbox(self.settings):
            self.logger.warning("%s", warning)
        self.crawler.stats.set_value("kz/pools", len(self._pools))
        for pool_id, pool in self._pools.items():
            seen = self._memory[pool_id]
            yield Request(
                pool.observer_url or "",
                callback=self.parse,
                errback=self.on_failure,
                dont_filter=True,  # two pools may share a link
                meta={
                    "playwright": True,
                    "playwright_context": f"{pool_id}-{uuid4().hex}",
                    "playwright_context_kwargs": launch.context(self.settings),
                    "handle_httpstatus_all": True,  # an error page gives the reason
                    "pool_id": pool_id,
                    "begun": _now(),
                    "wanted": self.wanted,
                    "expected": frozenset(s for s, one in seen.items() if not one.missing_since),
                    "read": partial(self.read, pool),
                },
            )

    def read(self, pool: Pool, rendered: RenderedPage) -> Reading:
        """Called by the download handler while the page is open, so that evidence can be kept."""
        visited = Visited(pool.pool_id, pool.observer_url or "", _now())
        scrape = self._scrape(pool.pool_id, visited.timestamp)
        memory = self._memory[pool.pool_id]
        return reading.read(rendered, scrape, visited, self.wanted, memory, self._grace)

    def parse(self, response: Response) -> Iterator[Item | PoolScrape]:
        """The items of one visit, and last the PoolScrape that closes it."""
        result: Reading = response.meta["reading"]
        yield from result.items
        yield _close(result.scrape, response.meta)

    def on_failure(self, failure: TwistedFailure) -> Iterator[PoolScrape]:
        """A visit that was cut off, or never began, is recorded with its reason."""
        if isinstance(failure.value, IgnoreRequest):
            return  # the run was stopped, which says nothing of the pool
        request: Request = failure.request  # type: ignore[attr-defined]
        scrape = self._scrape(request.meta["pool_id"], _now())
        reading.failed(scrape, _explain(failure))
        yield _close(scrape, request.meta)

    def _scrape(self, pool_id: str, timestamp: str) -> PoolScrape:
        return PoolScrape(timestamp, pool_id, self.name, "complete")


def _close(scrape: PoolScrape, meta: Mapping[str, Any]) -> PoolScrape:
    if "download_latency" in meta:
        scrape.duration_s = round(meta["download_latency"], 3)
    scrape.evidence = meta.get("evidence")
    return scrape


def _explain(failure: TwistedFailure) -> Failure:
    error = failure.value
    reason = observer_link.mask(str(error) or type(error).__name__)
    if isinstance(error, ForeignAddressError):
        return Failure("foreign", reason)
    if isinstance(error, DownloadTimeoutError):
        return Failure("timeout", reason)
    if isinstance(error, DownloadFailedError):
        return Failure("network", reason)
    return Failure("error", f"{type(error).__name__}: {reason}")


def _now() -> str:
    return units.utc_text(datetime.now(UTC))
