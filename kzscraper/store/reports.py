"""What operators look at: queries, and nothing of how they are printed."""

from __future__ import annotations

from dataclasses import dataclass

from kzscraper.store.database import Database

# One row per pool that this program has visited or may visit: its newest summary and newest visit.
_STATUS = """
    SELECT pm.pool_id, pm.client_name, ps.current_hashrate, ps.avg_hashrate_24h,
           ps.online_workers, ps.offline_workers, ps.balance, ps.last_income,
           (SELECT COUNT(*) FROM daily_earnings WHERE pool_id = pm.pool_id) AS earnings_days,
           (SELECT COUNT(*) FROM anomaly_log
            WHERE pool_id = pm.pool_id AND resolved = 0) AS open_anomalies,
           sl.status AS last_visit, sl.timestamp AS visited_at, sl.error
    FROM pool_metadata pm
    LEFT JOIN pool_summary ps ON ps.id = (
        SELECT id FROM pool_summary WHERE pool_id = pm.pool_id
        ORDER BY timestamp DESC, id DESC LIMIT 1)
    LEFT JOIN scrape_log sl ON sl.id = (
        SELECT id FROM scrape_log WHERE pool_id = pm.pool_id
        ORDER BY timestamp DESC, id DESC LIMIT 1)
    ORDER BY pm.pool_id
"""


@dataclass(frozen=True)
class PoolStatus:
    """Where one pool stands; the texts are those of the database."""

    pool_id: str
    client_name: str | None
    current_hashrate: str | None
    avg_hashrate_24h: str | None
    online_workers: int | None
    offline_workers: int | None
    balance: str | None
    last_income: str | None
    earnings_days: int
    open_anomalies: int
    last_visit: str | None
    visited_at: str | None
    error: str | None


def status(database: Database) -> list[PoolStatus]:
    return [PoolStatus(**row) for row in map(dict, database.rows(_STATUS))]
