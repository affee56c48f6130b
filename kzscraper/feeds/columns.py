"""The kinds of items that a feed can hold, and the columns of each, in their order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from kzscraper.items import DailyEarnings, PoolScrape, PoolSummary, WorkerStatus


@dataclass(frozen=True)
class Kind:
    name: str
    item_class: type
    columns: tuple[str, ...]
    words: frozenset[str]  # any of which in a file's name means this kind

    @property
    def path(self) -> str:
        return f"{self.item_class.__module__}.{self.item_class.__name__}"


SUMMARY = Kind(
    "summary",
    PoolSummary,
    (
        *("timestamp", "pool_id", "current_hashrate", "avg_hashrate_24h"),
        *("online_workers", "offline_workers", "balance", "last_income"),
    ),
    frozenset({"summary", "summaries"}),
)
WORKERS = Kind(
    "workers",
    WorkerStatus,
    (
        *("timestamp", "pool_id", "worker_name", "status"),
        *("hashrate_10m", "hashrate_1h", "hashrate_24h", "last_exchange_time"),
    ),
    frozenset({"worker", "workers"}),
)
EARNINGS = Kind(
    "earnings",
    DailyEarnings,
    ("pool_id", "date", "total_income", "hashrate", "recorded_at"),
    frozenset({"earnings"}),
)
SCRAPES = Kind(
    "scrapes",
    PoolScrape,
    (
        *("timestamp", "pool_id", "spider", "status", "workers_expected", "workers_read"),
        *("earnings_read", "duration_s", "error"),
    ),
    frozenset({"scrape", "scrapes", "visits"}),
)
KINDS = (SUMMARY, WORKERS, EARNINGS, SCRAPES)

_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


def named(file: str) -> list[Kind]:
    """The kinds that a file's name speaks of: `2026-10-01-workers`, `worker_status`."""
    words = {word.lower() for word in _WORD.findall(file)}
    return [kind for kind in KINDS if kind.words & words]


def columns_of(kinds: Iterable[Kind]) -> list[str]:
    """Each once, in the order of the kinds."""
    return list(dict.fromkeys(column for kind in kinds for column in kind.columns))
