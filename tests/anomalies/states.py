"""States as the rules see them, made by hand."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from kzscraper import units
from kzscraper.anomalies.state import Balance, Income, PoolState
from kzscraper.anomalies.thresholds import Thresholds
from kzscraper.anomalies.verdict import Finding
from kzscraper.items import PoolScrape, PoolSummary, ScrapeStatus, WorkerStatus

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
STAMP = "2026-03-10 12:00:00"
POOL = "kzpool_001"
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def thresholds(**settings: object) -> Thresholds:
    return Thresholds.from_settings(settings)


def state(
    status: ScrapeStatus = "complete",
    *,
    settings: Mapping[str, object] | None = None,
    lasting: Mapping[str, Finding] | None = None,
    gaps: set[str] | None = None,
    error: str | None = None,
    **known: Any,
) -> PoolState:
    scrape = PoolScrape(STAMP, POOL, "kzpool", status, gaps=gaps or set(), error=error)
    scrape.sections = dict.fromkeys(("balance", "earnings", "statistics", "workers"), True)
    return PoolState(NOW, thresholds(**(settings or {})), scrape, lasting=lasting or {}, **known)


def summary(hashrate: str | None = None, average: str | None = None, **texts: Any) -> PoolSummary:
    return PoolSummary(STAMP, POOL, "", hashrate, average, **texts)


def workers(*names: str, **states: str) -> list[WorkerStatus]:
    """Those of `names` are ONLINE."""
    both = {**dict.fromkeys(names, "ONLINE"), **states}
    return [WorkerStatus(STAMP, POOL, "", name, status) for name, status in both.items()]


def told(anomaly_type: str, memory: dict[str, Any], measure: float = 1) -> dict[str, Finding]:
    """What was last said of an incident that lasts."""
    return {anomaly_type: Finding("MEDIUM", "as told before", measure, memory)}


def samples(*values: float, until: datetime = NOW, apart: timedelta = 4 * HOUR) -> Any:
    """Hashrates in PH/s, the last one some hours before `until`."""
    begin = until - len(values) * apart
    return [(begin + number * apart, value * 1e15) for number, value in enumerate(values)]


def balance(amount: str, *, seen: timedelta = HOUR / 6, since: timedelta = HOUR) -> Balance:
    """seen, since: before now."""
    read = units.parse_btc(amount)
    assert read is not None
    return Balance(read, NOW - seen, NOW - since)


def incomes(
    *amounts: str, newest: date = date(2026, 3, 9), lag: timedelta = 27 * HOUR
) -> list[Income]:
    """Days, the newest first, each shown so long after its beginning."""
    days = [newest - number * DAY for number in range(len(amounts))]
    return [
        Income(day, Decimal(amount), datetime(day.year, day.month, day.day, tzinfo=UTC) + lag)
        for day, amount in zip(days, amounts, strict=True)
    ]
