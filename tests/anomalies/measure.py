"""What the rules find of a generated year: anomaly_log compared with the labels of year.py.

- A fault is found if a row of its pool and type overlaps it. A row is true if it overlaps a fault
  of its pool and type, made longer by the two good visits after which an incident closes.
- Visits until opened: 1 is the first visit that could show the fault.
- Visits until closed: from the first visit that no longer shows it, including the good visits that
  the policy asks for.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from kzscraper import options, units
from tests.anomalies.player import BEGIN, STEP, Player, fast_folder
from tests.anomalies.year import Event, Fault, habits, visits, year

POLICY_VISITS = int(options.INCIDENT_CLOSES_AFTER.default)
# What the documentation recommends to delete, once a day.
RETENTION = (
    "DELETE FROM worker_status WHERE timestamp < ?",
    "DELETE FROM pool_summary WHERE timestamp < ?",
)


@dataclass(frozen=True)
class Row:
    """Of anomaly_log; one that is open ends with the year."""

    anomaly_type: str
    severity: str
    begin: datetime
    end: datetime
    accepted: bool


@dataclass(frozen=True)
class Outcome:
    """One pool's year."""

    visits: int
    rows: list[Row]
    faults: list[Fault]
    benign: list[tuple[str, datetime, datetime]]


def play(seeds: Sequence[int], days: int, settings: dict[str, object]) -> list[Outcome]:
    """The years of some pools that share a database."""
    logging.disable()  # each failed visit would be a line
    with fast_folder() as folder:
        player = Player(folder, **settings)
        pools = [player.pool(**habits(seed)) for seed in seeds]
        plans = [year(pool, seed, days) for pool, seed in zip(pools, seeds, strict=True)]
        sent = Counter[str]()
        player.play(_counted(visits(pools, plans, days), sent, player))
        outcomes = [
            Outcome(sent[pool.pool_id], list(_rows(player, pool.pool_id, days)), *_labels(plan))
            for pool, plan in zip(pools, plans, strict=True)
        ]
        player.close()
    return outcomes


def _counted(played: Iterator[Any], sent: Counter[str], player: Player) -> Iterator[Any]:
    today = ""
    for items in played:
        scrape = items[-1]
        sent[scrape.pool_id] += 1
        if scrape.timestamp[:10] != today:
            today = scrape.timestamp[:10]
            old = units.parse_utc(scrape.timestamp) - timedelta(days=30)
            for statement in RETENTION:
                player.sql(statement, units.utc_text(old))
        yield items


def _rows(player: Player, pool_id: str, days: int) -> Iterator[Row]:
    found = player.sql(
        "SELECT a.anomaly_type, a.severity, a.timestamp, i.ended, i.resolved_by "
        "FROM anomaly_log a JOIN incident i ON i.anomaly_id = a.id WHERE a.pool_id = ?",
        pool_id,
    )
    for anomaly_type, severity, begin, end, by in found:
        ended = units.parse_utc(end) if end else BEGIN + timedelta(days=days)
        yield Row(anomaly_type, severity, units.parse_utc(begin), ended, by == "accepted")


def _labels(plan: Sequence[Event]) -> tuple[list[Fault], list[tuple[str, datetime, datetime]]]:
    faults = [fault for event in plan for fault in event.faults]
    benign = [(event.kind, event.begin, event.end) for event in plan if not event.faults]
    return faults, benign


def figures(outcomes: Sequence[Outcome], days: int) -> dict[str, Any]:
    """By anomaly type, and by kind of fault."""
    types: dict[str, Tally] = defaultdict(Tally)
    kinds: dict[str, Tally] = defaultdict(Tally)
    false: Counter[str] = Counter()
    for outcome in outcomes:
        for fault in outcome.faults:
            rows = [row for row in outcome.rows if _meet(row, fault)]
            for tally in (types[fault.anomaly_type], kinds[f"{fault.anomaly_type} {fault.kind}"]):
                tally.add_fault(fault, rows)
        for row in outcome.rows:
            is_true = any(_meet(row, fault) for fault in outcome.faults)
            types[row.anomaly_type].add_row(row, is_true)
            if not is_true:
                false[f"{row.anomaly_type} {_cause(row, outcome)}"] += 1
    told = sum(len(outcome.rows) for outcome in outcomes)
    return {
        "pools": len(outcomes),
        "days": days,
        "visits": sum(outcome.visits for outcome in outcomes),
        "rows_per_pool_and_day": round(told / len(outcomes) / days, 3),
        "types": {name: tally.figures() for name, tally in sorted(types.items())},
        "kinds": {name: tally.figures() for name, tally in sorted(kinds.items())},
        "false_rows": dict(false.most_common()),
    }


class Tally:
    """Counts of one type or kind."""

    def __init__(self) -> None:
        self.faults = self.found = self.matches = 0
        self.rows: Counter[bool] = Counter()  # true ones and false ones
        self.urgent: Counter[bool] = Counter()  # those of MEDIUM and HIGH
        self.opened: list[int] = []
        self.closed: list[int] = []

    def add_fault(self, fault: Fault, rows: Sequence[Row]) -> None:
        self.faults += 1
        self.found += bool(rows)
        self.matches += len(rows)
        if rows:
            first = min(row.begin for row in rows)
            last = max(rows, key=lambda row: row.end)
            self.opened.append(max(round((first - fault.begin) / STEP), 0) + 1)
            asked = 0 if last.accepted else POLICY_VISITS
            self.closed.append(max(round((last.end - fault.end) / STEP), 0) + asked)

    def add_row(self, row: Row, is_true: bool) -> None:
        self.rows[is_true] += 1
        self.urgent[is_true] += row.severity != "LOW"

    def figures(self) -> dict[str, Any]:
        return {
            "faults": self.faults,
            "found": self.found,
            "recall": _share(self.found, self.faults),
            "rows": self.rows.total(),
            "precision": _share(self.rows[True], self.rows.total()),
            "precision_urgent": _share(self.urgent[True], self.urgent.total()),
            "rows_per_fault": _share(self.matches, self.found),
            "opened_median": median(self.opened) if self.opened else None,
            "opened_max": max(self.opened, default=None),
            "closed_median": median(self.closed) if self.closed else None,
            "closed_max": max(self.closed, default=None),
        }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 3) if whole else None


def _meet(row: Row, fault: Fault) -> bool:
    return (
        row.anomaly_type == fault.anomaly_type
        and row.begin <= fault.end + POLICY_VISITS * STEP
        and row.end > fault.begin
    )


def _cause(row: Row, outcome: Outcome) -> str:
    """What went on when a false row began, as a hint."""
    kinds = {kind for kind, begin, end in outcome.benign if begin <= row.begin <= end + STEP}
    after = {
        f"after {fault.kind}"
        for fault in outcome.faults
        if fault.anomaly_type == row.anomaly_type
        and timedelta(0) < row.begin - fault.end < timedelta(days=3)
    }
    others = {fault.kind for fault in outcome.faults if fault.begin <= row.begin <= fault.end}
    return ", ".join(sorted(kinds | after) or sorted(others) or ["nothing"])
