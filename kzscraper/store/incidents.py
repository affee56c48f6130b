"""Incidents in the database: rows of anomaly_log, and what that table has no column for."""

from __future__ import annotations

import json
from sqlite3 import Row

from kzscraper.anomalies.incidents import Incident, Policy, Step, advance
from kzscraper.anomalies.verdict import Finding
from kzscraper.items import Visit
from kzscraper.store.database import Database

_COLUMNS = """
    a.id, a.anomaly_type, a.severity, a.description, a.resolved, a.timestamp,
    i.last_seen, i.visits, i.measure, i.peak, i.good_visits, i.good_since,
    i.acknowledged_severity, i.acknowledged_measure, i.resolved_by, i.memory
"""
_LASTING = f"""
    SELECT {_COLUMNS} FROM incident i JOIN anomaly_log a ON a.id = i.anomaly_id
    WHERE i.pool_id = ? AND i.ended IS NULL
"""
# Rows of another program are taken over while they are open, the newest of each type.
_ADOPTABLE = f"""
    SELECT {_COLUMNS} FROM anomaly_log a LEFT JOIN incident i ON i.anomaly_id = a.id
    WHERE a.pool_id = ? AND a.resolved = 0 AND i.anomaly_id IS NULL ORDER BY a.id
"""
_PENDING = "SELECT anomaly_type, visits FROM incident_pending WHERE pool_id = ?"
_SET_PENDING = "INSERT OR REPLACE INTO incident_pending VALUES (?, ?, ?)"
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
    found = {}
    for sql in (_ADOPTABLE, _LASTING):
        for row in database.rows(sql, (pool_id,)):
            found[row["anomaly_type"]] = _from_row(row)
    return found


def apply(database: Database, visit: Visit, policy: Policy) -> tuple[int, int]:
    """Moves the pool's incidents on by one visit, inside the caller's transaction.

    Gives the numbers of incidents opened and closed.
    """
    scrape = visit.scrape
    present = lasting(database, scrape.pool_id)
    pending = {
        row["anomaly_type"]: row["visits"] for row in database.rows(_PENDING, (scrape.pool_id,))
    }
    opened = closed = 0
    for anomaly_type, finding in scrape.verdicts.items():
        incident = present.get(anomaly_type)
        waited = pending.get(anomaly_type, 0)
        step = advance(incident, waited, finding, scrape.timestamp, policy)
        if step.accepts_level and not _accept_level(database, visit):
            continue  # the present level is not known: the next visit may tell
        if step.incident:
            _write(database, scrape.pool_id, step.incident)
            closed += step.incident.ended is not None
        if step.opens:
            _open(database, visit, anomaly_type, step.opens)
            opened += 1
        _note_pending(database, scrape.pool_id, anomaly_type, waited, step)
    return opened, closed


def accept_level(database: Database, pool_id: str, since: str, hashrate: str) -> None:
    """From `since` on this hashrate is the pool's normal, until there is history of that time."""
    database.execute(_ACCEPT, (pool_id, since, hashrate))


def write(database: Database, pool_id: str, incident: Incident) -> None:
    """Writes what is known of an incident, and the state of its row."""
    _write(database, pool_id, incident)


def _accept_level(database: Database, visit: Visit) -> bool:
    for summary in visit.summaries:
        if summary.current_hashrate:
            accept_level(database, summary.pool_id, summary.timestamp, summary.current_hashrate)
            return True
    return False


def _open(database: Database, visit: Visit, anomaly_type: str, finding: Finding) -> None:
    pool_id, now = visit.scrape.pool_id, visit.scrape.timestamp
    row = (
        now,
        pool_id,
        pool_id,
        anomaly_type,
        _marked(database, pool_id, now, finding.description),
    )
    anomaly_id = database.execute(_INSERT_ANOMALY, (*row, finding.severity)).lastrowid
    if anomaly_id is None:
        raise RuntimeError("SQLite gave no id for a new row")
    _write(
        database,
        pool_id,
        Incident(
            anomaly_id, anomaly_type, finding, resolved=False, last_seen=now, peak=finding.measure
        ),
    )


def _write(database: Database, pool_id: str, incident: Incident) -> None:
    latest = incident.latest
    if incident.ended and incident.resolved:
        database.execute(_RESOLVE_ANOMALIES, (pool_id, incident.anomaly_type))
    elif not incident.acknowledged:
        words = _marked(database, pool_id, incident.last_seen, latest.description)
        database.execute(_UPDATE_ANOMALY, (words, latest.severity, incident.anomaly_id))
    acknowledged = incident.acknowledged or (None, None)
    database.execute(
        _WRITE_INCIDENT,
        (
            incident.anomaly_id,
            pool_id,
            incident.anomaly_type,
            incident.last_seen,
            incident.visits,
            latest.measure,
            incident.peak,
            incident.good_visits,
            incident.good_since,
            *acknowledged,
            incident.ended,
            incident.resolved_by,
            json.dumps(latest.memory, ensure_ascii=False),
        ),
    )


def _marked(database: Database, pool_id: str, now: str, description: str) -> str:
    """A description that tells, during maintenance, that it is expected."""
    mute = database.one(_MUTE, (pool_id, now))
    if mute is None:
        return description
    return f"{description} [maintenance until {mute['until']} UTC: {mute['reason']}]"


def _note_pending(
    database: Database, pool_id: str, anomaly_type: str, before: int, step: Step
) -> None:
    if step.pending:
        database.execute(_SET_PENDING, (pool_id, anomaly_type, step.pending))
    elif before:
        database.execute(_CLEAR_PENDING, (pool_id, anomaly_type))


def _from_row(row: Row) -> Incident:
    acknowledged = None
    if row["acknowledged_severity"]:
        acknowledged = (row["acknowledged_severity"], row["acknowledged_measure"])
    return Incident(
        anomaly_id=row["id"],
        anomaly_type=row["anomaly_type"],
        latest=Finding(
            row["severity"] if row["severity"] in ("LOW", "MEDIUM", "HIGH") else "MEDIUM",
            _unmarked(row["description"] or ""),
            row["measure"] or 0.0,
            json.loads(row["memory"] or "{}"),
        ),
        resolved=bool(row["resolved"]),
        last_seen=row["last_seen"] or row["timestamp"],
        visits=row["visits"] or 1,
        peak=row["peak"] or 0.0,
        good_visits=row["good_visits"] or 0,
        good_since=row["good_since"],
        acknowledged=acknowledged,
        resolved_by=row["resolved_by"],
    )


def _unmarked(description: str) -> str:
    return description.partition(" [maintenance until ")[0]
