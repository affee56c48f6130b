"""`scrapy crawl`, with exit codes that tell how the crawl went."""

from __future__ import annotations

import argparse
import logging
from typing import Any

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError
from scrapy.extensions.feedexport import FeedExporter

from kzscraper import exit_codes, observer_link
from kzscraper.command_base import exit_one_on_usage_errors, fail
from kzscraper.exceptions import KzError

logger = logging.getLogger(__name__)


class Command(ScrapyCrawl):
    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        exit_one_on_usage_errors(parser)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1 or args[0].startswith("-"):
            raise UsageError("name one spider: `scrapy list` shows them")
        process = self.crawler_process
        assert process is not None  # noqa: S101 - scrapy.cmdline sets it
        try:
            crawler = self._create_crawler(args[0])
        except KeyError:
            raise UsageError(f"spider {args[0]} is unknown: `scrapy list` shows all") from None
        crawl: Any = process.crawl(crawler, **opts.spargs)
        process.start()
        self.exitcode = self._judge(crawler, crawl)

    def _judge(self, crawler: Crawler, crawl: Any) -> int:
        error = crawl.exception() if crawl.done() and not crawl.cancelled() else None
        has_log = bool(crawler.settings["LOG_FILE"])  # all that Scrapyd shows of a job
        if isinstance(error, KzError):
            fail(str(error))
            if has_log:
                logger.error("cannot run: %s", observer_link.mask(str(error)))
            return error.exit_code
        if error is not None:
            if has_log:
                logger.critical("cannot run", exc_info=error)
            raise error
        wanted = crawler.stats.get_value("kz/pools")
        complete = crawler.stats.get_value("kz/visits/complete", 0)
        waiting = crawler.stats.get_value("kz/spool/failed", 0)
        feeds = _failed_feeds(crawler)
        if feeds:
            fail(f"{feeds} feed(s) could not be written: the log says why")
        is_complete = wanted == complete and not feeds and not waiting
        return exit_codes.COMPLETE if is_complete else exit_codes.INCOMPLETE


def _failed_feeds(crawler: Crawler) -> int:
    feeds = crawler.settings.getdict("FEEDS")
    if feeds and crawler.get_extension(FeedExporter) is None:
        return len(feeds)  # Scrapy could use none of them, or one: then it does without all
    counts = crawler.stats.get_stats()
    return sum(n for name, n in counts.items() if name.startswith("feedexport/failed_count/"))
