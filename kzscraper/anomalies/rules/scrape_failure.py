from __future__ import annotations

from dataclasses import replace

from kzscraper import units
from kzscraper.anomalies.state import PoolState
from kzscraper.anomalies.verdict import Finding, Severity


def scrape_failure(state: PoolState) -> Finding | None:
    """A pool that is read in part, or could not be read at all for an hour."""
    scrape = state.scrape
    if scrape.status == "complete":
        return None
    if scrape.status == "partial":
        return Finding("LOW", f"Read in part: {scrape.error}")
    since = state.failing_since or state.now
    memory = {"since": units.utc_text(since)}
    unread = state.now - since
    if unread < state.thresholds.unreadable_low:
        lasting = state.lasting.get("SCRAPE_FAILURE")
        return replace(lasting, memory=memory) if lasting else None
    severity: Severity = "MEDIUM" if unread >= state.thresholds.unreadable_medium else "LOW"
    hours = unread.total_seconds() / 3600
    return Finding(severity, f"Not read for {hours:.0f} h: {scrape.error}", memory=memory)
