"""What a pool's hashrate usually is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median, median_low

from kzscraper import units
from kzscraper.anomalies.state import PoolState

Sample = tuple[datetime, float]

# Less history than this is none.
_SAMPLES = 5
_SPAN = timedelta(hours=12)
_DAY = timedelta(days=1)
# So much of the former level is that level again.
_BACK = 0.95


def baseline(state: PoolState) -> float | None:
    """What the pool usually has, H/s; None if nothing is known.

    While an incident lasts, that with which it began. Else the median of the pool's own recent
    days, without what lies inside incidents, so that it learns nothing from an outage. While there
    is no such history: the level that an operator accepted, or the one before the last outage, or
    the page's 24 h average.
    """
    memory = state.memory("HASHRATE_DROP")
    if "baseline" in memory:
        return float(memory["baseline"])
    average = hashes_of(state.summary.avg_hashrate_24h if state.summary else None)
    accepted = None if _is_back(state) else state.accepted
    samples = _outside_incidents(state)
    if accepted:
        samples = [(at, value) for at, value in samples if at > accepted[0]]
    if len(samples) >= _SAMPLES and samples[-1][0] - samples[0][0] >= _SPAN:
        return _median_or_more(samples, average, state)
    last = _last_outage(state)
    if accepted and (last is None or accepted[0] >= last[0]):
        return accepted[1]
    return last[1] if last else average


def hashes_of(text: str | None) -> float | None:
    """H/s of the canonical text."""
    rate = units.parse_hashrate(text)
    return float(rate.hashes_per_second) if rate else None


def _outside_incidents(state: PoolState) -> Sequence[Sample]:
    if not state.outages:
        return state.hashrates
    return [
        (at, value)
        for at, value in state.hashrates
        if not any(outage.begin <= at < outage.end for outage in state.outages)
    ]


def _median_or_more(samples: Sequence[Sample], average: float | None, state: PoolState) -> float:
    """The median, unless the pool has grown: by the last day's samples and the page's average."""
    usual = median(value for _, value in samples)
    lately = [value for at, value in samples if at >= state.now - _DAY]
    if average and lately:
        grown = min(average, median_low(lately))
        if grown > usual * (1 + float(state.thresholds.hashrate_drop_medium)):
            return grown
    return usual


def _is_back(state: PoolState) -> bool:
    """Whether the pool has had its former level again since an operator accepted a lower one."""
    if state.accepted is None:
        return False
    since = state.accepted[0]
    levels = [o.baseline for o in state.outages if o.baseline and o.begin <= since]
    former = levels[-1] if levels else None
    samples = _outside_incidents(state)
    return former is not None and any(
        at > since and value >= former * _BACK for at, value in samples
    )


def _last_outage(state: PoolState) -> Sample | None:
    known = [(outage.end, outage.baseline) for outage in state.outages if outage.baseline]
    return max(known) if known else None
