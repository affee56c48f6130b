"""Incidents in the database: rows of anomaly_log, and what that table has no column for."""

from __future__ import annotations

import json
from dataclasses import asdict

from kzscraper.anomalies.incidents import Incident, Pending, Policy, Step, advance
from kzscraper.anomalies.verdict import Finding
from kzscraper.items import Visit
from kzscraper.store import incident_rows
from kzscraper.store.database import Database

# What has not ended; then open rows of another program, or that an operator opened again, which are
# taken over: the newest of each type among the newest hundred.
_LASTING = f"""
    SELECT {incident_rows.COLUMNS} FROM incident i JOIN anomaly_log a ON a.id = i.anomaly_id
    WHERE i.pool_id = :pool_id AND i.ended IS NULL
    UNION ALL
    SELECT * FROM (
        SELECT {incident_rows.COLUMNS}
        FROM anomaly_log a LEFT JOIN incident i ON i.anomaly_id = a.id
        WHERE a.pool_id = :pool_id AND a.resolved = 0
          AND (i.anomaly_id IS NULL OR i.ended IS NOT NULL)
        ORDER BY a.id DESC LIMIT 100)
"""
_PENDING = "SELECT anomaly_type, visits, since, finding FROM incident_pending WHERE pool_id = ?"
_SET_PENDING = """
    INSERT OR REPLACE INTO incident_pending (pool_id, anomaly_type, visits, since, finding)
    VALUES (?, ?, ?, ?, ?)
"""
_CLEAR_PENDING = "DELETE FROM incident_pending WHERE pool_id = ? AND anomaly_type = ?"
_INSERT_ANOMALY = """
    INSERT INTO anomaly_log (timestamp, pool_id, observer_url, anomaly_type, description, severity)
    VALUES (?, ?, (SELECT observer_url FROM pool_metadata WHERE pool_id = ?), ?, ?, ?)
"""
_UPDATE_ANOMALY = """
    UPDATE anomaly_log SET description = ?, severity = ? WHERE id = ? AND resolved = 0
"""
_RESOLVE_ANOMALIES = """
    UPDATE anomaly_log SET resolved = 1 WHERE pool_id = ? AND anomaly_type = ? AND resolved = 0
"""
_WRITE_INCIDENT = """
    INSERT OR REPLACE INTO incident (anomaly_id, pool_id, anomaly_type, last_seen, visits, measure,
        peak, good_visits, good_since, acknowledged_severity, acknowledged_measure, ended,
        resolved_by, memory)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_ACCEPT = "INSERT OR REPLACE INTO accepted_hashrate (pool_id, since, hashrate) VALUES (?, ?, ?)"
_MUTE = "SELECT until, reason FROM mute WHERE pool_id = ? AND until > ?"


def lasting(database: Database, pool_id: str) -> dict[str, Incident]:
    """The incidents of a pool that have not ended, by type."""
    found: dict[str, Incident] = {}
    for row in database.rows(_LASTING, {"pool_id": pool_id}):
        found.setdefault(row["anomaly_type"], incident_rows.incident(row))
    return found


def pending(database: Database, pool_id: str) -> dict[str, Pending]:
    """What may yet become an incident, by type."""
    rows = database.rows(_PENDING, (pool_id,))
    return {row["anomaly_type"]: incident_rows.pending(row) for row in rows}


def apply(database: Database, visit: Visit, policy: Policy) -> tuple[int, int]:
    """Moves the pool's incidents on by one visit, inside the caller's transaction.

    Gives the numbers of incidents opened and closed.
    """
    scrape = visit.scrape
    present = lasting(database, scrape.pool_id)
    waiting = pending(database, scrape.pool_id)
    opened = closed = 0
    for anomaly_type, finding in scrape.verdicts.items():
        waited = waiting.get(anomaly_type)
        step = advance(present.get(anomaly_type), waited, finding, scrape.timestamp, policy)
        if step.incident:
            _write(database, scrape.pool_id, step.incident)
            closed += step.incident.ended is not None
        if step.opens:
            _open(database, visit, anomaly_type, step.opens, step.began or scrape.timestamp)
            opened += 1
        if step.accepts:
            accept_level(database, scrape.pool_id, scrape.timestamp, step.accepts)
        if step.pending or waited:
            _note_pending(database, scrape.pool_id, anomaly_type, step)
    return opened, closed


def accept_level(database: Database, pool_id: str, since: str, hashrate: str) -> None:
    """From `since` on this hashrate is the pool's normal, until there is history of that time."""
    database.execute(_ACCEPT, (pool_id, since, hashrate))


def _open(
    database: Database, visit: Visit, anomaly_type: str, finding: Finding, began: str
) -> None:
    pool_id, now = visit.scrape.pool_id, visit.scrape.timestamp
    words = _marked(database, pool_id, now, finding.description)
    anomaly_id = database.execute(
        _INSERT_ANOMALY, (began, pool_id, pool_id, anomaly_type, words, finding.severity)
    ).lastrowid
    if anomaly_id is None:
        raise RuntimeError("SQLite gave no id for a new row")
    incident = Incident(
        anomaly_id, anomaly_type, finding, resolved=False, last_seen=now, peak=finding.measure
    )
    database.execute(_WRITE_INCIDENT, incident_rows.values(pool_id, incident))


def _write(database: Database, pool_id: str, incident: Incident) -> None:
    if incident.ended and incident.resolved:
        database.execute(_RESOLVE_ANOMALIES, (pool_id, incident.anomaly_type))
    elif not incident.good_visits and not incident.acknowledged:
        words = _marked(database, pool_id, incident.last_seen, incident.latest.description)
        severity = incident.latest.severity
        database.execute(_UPDATE_ANOMALY, (words, severity, incident.anomaly_id))
    database.execute(_WRITE_INCIDENT, incident_rows.values(pool_id, incident))


def _marked(database: Database, pool_id: str, now: str, description: str) -> str:
    return incident_rows.marked(description, database.one(_MUTE, (pool_id, now)))


def _note_pending(database: Database, pool_id: str, anomaly_type: str, step: Step) -> None:
    if step.pending is None:
        database.execute(_CLEAR_PENDING, (pool_id, anomaly_type))
        return
    finding = json.dumps(asdict(step.pending.latest), ensure_ascii=False)
    visits, since = step.pending.visits, step.pending.since
    database.execute(_SET_PENDING, (pool_id, anomaly_type, visits, since, finding))
