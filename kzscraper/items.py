"""What is read. Fields carry the names of the database's columns.

Text fields hold the page's text until the normalising pipeline has put them into the canonical
forms named here; what the page did not show is None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from kzscraper.anomalies import Verdicts

ScrapeStatus = Literal["complete", "partial", "failed"]


@dataclass
class PoolSummary:
    """The counters of one visit."""

    timestamp: str  # UTC, YYYY-MM-DD HH:MM:SS
    pool_id: str
    observer_url: str
    current_hashrate: str | None = None  # 37.405 PH/s
    avg_hashrate_24h: str | None = None
    online_workers: int | None = None
    offline_workers: int | None = None
    balance: str | None = None  # 0.01864218BTC
    last_income: str | None = None  # 0.01570138BTC


@dataclass
class WorkerStatus:
    """One row of the worker table."""

    timestamp: str
    pool_id: str
    observer_url: str
    worker_name: str | None
    status: str | None = None  # ONLINE, OFFLINE or DEAD
    hashrate_10m: str | None = None
    hashrate_1h: str | None = None
    hashrate_24h: str | None = None
    last_exchange_time: str | None = None  # YYYY-MM-DD HH:MM:SS, as the page shows it


@dataclass
class DailyEarnings:
    """One day of the earnings table."""

    pool_id: str
    observer_url: str
    date: str  # YYYY-MM-DD
    total_income: str | None = None  # 0.01570138
    hashrate: str | None = None
    recorded_at: str | None = None  # UTC, as PoolSummary.timestamp


@dataclass
class PoolScrape:
    """Closes one visit to one pool: a row of scrape_log. All other items of the visit go before."""

    timestamp: str
    pool_id: str
    spider: str
    status: ScrapeStatus
    workers_expected: int | None = None
    workers_read: int | None = None
    earnings_read: int | None = None
    duration_s: float | None = None
    error: str | None = None  # why the visit is not complete
    sections: dict[str, bool] = field(default_factory=dict)  # wanted ones: whether shown
    gaps: set[str] = field(default_factory=set)  # sections that were not read to their end
    failure: str | None = None  # the kind of a failed visit
    evidence: str | None = None  # the file that shows what the page looked like
    verdicts: Verdicts = field(default_factory=dict)  # filled in by anomaly detection


Item = PoolSummary | WorkerStatus | DailyEarnings


@dataclass
class Visit:
    """Everything that one visit to one pool read."""

    scrape: PoolScrape
    summaries: list[PoolSummary] = field(default_factory=list)
    workers: list[WorkerStatus] = field(default_factory=list)
    earnings: list[DailyEarnings] = field(default_factory=list)

    @property
    def size(self) -> int:
        """The number of its items, the PoolScrape included."""
        return 1 + len(self.summaries) + len(self.workers) + len(self.earnings)
