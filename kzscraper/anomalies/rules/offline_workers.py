from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from kzscraper import units
from kzscraper.anomalies.state import PoolState
from kzscraper.anomalies.verdict import Finding, NoEvidence, Severity

NAMED = 10  # so many workers are named in a description


def offline_workers(state: PoolState) -> Finding | None:
    """Workers that are OFFLINE, DEAD or gone from the list.

    One that is DEAD or gone for longer than a day is somebody's decision by then, and no longer
    counts.
    """
    if state.workers is None:
        raise NoEvidence
    offline = [w.worker_name or "?" for w in state.workers if w.status == "OFFLINE"]
    dead = [
        w.worker_name or "?"
        for w in state.workers
        if w.status == "DEAD" and w.worker_name not in state.dead_before
    ]
    missing = _missing(state)
    count = len(offline) + len(dead) + len(missing)
    if not count:
        return None
    names = [*offline, *(f"{name} (dead)" for name in dead)]
    names = [*names, *(f"{name} (missing)" for name in missing)]
    severity: Severity = "HIGH" if count > state.thresholds.offline_workers_high else "MEDIUM"
    return Finding(
        severity,
        f"{count} worker(s) offline: {listed(_newest_first(names, state))}",
        measure=count,
        memory={"missing": {name: units.utc_text(since) for name, since in missing.items()}},
    )


def listed(names: Sequence[str]) -> str:
    """All names up to ten, then `and N more`."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _missing(state: PoolState) -> dict[str, datetime]:
    """The workers that vanished, and since when."""
    present = {worker.worker_name for worker in state.workers or ()}
    lasting = state.lasting.get("OFFLINE_WORKERS")
    known = lasting.memory.get("missing", {}) if lasting else {}
    missing = {name: units.parse_utc(since) for name, since in known.items()}
    for name in state.previous_workers or ():
        missing.setdefault(name, state.now)
    oldest = state.now - state.thresholds.worker_forgotten
    return {name: at for name, at in missing.items() if name not in present and at > oldest}


def _newest_first(names: list[str], state: PoolState) -> list[str]:
    """Those that were online at the last visit before those that are known to be offline."""
    before = state.previous_workers or {}

    def is_known(name: str) -> bool:
        return before.get(name.partition(" (")[0], "OFFLINE") != "ONLINE"

    return sorted(names, key=is_known)
