"""What a rule says of one visit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["LOW", "MEDIUM", "HIGH"]


@dataclass(frozen=True)
class Finding:
    """Something is wrong, how badly, and in words for the operator."""

    severity: Severity
    description: str


# By anomaly type: a finding, or None for "looked and found nothing". A type that is absent was not
# judged, because the visit lacked the evidence: its incident keeps its state.
Verdicts = dict[str, Finding | None]
