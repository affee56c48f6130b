"""Anomalies: the predecessor wrote one at every visit that saw it, 144 a day of the same."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from datetime import timedelta

from kzscraper import units
from kzscraper.store.adopt import forms
from kzscraper.store.adopt.forms import Taken
from kzscraper.store.adopt.source import Row, Source
from kzscraper.store.adopt.tally import Tally
from kzscraper.store.adopt.target import Target, count_taken

# As our own incidents: so many visits in a row without it, and it is over.
_GOOD_VISITS = 2
# Between two alarms of one incident, where the visits are known and where they are not.
_LONGEST_GAP = timedelta(days=1)
_LONGEST_GAP_UNSEEN = timedelta(hours=1)
_BESIDE = timedelta(minutes=2)  # an alarm and the visit that saw it
_SEVERITIES = (None, "LOW", "MEDIUM", "HIGH")
_KNOWN = """
    SELECT 1 FROM anomaly_log WHERE pool_id = :pool_id AND anomaly_type = :anomaly_type
      AND timestamp = :timestamp
"""
_INSERT = """
    INSERT INTO anomaly_log (timestamp, pool_id, observer_url, anomaly_type, description, severity,
        resolved)
    VALUES (:timestamp, :pool_id, :observer_url, :anomaly_type, :description, :severity, :resolved)
"""
Pair = tuple[Row, Taken]
Run = list[Pair]


def anomalies(
    source: Source, target: Target, tally: Tally, visits: Mapping[str, Sequence[str]]
) -> None:
    """visits: the times of the source's visits by pool, sorted."""
    by_kind: dict[tuple[str, str], list[Pair]] = {}
    for row, taken in target.rows(source, tally, forms.anomaly):
        kind = (str(taken.values["pool_id"]), str(taken.values["anomaly_type"]))
        by_kind.setdefault(kind, []).append((row, taken))
    for (pool_id, _), pairs in sorted(by_kind.items()):
        times = visits.get(pool_id, ())
        runs = _runs(pairs, times)
        known = target.turns.take(lambda r=runs, t=times: [_write(target, run, t) for run in r])  # type: ignore[misc]
        for run, was_known in zip(runs, known, strict=True):
            tally.merged += len(run) - 1
            row, taken = run[0]
            if len(run) > 1:
                words = f"{taken.values['anomaly_type']} from {_time(run[0])} to {_time(run[-1])}"
                tally.note("alarms of one incident: one row", f"{pool_id}: {words}", len(run) - 1)
            if was_known:
                tally.present += 1
                continue
            count_taken(tally, row, taken)
            if _is_over(run, times) and not run[-1][1].values["resolved"]:
                tally.note("over, by the visits after it: resolved", f"id {row['id']}")


def _runs(pairs: Sequence[Pair], times: Sequence[str]) -> list[Run]:
    """The alarms of one pool and type, by incident."""
    runs: list[Run] = []
    for pair in sorted(pairs, key=lambda one: (_time(one), one[0]["id"])):
        if runs and not _is_over_between(_time(runs[-1][-1]), _time(pair), times):
            runs[-1].append(pair)
        else:
            runs.append([pair])
    return runs


def _is_over_between(alarm: str, next_alarm: str, times: Sequence[str]) -> bool:
    begin, end = _later(alarm, _BESIDE), _later(next_alarm, -_BESIDE)
    is_known = bool(times) and begin >= times[0] and end <= times[-1]
    longest = _LONGEST_GAP if is_known else _LONGEST_GAP_UNSEEN
    return (
        bisect_left(times, end) - bisect_right(times, begin) >= _GOOD_VISITS
        or _later(alarm, longest) < next_alarm
    )


def _is_over(run: Run, times: Sequence[str]) -> bool:
    return len(times) - bisect_right(times, _later(_time(run[-1]), _BESIDE)) >= _GOOD_VISITS


def _write(target: Target, run: Run, times: Sequence[str]) -> bool:
    """Whether it was there already. As with our own incidents, severity never falls."""
    first, last = run[0][1].values, run[-1][1].values
    if target.database.one(_KNOWN, first):
        return True
    words = last["description"] or ""
    if len(run) > 1:
        words = f"{words} (told {len(run)} times until {last['timestamp']} UTC)".strip()
    severities = [pair[1].values["severity"] for pair in run]
    values = {
        **first,
        "description": words or None,
        "severity": max(severities, key=_SEVERITIES.index),
        "resolved": int(bool(last["resolved"]) or _is_over(run, times)),
    }
    target.write(_INSERT, [values])
    return False


def _time(pair: Pair) -> str:
    return str(pair[1].values["timestamp"])


def _later(moment: str, span: timedelta) -> str:
    return units.utc_text(units.parse_utc(moment) + span)
