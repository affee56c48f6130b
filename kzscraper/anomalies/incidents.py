"""The life of an incident, from visit to visit: pure functions, the store does the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kzscraper import options
from kzscraper.anomalies.verdict import SEVERITIES, Finding, Severity, worse

# An operator who resolves an incident of these types takes the level that it came to for the new
# normal. Their rule keeps it in its memory, as the page shows it.
ACCEPTED_BY_RESOLVING = {"HASHRATE_DROP"}
_LEVEL = "level"
# By so much must the measure of an acknowledged incident grow before it is told again.
_WORSE_BY = 1.25


@dataclass(frozen=True)
class Policy:
    """Visits in a row."""

    opens_after: int
    closes_after: int

    @classmethod
    def from_settings(cls, settings: options.SettingsLike) -> Policy:
        return cls(
            options.INCIDENT_OPENS_AFTER.read(settings),
            options.INCIDENT_CLOSES_AFTER.read(settings),
        )


@dataclass(frozen=True)
class Incident:
    """One that has not ended. Times are UTC text, as in the database."""

    anomaly_id: int
    anomaly_type: str
    latest: Finding  # what was last said of it; its severity is the row's
    resolved: bool  # the row's; while the incident lasts, an operator's doing
    last_seen: str
    visits: int = 1  # that showed it; none yet of a row that another program wrote
    peak: float = 0.0  # of the measure
    good_visits: int = 0  # in a row
    good_since: str | None = None
    # Severity and measure when an operator resolved it.
    acknowledged: tuple[Severity, float] | None = None
    ended: str | None = None
    resolved_by: str | None = None


@dataclass(frozen=True)
class Pending:
    """What was seen, but not yet in enough visits to open an incident."""

    visits: int  # in a row
    since: str
    latest: Finding


@dataclass(frozen=True)
class Step:
    """What a visit does to the incidents of one type of one pool."""

    incident: Incident | None = None  # as it is now; ended, perhaps
    opens: Finding | None = None
    began: str | None = None  # what opens
    pending: Pending | None = None
    accepts: str | None = None  # a hashrate that is the pool's normal from now on


def advance(
    incident: Incident | None,
    pending: Pending | None,
    finding: Finding | None,
    now: str,
    policy: Policy,
) -> Step:
    """What a verdict makes of the incident that lasts, or of none."""
    if incident is None:
        return _without_incident(pending, finding, now, policy) if finding else Step()
    if incident.resolved != (incident.acknowledged is not None):
        incident = _acknowledged(incident) if incident.resolved else _taken_back(incident)
        level = incident.latest.memory.get(_LEVEL)
        if finding and level and incident.resolved and _accepts(incident):
            ended = replace(incident, ended=now, resolved_by="accepted")
            return Step(ended, accepts=level)
    if finding is None:
        return Step(_after_good_visit(incident, now, policy))
    if incident.acknowledged and _is_worse(finding, *incident.acknowledged):
        return Step(replace(incident, ended=now), opens=finding, began=now)
    return Step(_seen_again(incident, finding, now))


def _without_incident(pending: Pending | None, finding: Finding, now: str, policy: Policy) -> Step:
    since = pending.since if pending else now
    visits = pending.visits + 1 if pending else 1
    if visits < policy.opens_after:
        return Step(pending=Pending(visits, since, finding))
    return Step(opens=finding, began=since)


def _accepts(incident: Incident) -> bool:
    return incident.anomaly_type in ACCEPTED_BY_RESOLVING


def _acknowledged(incident: Incident) -> Incident:
    return replace(
        incident,
        acknowledged=(incident.latest.severity, incident.latest.measure),
        resolved_by=incident.resolved_by or "operator",
    )


def _taken_back(incident: Incident) -> Incident:
    return replace(incident, acknowledged=None, resolved_by=None)


def _is_worse(finding: Finding, severity: Severity, measure: float) -> bool:
    if SEVERITIES.index(finding.severity) > SEVERITIES.index(severity):
        return True
    return finding.measure > 0 and finding.measure >= measure * _WORSE_BY


def _after_good_visit(incident: Incident, now: str, policy: Policy) -> Incident:
    good = replace(
        incident,
        good_visits=incident.good_visits + 1,
        good_since=incident.good_since or now,
    )
    if good.good_visits < policy.closes_after:
        return good
    return replace(
        good,
        ended=good.good_since,
        resolved=True,
        resolved_by=good.resolved_by or "recovery",
    )


def _seen_again(incident: Incident, finding: Finding, now: str) -> Incident:
    """Severity never falls; the words are kept current until somebody acknowledged them."""
    severity = worse(incident.latest.severity, finding.severity)
    words = incident.latest.description if incident.acknowledged else finding.description
    return replace(
        incident,
        latest=replace(finding, severity=severity, description=words),
        last_seen=now,
        visits=incident.visits + 1,
        peak=max(incident.peak, finding.measure),
        good_visits=0,
        good_since=None,
    )
