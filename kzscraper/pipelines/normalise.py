from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable
from typing import Any

from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from kzscraper import reckoning, units
from kzscraper.items import DailyEarnings, PoolScrape, PoolSummary, WorkerStatus
from kzscraper.page.parsers import STATUSES

logger = logging.getLogger(__name__)


def _hashrate(text: str) -> str | None:
    rate = units.parse_hashrate(text)
    return rate.text if rate else None


def _balance(text: str) -> str | None:
    amount = units.parse_btc(text)
    return None if amount is None else units.format_balance(amount)


def _income(text: str) -> str | None:
    amount = units.parse_btc(text)
    return None if amount is None else units.format_btc(amount)


def _day(text: str) -> str | None:
    day = units.parse_day(text)
    return day.isoformat() if day else None


def _moment(text: str) -> str | None:
    moment = units.parse_moment(text)
    return units.format_moment(moment) if moment else None


def _status(text: str) -> str | None:
    if text and text not in STATUSES:
        raise ValueError(f"not a status: {text!r}")
    return text or None


# The canonical form of every text field, by item class.
FORMS: dict[type, dict[str, Callable[[str], str | None]]] = {
    PoolSummary: {
        "current_hashrate": _hashrate,
        "avg_hashrate_24h": _hashrate,
        "balance": _balance,
        "last_income": _balance,
    },
    WorkerStatus: {
        "status": _status,
        "hashrate_10m": _hashrate,
        "hashrate_1h": _hashrate,
        "hashrate_24h": _hashrate,
        "last_exchange_time": _moment,
    },
    DailyEarnings: {"date": _day, "total_income": _income, "hashrate": _hashrate},
}


class NormalisePipeline:
    """Puts the page's texts into their canonical forms.

    What cannot be read becomes None, is counted, and makes the visit partial with an example.
    """

    def __init__(self, stats: StatsCollector) -> None:
        self._stats = stats
        self._unreadable: dict[str, list[str]] = defaultdict(list)  # by pool

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> NormalisePipeline:
        return cls(crawler.stats)

    def process_item(self, item: Any) -> Any:
        if isinstance(item, PoolScrape):
            self._report(item)
            return item
        for name, form in FORMS.get(type(item), {}).items():
            text = getattr(item, name)
            if text is None:
                continue
            try:
                value = form(text)
            except ValueError as error:
                value = None
                self._stats.inc_value(f"kz/normalise/unreadable/{name}")
                self._unreadable[item.pool_id].append(f"{name}: {error}")
            setattr(item, name, value)
        return item

    def _report(self, scrape: PoolScrape) -> None:
        unreadable = self._unreadable.pop(scrape.pool_id, [])
        if unreadable:
            reckoning.add_problem(
                scrape, f"{len(unreadable)} value(s) cannot be read, first {unreadable[0]}"
            )
