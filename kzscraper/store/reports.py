"""Where the pools stand: the newest of everything, one record per pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from kzscraper import observer_link, units
from kzscraper.store import selection, texts, values
from kzscraper.store.database import Database
from kzscraper.store.registry import Pool

_TREND_STEPS = 8
_TREND_STEP = timedelta(hours=3)

_SUMMARY = """
    SELECT * FROM pool_summary WHERE pool_id = ? ORDER BY timestamp DESC, id DESC LIMIT 1
"""
_VISIT = """
    SELECT * FROM scrape_log WHERE pool_id = ? ORDER BY timestamp DESC, id DESC LIMIT 1
"""
_HASHRATES = """
    SELECT timestamp, current_hashrate FROM pool_summary WHERE pool_id = ? AND timestamp > ?
"""
_STATUSES = """
    SELECT status, COUNT(*) AS workers FROM worker_status
    WHERE pool_id = ? AND timestamp = ? GROUP BY status
"""
_EARNINGS_DAYS = "SELECT COUNT(*) FROM daily_earnings WHERE pool_id = ?"
_OPEN = """
    SELECT severity, COUNT(*) AS anomalies FROM anomaly_log WHERE pool_id = ? AND resolved = 0
    GROUP BY severity
    ORDER BY CASE severity WHEN 'HIGH' THEN 1 WHEN 'MEDIUM' THEN 2 WHEN 'LOW' THEN 3 ELSE 4 END
"""


@dataclass(frozen=True)
class PoolStatus:
    """Texts and times (UTC) are those of the database."""

    pool_id: str
    pool_name: str | None
    client_name: str | None
    active: bool
    timestamp: str | None  # of the newest summary
    age_s: int | None
    current_hashrate: str | None
    current_hashrate_ths: float | None
    avg_hashrate_24h: str | None
    avg_hashrate_24h_ths: float | None
    trend_ths: tuple[float | None, ...]  # means of three hours each, up to now
    online_workers: int | None
    offline_workers: int | None
    balance_btc: Decimal | None
    last_income_btc: Decimal | None
    earnings_days: int
    open_anomalies: int
    worst_severity: str | None
    visited_at: str | None  # the newest visit, whatever came of it
    last_visit: str | None
    workers_read: int | None
    error: str | None


def status(
    database: Database, pools: Mapping[str, Pool] | None = None, now: datetime | None = None
) -> list[PoolStatus]:
    """Of these pools, else of all."""
    chosen = selection.choose(database) if pools is None else pools
    return [_status(database, pool, now or datetime.now(UTC)) for pool in chosen.values()]


def _status(database: Database, pool: Pool, now: datetime) -> PoolStatus:
    summary = _first(database, _SUMMARY, pool.pool_id)
    visit = _first(database, _VISIT, pool.pool_id)
    open_ones = database.rows(_OPEN, (pool.pool_id,))
    online, offline = summary.get("online_workers"), summary.get("offline_workers")
    if summary and online is None and offline is None:  # a page without the right to statistics
        online, offline = _count(database, pool.pool_id, summary["timestamp"])
    error = visit.get("error")
    return PoolStatus(
        pool_id=pool.pool_id,
        pool_name=pool.pool_name,
        client_name=pool.client_name,
        active=pool.active,
        timestamp=summary.get("timestamp"),
        age_s=_age(summary.get("timestamp"), now),
        current_hashrate=summary.get("current_hashrate"),
        current_hashrate_ths=values.ths(summary.get("current_hashrate")),
        avg_hashrate_24h=summary.get("avg_hashrate_24h"),
        avg_hashrate_24h_ths=values.ths(summary.get("avg_hashrate_24h")),
        trend_ths=_trend(database, pool.pool_id, now),
        online_workers=online,
        offline_workers=offline,
        balance_btc=texts.btc(summary.get("balance")),
        last_income_btc=texts.btc(summary.get("last_income")),
        earnings_days=database.one(_EARNINGS_DAYS, (pool.pool_id,))[0],
        open_anomalies=sum(row["anomalies"] for row in open_ones),
        worst_severity=open_ones[0]["severity"] if open_ones else None,
        visited_at=visit.get("timestamp"),
        last_visit=visit.get("status"),
        workers_read=visit.get("workers_read"),
        error=observer_link.mask(error) if error else None,
    )


def _first(database: Database, sql: str, pool_id: str) -> dict[str, Any]:
    row = database.one(sql, (pool_id,))
    return dict(row) if row else {}


def _count(database: Database, pool_id: str, timestamp: str) -> tuple[int | None, int | None]:
    """Workers online and not, as the list of that visit has them."""
    rows = database.rows(_STATUSES, (pool_id, timestamp))
    if not rows:
        return None, None
    online = sum(row["workers"] for row in rows if row["status"] == "ONLINE")
    return online, sum(row["workers"] for row in rows) - online


def _age(timestamp: str | None, now: datetime) -> int | None:
    moment = texts.moment(timestamp)
    return None if moment is None else int((now - moment).total_seconds())


def _trend(database: Database, pool_id: str, now: datetime) -> tuple[float | None, ...]:
    begin = now - _TREND_STEPS * _TREND_STEP
    found: list[list[float]] = [[] for _ in range(_TREND_STEPS)]
    for row in database.rows(_HASHRATES, (pool_id, units.utc_text(begin))):
        moment, hashrate = texts.moment(row["timestamp"]), values.ths(row["current_hashrate"])
        if moment is not None and hashrate is not None and moment <= now:
            found[min((moment - begin) // _TREND_STEP, _TREND_STEPS - 1)].append(hashrate)
    return tuple(round(sum(step) / len(step), 3) if step else None for step in found)
