"""What a rule sees: one visit, and the pool's recent past, all of it bounded."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

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
class Balance:
    """What the pool owed when it was last seen, before this visit."""

    amount: Decimal  # BTC
    seen: datetime
    since: datetime  # the first of the last days' visits that showed it


@dataclass(frozen=True)
class Outage:
    """The time of a HASHRATE_DROP incident, and the level that it was measured against."""

    begin: datetime
    end: datetime
    baseline: float | None  # H/s


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
    # Samples of the last days, some hours apart, and the newest one; the oldest first.
    hashrates: Sequence[tuple[datetime, float]] = ()
    outages: Sequence[Outage] = ()  # of the last days; one that lasts ends now
    # The level that an operator accepted as normal, and when.
    accepted: tuple[datetime, float] | None = None
    balance: Balance | None = None
    # The newest days, the newest first, this visit's included.
    incomes: Sequence[Income] = ()
    # The first failed visit since one that read something.
    failing_since: datetime | None = None
    # What was last said of each incident that has not ended, or not opened yet, by anomaly type.
    lasting: Mapping[str, Finding] = field(default_factory=dict)

    def memory(self, anomaly_type: str) -> Mapping[str, Any]:
        """What the rule of that type wanted to be told."""
        lasting = self.lasting.get(anomaly_type)
        return lasting.memory if lasting else {}
