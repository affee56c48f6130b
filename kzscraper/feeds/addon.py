from __future__ import annotations

import logging
import re
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from scrapy.crawler import Crawler
from scrapy.settings import BaseSettings
from scrapy.utils.misc import load_object

from kzscraper.exceptions import ConfigurationError
from kzscraper.feeds.columns import (
    EARNINGS,
    KINDS,
    SCRAPES,
    SUMMARY,
    WORKERS,
    Kind,
    columns_of,
    named,
)

logger = logging.getLogger(__name__)

# What a spider reads, by the sections of the page that it wants.
_READ = {"statistics": SUMMARY, "balance": SUMMARY, "workers": WORKERS, "earnings": EARNINGS}
_PLACEHOLDER = re.compile(r"%\(\w+\)\w")
_SUFFIX = re.compile(r"(\.\w+(?:\.(?:gz|bz2|xz))?)?$")

Feed = Mapping[str, Any]


class TidyFeeds:
    """Completes FEEDS, wherever it was set: which items a feed holds, and in which columns."""

    def __init__(self, wanted: Collection[str]) -> None:
        """wanted: sections of the page, of which the spider reads the items."""
        self._kinds = list(dict.fromkeys(_READ[section] for section in _READ if section in wanted))

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> TidyFeeds:
        return cls(getattr(crawler.spidercls, "wanted", ()))

    def update_settings(self, settings: BaseSettings) -> None:
        """Raises ConfigurationError for a feed that cannot be written."""
        feeds = settings.getdict("FEEDS")
        if not feeds or not self._kinds:
            return
        has_fields = bool(settings.getdictorlist("FEED_EXPORT_FIELDS"))
        completed: dict[str, dict[str, Any]] = {}
        for key, feed in feeds.items():
            uri = str(key.absolute()) if isinstance(key, Path) else str(key)
            _check(uri, feed, settings)
            for new_uri, kinds in self._tables(uri, feed).items():
                completed[new_uri] = {**feed}
                if kinds and not feed.get("item_classes"):
                    completed[new_uri]["item_classes"] = [kind.path for kind in kinds]
                if not has_fields and kinds is not None:
                    completed[new_uri].setdefault("fields", columns_of(kinds or KINDS))
        settings.set("FEEDS", completed, priority=settings.getpriority("FEEDS") or 0)

    def _tables(self, uri: str, feed: Feed) -> dict[str, list[Kind] | None]:
        """The files that a feed becomes, and the kinds in each: [] is all, None is not known."""
        if feed.get("item_classes"):
            return {uri: _of_classes(feed["item_classes"])}
        kinds = named(_PLACEHOLDER.sub("", uri.rpartition("/")[2]))
        if len(kinds) == 1:
            return {uri: kinds}
        if _format(uri, feed) != "csv":
            return {uri: []}
        if len(self._kinds) == 1:
            return {uri: [*self._kinds]}
        if urlparse(uri).scheme == "stdout":
            raise ConfigurationError(
                "CSV on standard output would mix several tables: name files, such as "
                "-O workers.csv, or take jsonlines"
            )
        files: dict[str, list[Kind] | None] = {
            _SUFFIX.sub(rf"-{kind.name}\1", uri, count=1): [kind]
            for kind in (*self._kinds, SCRAPES)
        }
        logger.info("CSV is one table a file: %s becomes %s", uri, ", ".join(files))
        return files


def _of_classes(item_classes: Collection[Any]) -> list[Kind] | None:
    """Their kinds; None if there are other classes among them."""
    classes = [load_object(one) for one in item_classes]
    kinds = [kind for kind in KINDS if kind.item_class in classes]
    return kinds if len(kinds) == len(classes) else None


def _format(uri: str, feed: Feed) -> str:
    return str(feed.get("format") or Path(uri).suffix.removeprefix("."))


def _check(uri: str, feed: Feed, settings: BaseSettings) -> None:
    """Scrapy would do without all feeds, and say so in the log only."""
    scheme = urlparse(uri).scheme
    for what, name, setting in (
        ("format", _format(uri, feed), "FEED_EXPORTERS"),
        ("place", scheme or "file", "FEED_STORAGES"),
    ):
        known = settings.getwithbase(setting)
        if known.get(name) is None:
            names = ", ".join(sorted(one for one in known if one and known[one]))
            raise ConfigurationError(f"a feed's {what} is {name!r}, which is not one of {names}")
