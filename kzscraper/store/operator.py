"""What an operator does with incidents: look at them, answer them, announce maintenance."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from kzscraper.anomalies.incidents import ACCEPTED_BY_RESOLVING
from kzscraper.exceptions import RegistryError
from kzscraper.store import incidents, registry
from kzscraper.store.database import Database

_SELECT = """
    SELECT a.id, a.pool_id, m.client_name, a.anomaly_type, a.severity, a.timestamp AS began,
           i.ended, i.last_seen, i.visits, i.resolved_by, a.resolved, a.description
    FROM anomaly_log a
    LEFT JOIN pool_metadata m ON m.pool_id = a.pool_id
    LEFT JOIN incident i ON i.anomaly_id = a.id
"""
_NEWEST_HASHRATE = """
    SELECT current_hashrate FROM pool_summary WHERE pool_id = ? AND current_hashrate IS NOT NULL
    ORDER BY timestamp DESC LIMIT 1
"""
_RESOLVE = "UPDATE anomaly_log SET resolved = 1 WHERE id = ?"
_END = "UPDATE incident SET ended = :now, resolved_by = 'accepted' WHERE anomaly_id = :id"
_NAME_RESOLVER = "UPDATE incident SET resolved_by = 'operator' WHERE anomaly_id = ?"
_MUTE = "INSERT OR REPLACE INTO mute (pool_id, until, reason) VALUES (?, ?, ?)"
_MUTED = "SELECT pool_id, until, reason FROM mute WHERE until > ? ORDER BY pool_id"
_UNMUTE = "DELETE FROM mute WHERE pool_id = ?"


class Maintenance(NamedTuple):
    """Announced for a pool; until: UTC text."""

    pool_id: str
    until: str
    reason: str


@dataclass(frozen=True)
class Anomaly:
    """A row of anomaly_log, and what is known of its incident; times are UTC text."""

    id: int
    pool_id: str
    client_name: str | None
    anomaly_type: str
    severity: str
    began: str
    ended: str | None
    last_seen: str | None
    visits: int | None
    resolved_by: str | None
    resolved: int
    description: str


def anomalies(database: Database, *, only_open: bool) -> list[Anomaly]:
    """The newest first."""
    sql = f"""{_SELECT}
        WHERE a.resolved = 0 OR NOT :only_open ORDER BY a.timestamp DESC, a.id DESC
    """
    return [Anomaly(**dict(row)) for row in database.rows(sql, {"only_open": only_open})]


def anomaly(database: Database, anomaly_id: int) -> Anomaly:
    """Raises RegistryError for an id that is not there."""
    row = database.one(f"{_SELECT} WHERE a.id = ?", (anomaly_id,))
    if row is None:
        raise RegistryError(f"anomaly {anomaly_id} does not exist: `scrapy anomalies list --all`")
    return Anomaly(**dict(row))


def resolve(database: Database, anomaly_id: int) -> None:
    """Acknowledges an anomaly: it is told again only if it gets worse, or ends and comes back."""
    anomaly(database, anomaly_id)
    with database.transaction():
        database.execute(_RESOLVE, (anomaly_id,))
        database.execute(_NAME_RESOLVER, (anomaly_id,))


def accept(database: Database, anomaly_id: int, now: str) -> str | None:
    """Makes the present state the pool's normal; gives the hashrate that is normal from now on.

    For a hashrate drop the level of the newest visit becomes the baseline; any other anomaly is
    resolved. now: UTC text.
    """
    found = anomaly(database, anomaly_id)
    if found.anomaly_type not in ACCEPTED_BY_RESOLVING:
        resolve(database, anomaly_id)
        return None
    row = database.one(_NEWEST_HASHRATE, (found.pool_id,))
    if row is None:
        raise RegistryError(f"pool {found.pool_id} has no hashrate that could be accepted")
    with database.transaction():
        database.execute(_RESOLVE, (anomaly_id,))
        database.execute(_END, {"now": now, "id": anomaly_id})
        incidents.accept_level(database, found.pool_id, now, row["current_hashrate"])
    return str(row["current_hashrate"])


def mute(database: Database, pool_id: str, until: str, reason: str) -> None:
    """Announces maintenance: anomalies go on being recorded, but are marked. until: UTC text."""
    registry.get(database, pool_id)
    with database.transaction():
        database.execute(_MUTE, (pool_id, until, reason))


def muted(database: Database, now: str) -> list[Maintenance]:
    """What is announced and not over. now: UTC text."""
    return [Maintenance(*row) for row in database.rows(_MUTED, (now,))]


def unmute(database: Database, pool_id: str) -> bool:
    """Whether there was a maintenance window to end."""
    registry.get(database, pool_id)
    with database.transaction():
        return database.execute(_UNMUTE, (pool_id,)).rowcount > 0
