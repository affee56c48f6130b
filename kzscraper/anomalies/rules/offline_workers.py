from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from kzscraper import units
from kzscraper.anomalies.state import PoolState
from kzscraper.anomalies.verdict import Finding, NoEvidence, Severity

NAMED = 10  # so many workers are named in a description

How = Literal["OFFLINE", "DEAD", "MISSING"]
# By worker: how it is stopped, and since when (UTC text).
Known = Mapping[str, tuple[How, str]]


class _Stopped(NamedTuple):
    name: str
    how: How
    since: str

    def __str__(self) -> str:
        return self.name if self.how == "OFFLINE" else f"{self.name} ({self.how.lower()})"


def offline_workers(state: PoolState) -> Finding | None:
    """Workers that are OFFLINE, DEAD or gone from the list.

    One that is DEAD or gone for longer than a day is somebody's decision by then, and no longer
    counts.
    """
    if state.workers is None:
        return _by_counter(state)
    known: Known = state.memory("OFFLINE_WORKERS").get("stopped", {})
    before = state.previous_workers or {}
    forgotten = units.utc_text(state.now - state.thresholds.worker_forgotten)
    now = units.utc_text(state.now)
    stopped = [
        _Stopped(name, how, _since(known.get(name), how, now))
        for name, how in [*_listed(state, known), *_vanished(state, known)]
    ]
    stopped = [one for one in stopped if one.how == "OFFLINE" or one.since > forgotten]
    if not stopped:
        if state.scrape.status != "complete" and any(not w.status for w in state.workers):
            raise NoEvidence  # the status that could not be read may be OFFLINE
        return None
    stopped.sort(key=lambda one: (one.since, before.get(one.name) == "ONLINE"), reverse=True)
    words = f"{len(stopped)} worker(s) offline: {listed([str(one) for one in stopped])}"
    memory = {"stopped": {one.name: (one.how, one.since) for one in stopped}}
    return Finding(_severity(len(stopped), state), words, len(stopped), memory)


def listed(names: Sequence[str]) -> str:
    """All names up to ten, then `and N more`."""
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _by_counter(state: PoolState) -> Finding | None:
    """The page's own counter is evidence where nobody reads a list, which would tell more."""
    count = state.summary.offline_workers if state.summary else None
    if count is None or "workers" in state.scrape.sections or state.previous_workers is not None:
        raise NoEvidence
    if count == 0:
        return None
    return Finding(_severity(count, state), f"{count} worker(s) offline", count)


def _severity(count: int, state: PoolState) -> Severity:
    return "HIGH" if count > state.thresholds.offline_workers_high else "MEDIUM"


def _listed(state: PoolState, known: Known) -> list[tuple[str, How]]:
    """The workers that the list shows as stopped, without those that are DEAD for long."""
    before = state.previous_workers or {}
    stopped: list[tuple[str, How]] = []
    for worker in state.workers or ():
        name = worker.worker_name or "?"
        if worker.status == "OFFLINE":
            stopped.append((name, "OFFLINE"))
        elif worker.status == "DEAD":
            was_dead = before.get(name) == "DEAD" and name in state.dead_before
            if name in known or not was_dead:
                stopped.append((name, "DEAD"))
    return stopped


def _vanished(state: PoolState, known: Known) -> list[tuple[str, How]]:
    """The workers that were in the list; of DEAD ones only those that still counted."""
    present = {worker.worker_name or "?" for worker in state.workers or ()}
    alive = [name for name, how in (state.previous_workers or {}).items() if how != "DEAD"]
    return [(name, "MISSING") for name in dict.fromkeys([*known, *alive]) if name not in present]


def _since(known: tuple[How, str] | None, how: How, now: str) -> str:
    if known is None:
        return now
    was, since = known
    # A DEAD worker that vanishes goes on being forgotten; an OFFLINE one that dies is news.
    return since if was == how or "OFFLINE" not in (was, how) else now
