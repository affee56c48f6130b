from __future__ import annotations

from kzscraper.anomalies.rules.offline_workers import listed
from kzscraper.anomalies.state import PoolState
from kzscraper.anomalies.verdict import Finding, NoEvidence


def workers_appeared(state: PoolState) -> Finding | None:
    """Names that the last visit's list did not have; those that came back are none."""
    if state.workers is None or state.previous_workers is None:
        raise NoEvidence
    lasting = state.lasting.get("OFFLINE_WORKERS")
    missed = lasting.memory.get("missing", {}) if lasting else {}
    new = [
        worker.worker_name
        for worker in state.workers
        if worker.worker_name
        and worker.worker_name not in state.previous_workers
        and worker.worker_name not in missed
    ]
    if not new:
        return None
    names = list(dict.fromkeys(new))
    return Finding("LOW", f"{len(names)} worker(s) appeared: {listed(names)}", measure=len(names))
