"""The rules: pure functions of one visit."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from kzscraper import options, units
from kzscraper.anomalies.verdict import Finding, Severity, Verdicts
from kzscraper.items import Visit

_NAMED = 10  # that many workers are named in a description


@dataclass(frozen=True)
class Thresholds:
    offline_workers_high: int
    hashrate_drop_medium: Decimal
    hashrate_drop_high: Decimal

    @classmethod
    def from_settings(cls, settings: options.SettingsLike) -> Thresholds:
        return cls(
            options.OFFLINE_WORKERS_HIGH.read(settings),
            options.HASHRATE_DROP_MEDIUM.read(settings),
            options.HASHRATE_DROP_HIGH.read(settings),
        )


def judge(visit: Visit, thresholds: Thresholds) -> Verdicts:
    """What every rule says; a rule whose evidence is missing says nothing."""
    verdicts: Verdicts = {}
    if visit.scrape.status == "failed":
        return verdicts
    for summary in visit.summaries:
        if summary.offline_workers is not None:
            names = [w.worker_name or "?" for w in visit.workers if w.status in ("OFFLINE", "DEAD")]
            verdicts["OFFLINE_WORKERS"] = offline_workers(
                summary.offline_workers, names, thresholds
            )
        current = units.parse_hashrate(summary.current_hashrate)
        average = units.parse_hashrate(summary.avg_hashrate_24h)
        if current and average and average.hashes_per_second:
            verdicts["HASHRATE_DROP"] = hashrate_drop(current, average, thresholds)
    return verdicts


def offline_workers(count: int, names: list[str], thresholds: Thresholds) -> Finding | None:
    """count: the page's own counter; names: the workers that its table shows as not online."""
    if count == 0:
        return None
    severity: Severity = "HIGH" if count > thresholds.offline_workers_high else "MEDIUM"
    description = f"{count} worker(s) offline"
    if names:
        description += f": {', '.join(names[:_NAMED])}"
    if names[_NAMED:]:
        description += f" and {len(names) - _NAMED} more"
    return Finding(severity, description)


def hashrate_drop(
    current: units.Hashrate, baseline: units.Hashrate, thresholds: Thresholds
) -> Finding | None:
    drop = 1 - current.hashes_per_second / baseline.hashes_per_second
    if drop < thresholds.hashrate_drop_medium:
        return None
    severity: Severity = "HIGH" if drop > thresholds.hashrate_drop_high else "MEDIUM"
    return Finding(
        severity,
        f"Hashrate dropped {drop * 100:.0f}%: {current.text} against {baseline.text} over 24 h",
    )
