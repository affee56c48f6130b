"""What `scrapy health` asks of the database; nothing is written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from kzscraper import units
from kzscraper.store.database import Database

_COMPLETE = """
    SELECT timestamp FROM scrape_log WHERE pool_id = ? AND status = 'complete'
    ORDER BY timestamp DESC LIMIT 1
"""
_REGISTERED = "SELECT created_at FROM pool_metadata WHERE pool_id = ?"
_HIGH = """
    SELECT a.pool_id, a.anomaly_type, a.timestamp AS since, m.until IS NOT NULL AS is_muted
    FROM anomaly_log a LEFT JOIN mute m ON m.pool_id = a.pool_id AND m.until > :now
    WHERE a.resolved = 0 AND a.severity = 'HIGH' ORDER BY a.pool_id, a.id
"""
_NOT_COMPLETE = """
    SELECT pool_id, status, error FROM scrape_log
    WHERE timestamp >= ? AND spider = ? AND status <> 'complete' ORDER BY pool_id, id
"""


@dataclass(frozen=True)
class Seen:
    """When a pool was last read completely; until then, since when it could have been. UTC text."""

    pool_id: str
    newest_complete: str | None
    since: datetime | None  # the same, or when the pool was registered; None: nobody knows


@dataclass(frozen=True)
class HighIncident:
    pool_id: str
    anomaly_type: str
    since: str  # UTC text
    is_muted: bool  # its pool is under maintenance


def seen(database: Database, pool_ids: Collection[str]) -> list[Seen]:
    return [_seen(database, pool_id) for pool_id in pool_ids]


def _seen(database: Database, pool_id: str) -> Seen:
    row = database.one(_COMPLETE, (pool_id,))
    if row:
        return Seen(pool_id, row["timestamp"], _moment(row["timestamp"]))
    return Seen(pool_id, None, _moment(database.one(_REGISTERED, (pool_id,))["created_at"]))


def high_incidents(
    database: Database, pool_ids: Collection[str], now: datetime
) -> list[HighIncident]:
    """The open ones of these pools."""
    rows = database.rows(_HIGH, {"now": units.utc_text(now)})
    return [
        HighIncident(row["pool_id"], row["anomaly_type"], row["since"], bool(row["is_muted"]))
        for row in rows
        if row["pool_id"] in pool_ids
    ]


def not_complete(database: Database, spider: str, since: str) -> list[tuple[str, str, str]]:
    """Pool, status and reason of each visit of that spider that failed or was partial."""
    rows = database.rows(_NOT_COMPLETE, (since, spider))
    return [(row["pool_id"], row["status"], row["error"] or "") for row in rows]


def _moment(text: str | None) -> datetime | None:
    try:
        return units.parse_utc(text) if text else None
    except ValueError:
        return None  # another program's form
