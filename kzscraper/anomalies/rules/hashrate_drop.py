from __future__ import annotations

from datetime import datetime, timedelta
from statistics import median

from kzscraper import units
from kzscraper.anomalies.state import PoolState
from kzscraper.anomalies.verdict import Finding, NoEvidence, Severity

# Less history than this is none: the page's own 24 h average is the baseline then.
_SAMPLES = 12
_SPAN = timedelta(hours=12)


def hashrate_drop(state: PoolState) -> Finding | None:
    """The present hashrate against the pool's baseline."""
    current = _hashes(state.summary.current_hashrate if state.summary else None)
    level = baseline(state)
    if current is None or not level:
        raise NoEvidence
    drop = 1 - current / level
    severity = _severity(drop, state)
    if severity is None:
        return None
    shown = state.summary.current_hashrate if state.summary else None
    return Finding(
        severity,
        f"Hashrate dropped {drop * 100:.0f}%: {shown} against a usual {in_words(level)}",
        measure=round(drop, 4),
        memory={"baseline": level},
    )


def baseline(state: PoolState) -> float | None:
    """What the pool usually has, H/s; None if nothing is known.

    The median of its own recent days, which leaves out what lies inside incidents, so that it
    learns nothing from an outage. Without such history it is the level that an operator accepted,
    or the baseline that an open incident began with, or the page's 24 h average. Where the page's
    average is far above the median the pool has grown, and the average counts.
    """
    average = _hashes(state.summary.avg_hashrate_24h if state.summary else None)
    samples = _usable(state)
    if len(samples) >= _SAMPLES and samples[-1][0] - samples[0][0] >= _SPAN:
        usual = float(median(value for _, value in samples))
        growth = 1 + float(state.thresholds.hashrate_drop_medium)
        return average if average and average > usual * growth else usual
    lasting = state.lasting.get("HASHRATE_DROP")
    if lasting and "baseline" in lasting.memory:
        return float(lasting.memory["baseline"])
    return state.accepted[1] if state.accepted else average


def _usable(state: PoolState) -> list[tuple[datetime, float]]:
    begin = state.accepted[0] if state.accepted else None
    return [
        (at, value)
        for at, value in state.hashrates
        if (begin is None or at > begin)
        and not any(start <= at < end for start, end in state.outages)
    ]


def in_words(hashes: float) -> str:
    """`37.405 PH/s` of H/s."""
    for unit, step in (("EH/s", 1e18), ("PH/s", 1e15), ("TH/s", 1e12), ("GH/s", 1e9)):
        if hashes >= step:
            return f"{hashes / step:.3f} {unit}"
    return f"{hashes:.0f} H/s"


def _severity(drop: float, state: PoolState) -> Severity | None:
    limits = state.thresholds
    if drop > limits.hashrate_drop_high:
        return "HIGH"
    if drop >= limits.hashrate_drop_medium:
        return "MEDIUM"
    return "LOW" if drop >= limits.hashrate_drop_low else None


def _hashes(text: str | None) -> float | None:
    rate = units.parse_hashrate(text)
    return float(rate.hashes_per_second) if rate else None
