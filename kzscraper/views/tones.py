"""The colours of words."""

from __future__ import annotations

from kzscraper.table import Tone

_SEVERITIES: dict[str, Tone] = {"HIGH": "bad", "MEDIUM": "doubtful"}
_STATUSES: dict[str, Tone] = {
    "ONLINE": "good",
    "OFFLINE": "bad",
    "DEAD": "bad",
    "complete": "good",
    "partial": "doubtful",
    "failed": "bad",
}


def of_severity(severity: str | None) -> Tone | None:
    return _SEVERITIES.get(severity or "")


def of_status(status: str | None) -> Tone | None:
    """Of a worker or a visit."""
    return _STATUSES.get(status or "")
