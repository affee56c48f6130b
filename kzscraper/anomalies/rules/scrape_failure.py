from __future__ import annotations

from kzscraper.anomalies.state import PoolState
from kzscraper.anomalies.verdict import Finding, Severity


def scrape_failure(state: PoolState) -> Finding | None:
    """A pool that is read in part, or has not been read at all for an hour."""
    scrape = state.scrape
    if scrape.status == "complete":
        return None
    if scrape.status == "partial":
        return Finding("LOW", f"Read in part: {scrape.error}")
    since = state.last_read or state.first_visit or state.now
    unread = state.now - since
    if unread < state.thresholds.unreadable_low:
        return state.lasting.get("SCRAPE_FAILURE")
    severity: Severity = "MEDIUM" if unread >= state.thresholds.unreadable_medium else "LOW"
    hours = unread.total_seconds() / 3600
    return Finding(severity, f"Not read for {hours:.0f} h: {scrape.error}")
