"""The life of an incident, from visit to visit: pure functions, the store does the rest."""

from __future__ import annotations

from dataclasses import dataclass, replace

from kzscraper import options
from kzscraper.anomalies.verdict import SEVERITIES, Finding, Severity, worse

# An operator who resolves an incident of these types takes the present level for the new normal.
ACCEPTED_BY_RESOLVING = {"HASHRATE_DROP"}
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
    visits: int = 1
    peak: float = 0.0  # of the measure
    good_visits: int = 0  # in a row
    good_since: str | None = None
    # Severity and measure when an operator resolved it.
    acknowledged: tuple[Severity, float] | None = None
    ended: str | None = None
    resolved_by: str | None = None


@dataclass(frozen=True)
class Step:
    """What a visit does to the incidents of one type of one pool."""

    incident: Incident | None = None  # as it is now; ended, perhaps
    opens: Finding | None = None
    pending: int = 0  # visits in a row that showed what has not opened yet
    accepts_level: bool = False  # the pool's present hashrate is its new normal


def advance(
    incident: Incident | None, pending: int, finding: Finding | None, now: str, policy: Policy
) -> Step:
    """What a verdict makes of the incident that lasts, or of none."""
    if incident is None:
        if finding is None:
            return Step()
        if pending + 1 < policy.opens_after:
            return Step(pending=pending + 1)
        return Step(opens=finding)
    if incident.resolved and incident.acknowledged is None:
        incident = _acknowledged(incident)
        if incident.anomaly_type in ACCEPTED_BY_RESOLVING:
            return Step(replace(incident, ended=now), accepts_level=True)
    if finding is None:
        return Step(_after_good_visit(incident, now, policy))
    if incident.acknowledged and _is_worse(finding, *incident.acknowledged):
        return Step(replace(incident, ended=now), opens=finding)
    return Step(_seen_again(incident, finding, now))


def _acknowledged(incident: Incident) -> Incident:
    return replace(
        incident,
        acknowledged=(incident.latest.severity, incident.latest.measure),
        resolved_by=incident.resolved_by or "operator",
    )


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
