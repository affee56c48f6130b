"""A pool's recent past for the rules, from the documented tables: whoever wrote the rows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from kzscraper import units
from kzscraper.anomalies.state import Income, PoolState
from kzscraper.anomalies.thresholds import Thresholds
from kzscraper.items import Visit
from kzscraper.store import incidents
from kzscraper.store.database import Database

# How far the rules look back.
_LOOK_BACK = timedelta(days=7)

_SUMMARIES = """
    SELECT timestamp, current_hashrate, balance FROM pool_summary
    WHERE pool_id = ? AND timestamp >= ? AND timestamp < ? ORDER BY timestamp
"""
# The newest whole worker list: of our own visits, else the newest that anybody wrote.
_LIST_OF_VISIT = """
    SELECT timestamp FROM scrape_log
    WHERE pool_id = ? AND timestamp >= ? AND timestamp < ?
      AND status = 'complete' AND workers_read IS NOT NULL
    ORDER BY timestamp DESC LIMIT 1
"""
_NEWEST_LIST = """
    SELECT timestamp FROM worker_status
    WHERE pool_id = ? AND timestamp >= ? AND timestamp < ? ORDER BY timestamp DESC LIMIT 1
"""
_WORKERS_AT = "SELECT worker_name, status FROM worker_status WHERE pool_id = ? AND timestamp = ?"
_OUTAGES = """
    SELECT a.timestamp AS began, i.ended FROM incident i JOIN anomaly_log a ON a.id = i.anomaly_id
    WHERE i.pool_id = ? AND (i.ended IS NULL OR i.ended >= ?) AND i.anomaly_type = 'HASHRATE_DROP'
"""
_ACCEPTED = "SELECT since, hashrate FROM accepted_hashrate WHERE pool_id = ?"
_INCOMES = """
    SELECT date, total_income, recorded_at FROM daily_earnings
    WHERE pool_id = ? ORDER BY date DESC LIMIT 31
"""
_LAST_READ = """
    SELECT timestamp FROM scrape_log WHERE pool_id = ? AND status <> 'failed'
    ORDER BY timestamp DESC LIMIT 1
"""
_FIRST_VISIT = "SELECT MIN(timestamp) AS timestamp FROM scrape_log WHERE pool_id = ?"


def load(database: Database, visit: Visit, thresholds: Thresholds) -> PoolState:
    """What the rules see of a visit that is not stored yet."""
    scrape = visit.scrape
    pool_id = scrape.pool_id
    now = units.parse_utc(scrape.timestamp)
    known: dict[str, Any] = {
        "now": now,
        "thresholds": thresholds,
        "scrape": scrape,
        "lasting": {t: one.latest for t, one in incidents.lasting(database, pool_id).items()},
    }
    if scrape.status == "failed":
        known["last_read"] = _moment(database.one(_LAST_READ, (pool_id,)))
        known["first_visit"] = _moment(database.one(_FIRST_VISIT, (pool_id,)))
        return PoolState(**known)
    known["summary"] = visit.summaries[0] if visit.summaries else None
    known.update(_summaries(database, visit, now))
    if "workers" not in scrape.gaps and scrape.workers_read is not None:
        known["workers"] = visit.workers
        known.update(_lists(database, visit, now))
    known["incomes"] = _incomes(database, visit, now)
    return PoolState(**known)


def _summaries(database: Database, visit: Visit, now: datetime) -> dict[str, Any]:
    pool_id = visit.scrape.pool_id
    window = (pool_id, units.utc_text(now - _LOOK_BACK), visit.scrape.timestamp)
    rows = database.rows(_SUMMARIES, window)
    hashrates = []
    balances: list[tuple[str, str]] = []
    for timestamp, hashrate, balance in rows:
        hashes = hashes_of(hashrate)
        if hashes is not None:
            hashrates.append((_utc(timestamp), hashes))
        if balance is not None:
            balances.append((timestamp, balance))
    outages = database.rows(_OUTAGES, window[:2])
    accepted = database.one(_ACCEPTED, (pool_id,))
    return {
        "hashrates": hashrates,
        "outages": [(_utc(r["began"]), _utc(r["ended"]) if r["ended"] else now) for r in outages],
        "accepted": accepted and (_utc(accepted["since"]), hashes_of(accepted["hashrate"]) or 0.0),
        **_balances(balances, visit),
    }


def _balances(earlier: Sequence[tuple[str, str]], visit: Visit) -> dict[str, Any]:
    """The balance before this visit, and since when the present one stands."""
    if not earlier:
        return {}
    at, text = earlier[-1]
    before = _amount(text)
    present = visit.summaries[0].balance if visit.summaries else None
    since = None
    for timestamp, balance in reversed(earlier):
        if balance != present:
            break
        since = _utc(timestamp)
    return {
        "previous_balance": None if before is None else (_utc(at), before),
        "balance_since": since,
    }


def _lists(database: Database, visit: Visit, now: datetime) -> dict[str, Any]:
    pool_id = visit.scrape.pool_id
    window = (pool_id, units.utc_text(now - _LOOK_BACK), visit.scrape.timestamp)
    newest = database.one(_LIST_OF_VISIT, window) or database.one(_NEWEST_LIST, window)
    if newest is None:
        return {}
    before = database.rows(_WORKERS_AT, (pool_id, newest["timestamp"]))
    known: dict[str, Any] = {
        "previous_workers": {r["worker_name"]: r["status"] for r in before if r["worker_name"]}
    }
    if any(worker.status == "DEAD" for worker in visit.workers):
        known["dead_before"] = _dead_before(database, pool_id, now)
    return known


def _dead_before(database: Database, pool_id: str, now: datetime) -> frozenset[str]:
    day_ago = units.utc_text(now - timedelta(days=1))
    window = (pool_id, units.utc_text(now - _LOOK_BACK), day_ago)
    at = database.one(_NEWEST_LIST, window)
    if at is None:
        return frozenset()
    rows = database.rows(_WORKERS_AT, (pool_id, at["timestamp"]))
    return frozenset(row["worker_name"] for row in rows if row["status"] == "DEAD")


def _incomes(database: Database, visit: Visit, now: datetime) -> list[Income]:
    known = {
        row["date"]: (row["total_income"], row["recorded_at"])
        for row in database.rows(_INCOMES, (visit.scrape.pool_id,))
    }
    shown = {day.date: (day.total_income, visit.scrape.timestamp) for day in visit.earnings}
    incomes = []
    for text, (amount, recorded) in {**shown, **known}.items():
        try:
            day = date.fromisoformat(text)
            incomes.append(Income(day, _amount(amount), _utc(recorded) if recorded else now))
        except ValueError:
            continue  # another program's date, in another form
    return sorted(incomes, key=lambda income: income.day, reverse=True)[:31]


def hashes_of(text: str | None) -> float | None:
    """H/s of the canonical text, or None; a thousand of them are read per visit."""
    if not text:
        return None
    number, _, unit = text.partition(" ")
    step = _STEPS.get(unit)
    try:
        return float(number) * step if step else None
    except ValueError:
        return None


_STEPS = {
    unit: float(units.Hashrate(Decimal(1), unit).hashes_per_second)
    for unit in ("H/s", "kH/s", "MH/s", "GH/s", "TH/s", "PH/s", "EH/s", "ZH/s")
}


def _amount(text: str | None) -> Decimal | None:
    try:
        return units.parse_btc(text)
    except ValueError:
        return None


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _moment(row: Any) -> datetime | None:
    return _utc(row["timestamp"]) if row and row["timestamp"] else None
