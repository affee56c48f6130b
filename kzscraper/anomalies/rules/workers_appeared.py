from __future__ import annotations

from datetime import timedelta

from kzscraper import units
from kzscraper.anomalies.rules.offline_workers import listed
from kzscraper.anomalies.state import PoolState
from kzscraper.anomalies.verdict import Finding, NoEvidence

# For so long a worker is new, so that the extension of a farm is one incident.
_NEW_FOR = timedelta(hours=1)


def workers_appeared(state: PoolState) -> Finding | None:
    """Names that the last visit's list did not have; those that came back are none."""
    if state.workers is None or state.previous_workers is None:
        raise NoEvidence
    since: dict[str, str] = state.memory("WORKERS_APPEARED").get("since", {})
    familiar = {*state.previous_workers, *state.memory("OFFLINE_WORKERS").get("stopped", ())}
    long_ago = units.utc_text(state.now - _NEW_FOR)
    now = units.utc_text(state.now)
    new = {}
    for worker in state.workers:
        name = worker.worker_name
        if name and (name in since or name not in familiar):
            new[name] = since.get(name, now)
    new = {name: at for name, at in new.items() if at > long_ago}
    if not new:
        return None
    names = sorted(new, key=lambda name: new[name], reverse=True)
    return Finding(
        "LOW",
        f"{len(new)} worker(s) appeared: {listed(names)}",
        measure=len(new),
        memory={"since": new},
    )
