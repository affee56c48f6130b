"""What a rule says of one visit."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["LOW", "MEDIUM", "HIGH"]
SEVERITIES: tuple[Severity, ...] = ("LOW", "MEDIUM", "HIGH")  # in rising order


@dataclass(frozen=True)
class Finding:
    """Something is wrong, how badly, and in words for the operator.

    measure: a number that grows as it gets worse (workers, a share, days), to tell whether an
    acknowledged incident has got worse. memory: what the rule wants to be told at the next visit
    while the incident lasts; plain JSON.
    """

    severity: Severity
    description: str
    measure: float = 0.0
    memory: dict[str, Any] = field(default_factory=dict)


class NoEvidence(Exception):
    """Raised by a rule that cannot judge the visit: its incident keeps its state."""


# By anomaly type: a finding, or None for "looked and found nothing". A type that is absent was not
# judged, because the visit lacked the evidence: its incident keeps its state.
Verdicts = dict[str, Finding | None]


def worse(one: Severity, other: Severity) -> Severity:
    """The higher of two severities."""
    return max(one, other, key=SEVERITIES.index)
