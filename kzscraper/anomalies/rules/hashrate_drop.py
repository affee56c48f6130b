from __future__ import annotations

from kzscraper.anomalies.baseline import baseline, hashes_of
from kzscraper.anomalies.state import PoolState
from kzscraper.anomalies.verdict import Finding, NoEvidence, Severity

# An incident lasts until the drop is this share of what opens one, lest it flap at the threshold.
_ENDS_AT = 0.75


def hashrate_drop(state: PoolState) -> Finding | None:
    """The present hashrate against the pool's baseline."""
    shown = state.summary.current_hashrate if state.summary else None
    current = hashes_of(shown)
    usual = baseline(state)
    if current is None or not usual:
        raise NoEvidence
    drop = round(1 - current / usual, 6)
    severity = _severity(drop, state)
    if severity is None:
        return None
    return Finding(
        severity,
        f"Hashrate dropped {drop:.1%}: {shown} against a usual {in_words(usual)}",
        measure=drop,
        memory={"baseline": usual, "level": shown},
    )


def in_words(hashes: float) -> str:
    """`37.405 PH/s` of H/s."""
    for unit, step in (("EH/s", 1e18), ("PH/s", 1e15), ("TH/s", 1e12), ("GH/s", 1e9)):
        if hashes >= step:
            return f"{hashes / step:.3f} {unit}"
    return f"{hashes:.0f} H/s"


def _severity(drop: float, state: PoolState) -> Severity | None:
    limits = state.thresholds
    # As floats on both sides: a float is never exactly 0.30, but always the same.
    if drop > float(limits.hashrate_drop_high):
        return "HIGH"
    if drop >= float(limits.hashrate_drop_medium):
        return "MEDIUM"
    low = float(limits.hashrate_drop_low)
    if "HASHRATE_DROP" in state.lasting:
        low = round(low * _ENDS_AT, 6)
    return "LOW" if drop >= low else None
