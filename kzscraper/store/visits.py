"""Writing one visit: all of its rows, or none."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from kzscraper import units
from kzscraper.anomalies.incidents import Policy
from kzscraper.items import DailyEarnings, Visit, WorkerStatus
from kzscraper.store import incidents, sections
from kzscraper.store.database import Database

logger = logging.getLogger(__name__)

_INSERT_SUMMARY = """
    INSERT INTO pool_summary (timestamp, pool_id, observer_url, current_hashrate,
        avg_hashrate_24h, online_workers, offline_workers, balance, last_income)
    VALUES (:timestamp, :pool_id, :observer_url, :current_hashrate,
        :avg_hashrate_24h, :online_workers, :offline_workers, :balance, :last_income)
"""
_INSERT_WORKER = """
    INSERT INTO worker_status (timestamp, pool_id, observer_url, worker_name, status,
        hashrate_10m, hashrate_1h, hashrate_24h, last_exchange_time)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_NEWEST_VISIT = "SELECT MAX(timestamp) AS timestamp FROM scrape_log WHERE pool_id = ?"
_SAME_VISIT = "SELECT 1 FROM scrape_log WHERE pool_id = ? AND timestamp = ? AND spider = ?"
_SELECT_EARNINGS = """
    SELECT date, total_income, hashrate FROM daily_earnings WHERE pool_id = ? AND date >= ?
"""
_INSERT_EARNINGS = """
    INSERT INTO daily_earnings (pool_id, observer_url, date, total_income, hashrate, recorded_at)
    VALUES (:pool_id, :observer_url, :date, :total_income, :hashrate, :recorded_at)
"""
# What the pool no longer shows is kept: a value is corrected by another value, not by its absence.
_CORRECT_EARNINGS = """
    UPDATE daily_earnings
    SET total_income = COALESCE(:total_income, total_income),
        hashrate = COALESCE(:hashrate, hashrate)
    WHERE pool_id = :pool_id AND date = :date
"""
_INSERT_SCRAPE = """
    INSERT INTO scrape_log (timestamp, pool_id, spider, status, workers_expected, workers_read,
        earnings_read, duration_s, error)
    VALUES (:timestamp, :pool_id, :spider, :status, :workers_expected, :workers_read,
        :earnings_read, :duration_s, :error)
"""


@dataclass
class Stored:
    """What writing a visit did."""

    earnings_new: int = 0
    earnings_corrected: int = 0
    earnings_unchanged: int = 0
    anomalies_opened: int = 0
    anomalies_closed: int = 0


def write(database: Database, visit: Visit, policy: Policy) -> Stored:
    """Writes the visit in one short transaction: all of it, or StoreError and nothing."""
    stored = Stored()
    with database.transaction():
        _keep_in_order(database, visit)
        for summary in visit.summaries:
            database.execute(_INSERT_SUMMARY, vars(summary))
        database.execute_many(_INSERT_WORKER, [_worker_row(worker) for worker in visit.workers])
        _write_earnings(database, visit.earnings, stored)
        stored.anomalies_opened, stored.anomalies_closed = incidents.apply(database, visit, policy)
        scrape = visit.scrape
        sections.note(database, scrape.pool_id, scrape.timestamp, scrape.sections)
        database.execute(_INSERT_SCRAPE, vars(scrape))
    return stored


def is_stored(database: Database, visit: Visit) -> bool:
    """Whether this very visit was written before."""
    scrape = visit.scrape
    key = (scrape.pool_id, scrape.timestamp, scrape.spider)
    return database.one(_SAME_VISIT, key) is not None


def _keep_in_order(database: Database, visit: Visit) -> None:
    """Within a pool no timestamp goes back, or occurs twice, whatever the clock says."""
    newest = database.one(_NEWEST_VISIT, (visit.scrape.pool_id,))["timestamp"]
    if newest is None or visit.scrape.timestamp > newest:
        return
    later = units.utc_text(units.parse_utc(newest) + timedelta(seconds=1))
    logger.warning(
        "%s: the clock says %s, but the last visit was at %s: stored as %s",
        visit.scrape.pool_id,
        visit.scrape.timestamp,
        newest,
        later,
    )
    visit.scrape.timestamp = later
    for summary in visit.summaries:
        summary.timestamp = later
    for worker in visit.workers:
        worker.timestamp = later
    for day in visit.earnings:
        day.recorded_at = later


def _worker_row(worker: WorkerStatus) -> tuple[str | None, ...]:
    return (
        worker.timestamp,
        worker.pool_id,
        worker.observer_url,
        worker.worker_name,
        worker.status,
        worker.hashrate_10m,
        worker.hashrate_1h,
        worker.hashrate_24h,
        worker.last_exchange_time,
    )


def _write_earnings(database: Database, days: list[DailyEarnings], stored: Stored) -> None:
    if not days:
        return
    oldest = min(day.date for day in days)
    known = {
        row["date"]: (row["total_income"], row["hashrate"])
        for row in database.rows(_SELECT_EARNINGS, (days[0].pool_id, oldest))
    }
    for day in days:
        if day.date not in known:
            database.execute(_INSERT_EARNINGS, vars(day))
            stored.earnings_new += 1
        elif _differs(known[day.date], day):
            database.execute(_CORRECT_EARNINGS, vars(day))
            stored.earnings_corrected += 1
        else:
            stored.earnings_unchanged += 1


def _differs(known: tuple[str | None, str | None], day: DailyEarnings) -> bool:
    income, hashrate = known
    if day.hashrate is not None and day.hashrate != hashrate:
        return True
    return day.total_income is not None and _amount(income) != _amount(day.total_income)


def _amount(text: str | None) -> Decimal | str | None:
    # Another program may have stored the same amount in another form: that is no correction.
    try:
        return units.parse_btc(text)
    except ValueError:
        return text
