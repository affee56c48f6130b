"""Summaries and worker lists: rows that belong to one visit of a pool."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby

from kzscraper.store.adopt import forms
from kzscraper.store.adopt.forms import Taken
from kzscraper.store.adopt.source import Row, Source
from kzscraper.store.adopt.tally import Tally
from kzscraper.store.adopt.target import Target, count_taken

_INSERT = {
    "pool_summary": """
        INSERT INTO pool_summary (timestamp, pool_id, observer_url, current_hashrate,
            avg_hashrate_24h, online_workers, offline_workers, balance, last_income)
        VALUES (:timestamp, :pool_id, :observer_url, :current_hashrate,
            :avg_hashrate_24h, :online_workers, :offline_workers, :balance, :last_income)
    """,
    "worker_status": """
        INSERT INTO worker_status (timestamp, pool_id, observer_url, worker_name, status,
            hashrate_10m, hashrate_1h, hashrate_24h, last_exchange_time)
        VALUES (:timestamp, :pool_id, :observer_url, :worker_name, :status,
            :hashrate_10m, :hashrate_1h, :hashrate_24h, :last_exchange_time)
    """,
}
_KNOWN = {
    "pool_summary": "SELECT NULL FROM pool_summary WHERE pool_id = ? AND timestamp = ?",
    "worker_status": "SELECT worker_name FROM worker_status WHERE pool_id = ? AND timestamp = ?",
}
_IS_CLOSED = "SELECT 1 FROM worker_day WHERE pool_id = ? AND day = ? LIMIT 1"

Pair = tuple[Row, Taken]


@dataclass
class _Visit:
    pool_id: str
    timestamp: str
    rows: list[Pair]


@dataclass
class _Result:
    """What writing a batch did: counted only once its transaction is done."""

    taken: list[Pair] = field(default_factory=list)
    present: int = 0
    merged: int = 0
    closed: list[Pair] = field(default_factory=list)


def summaries(source: Source, target: Target, tally: Tally) -> dict[str, list[str]]:
    """Gives the times of the visits by pool, sorted."""
    times: dict[str, list[str]] = {}

    def rows() -> Iterator[Pair]:
        for row, taken in target.rows(source, tally, forms.summary):
            times.setdefault(str(taken.values["pool_id"]), []).append(
                str(taken.values["timestamp"])
            )
            yield row, taken

    _adopt(rows(), target, tally)
    return {pool_id: sorted(of_pool) for pool_id, of_pool in times.items()}


def workers(source: Source, target: Target, tally: Tally) -> None:
    _adopt(target.rows(source, tally, forms.worker), target, tally)


def _adopt(rows: Iterable[Pair], target: Target, tally: Tally) -> None:
    batch: list[_Visit] = []
    size = 0
    for (pool_id, timestamp), group in groupby(rows, _visit_of):
        visit = _Visit(pool_id, timestamp, list(group))
        batch.append(visit)
        size += len(visit.rows)
        if size >= target.turns.batch:
            _write(batch, target, tally)
            batch, size = [], 0
    _write(batch, target, tally)


def _visit_of(pair: Pair) -> tuple[str, str]:
    values = pair[1].values
    return str(values["pool_id"]), str(values["timestamp"])


def _write(batch: list[_Visit], target: Target, tally: Tally) -> None:
    if not batch:
        return
    result = target.turns.take(lambda: _write_now(batch, target, tally.table))
    for row, taken in result.taken:
        count_taken(tally, row, taken)
    tally.present += result.present
    tally.merged += result.merged
    for row, taken in result.closed:
        tally.refuse(
            "prune has moved their day to worker_day already",
            f"id {row['id']}: {taken.values['timestamp']}",
        )


def _write_now(batch: list[_Visit], target: Target, table: str) -> _Result:
    result = _Result()
    for visit in batch:
        day = (visit.pool_id, visit.timestamp[:10])
        if table == "worker_status" and target.database.one(_IS_CLOSED, day):
            result.closed += visit.rows
            continue
        rows = target.database.rows(_KNOWN[table], (visit.pool_id, visit.timestamp))
        known = {row[0] for row in rows}
        new: dict[object, Pair] = {}
        for row, taken in visit.rows:
            name = taken.values.get("worker_name")
            if name in known:
                result.present += 1
            else:
                result.merged += name in new
                new[name] = (row, taken)  # the last one counts
        result.taken += new.values()
        target.write(_INSERT[table], (taken.values for _, taken in new.values()))
    return result
