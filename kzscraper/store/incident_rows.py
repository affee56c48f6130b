"""Between an Incident and its rows in anomaly_log and incident."""

from __future__ import annotations

import json
from sqlite3 import Row
from typing import Any

from kzscraper.anomalies.incidents import Incident, Pending
from kzscraper.anomalies.verdict import SEVERITIES, Finding

COLUMNS = """
    a.id, a.anomaly_type, a.severity, a.description, a.resolved, a.timestamp,
    i.last_seen, i.visits, i.measure, i.peak, i.good_visits, i.good_since,
    i.acknowledged_severity, i.acknowledged_measure, i.resolved_by, i.memory, i.ended
"""
_MAINTENANCE = " [maintenance until "


def incident(row: Row) -> Incident:
    """Of a row of another program, which has no incident, the rest is as at a beginning."""
    finding = Finding(
        row["severity"] if row["severity"] in SEVERITIES else "MEDIUM",
        (row["description"] or "").partition(_MAINTENANCE)[0],
        row["measure"] or 0.0,
        json.loads(row["memory"] or "{}"),
    )
    resolved = bool(row["resolved"])
    if row["visits"] is None or row["ended"]:  # another program's, or taken up again by SQL
        return Incident(
            row["id"], row["anomaly_type"], finding, resolved, row["timestamp"], row["visits"] or 0
        )
    acknowledged = None
    if row["acknowledged_severity"]:
        acknowledged = (row["acknowledged_severity"], row["acknowledged_measure"])
    return Incident(
        row["id"],
        row["anomaly_type"],
        finding,
        resolved,
        row["last_seen"],
        visits=row["visits"],
        peak=row["peak"],
        good_visits=row["good_visits"],
        good_since=row["good_since"],
        acknowledged=acknowledged,
        resolved_by=row["resolved_by"],
    )


def values(pool_id: str, one: Incident) -> tuple[Any, ...]:
    """In the order of the incident table's columns."""
    return (
        one.anomaly_id,
        pool_id,
        one.anomaly_type,
        one.last_seen,
        one.visits,
        one.latest.measure,
        one.peak,
        one.good_visits,
        one.good_since,
        *(one.acknowledged or (None, None)),
        one.ended,
        one.resolved_by,
        json.dumps(one.latest.memory, ensure_ascii=False),
    )


def marked(description: str, mute: Row | None) -> str:
    """A description that tells, during maintenance, that it is expected."""
    if mute is None:
        return description
    return f"{description}{_MAINTENANCE}{mute['until']} UTC: {mute['reason']}]"


def pending(row: Row) -> Pending:
    return Pending(row["visits"], row["since"], Finding(**json.loads(row["finding"])))
