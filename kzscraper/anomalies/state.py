"""What a rule sees: one visit, and the pool's recent past, all of it bounded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from kzscraper.anomalies.thresholds import Thresholds
from kzscraper.anomalies.verdict import Finding
from kzscraper.items import PoolScrape, PoolSummary, WorkerStatus


@dataclass(frozen=True)
class Income:
    """One day of daily_earnings."""

    day: date
    amount: Decimal | None  # BTC
    recorded: datetime  # when it was first seen, UTC


@dataclass(frozen=True)
class PoolState:
    """Times are UTC and aware, hashrates H/s, amounts BTC; what is not known is None or empty."""

    now: datetime
    thresholds: Thresholds
    scrape: PoolScrape
    summary: PoolSummary | None = None
    # The visit's whole worker list; None if the page has none or it was not read to its end.
    workers: Sequence[WorkerStatus] | None = None
    # Name to status at the last visit that had a whole list, and the names of a day ago that were
    # DEAD then; None if there was no such visit.
    previous_workers: Mapping[str, str | None] | None = None
    dead_before: frozenset[str] = frozenset()
    # Samples of the last days, oldest first; the times of HASHRATE_DROP incidents; and the level
    # that an operator accepted as normal, and when.
    hashrates: Sequence[tuple[datetime, float]] = ()
    outages: Sequence[tuple[datetime, datetime]] = ()
    accepted: tuple[datetime, float] | None = None
    # The last known balance before this visit, and since when the present one stands.
    previous_balance: tuple[datetime, Decimal] | None = None
    balance_since: datetime | None = None
    # The days of the last month, newest first, this visit's included.
    incomes: Sequence[Income] = ()
    # The last visit that read something, and the first visit of all.
    last_read: datetime | None = None
    first_visit: datetime | None = None
    # What was last said of each incident that has not ended, by anomaly type.
    lasting: Mapping[str, Finding] = field(default_factory=dict)
