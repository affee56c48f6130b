"""Uptime of workers and pools over some days.

A worker counts from the first to the last day on which it was listed. On the days between, every
visit that counts counts for it, and a list without it is a visit in which it was not online. On the
first and the last day only lists that have it count: it may have been added or taken away that day.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kzscraper.store import worker_days
from kzscraper.store.database import Database
from kzscraper.store.registry import Pool
from kzscraper.store.worker_days import PoolDay


@dataclass(frozen=True)
class WorkerUptime:
    pool_id: str
    client_name: str | None
    worker_name: str
    first_date: str
    last_date: str
    visits: int
    online_visits: int
    unlisted_visits: int  # of the visits: those whose list lacked it
    uptime: float  # share of 1
    mean_hashrate_ths: float | None  # where it was listed


@dataclass(frozen=True)
class PoolUptime:
    pool_id: str
    client_name: str | None
    workers: int
    visits: int  # that count
    partial_visits: int  # these and the failed ones do not count
    failed_visits: int
    worker_visits: int  # sums over the workers
    online_worker_visits: int
    uptime: float | None
    mean_hashrate_ths: float | None  # of the sums of its workers


def read(
    database: Database, pools: Mapping[str, Pool], first: date, last: date
) -> tuple[list[WorkerUptime], list[PoolUptime]]:
    """By pool and worker; pools that nobody visited are not there."""
    of_workers: list[WorkerUptime] = []
    of_pools: list[PoolUptime] = []
    for pool in pools.values():
        days = {day: worker_days.read(database, pool.pool_id, day) for day in _span(first, last)}
        if any(day.visits or day.partial_visits or day.failed_visits for day in days.values()):
            workers = reckon(pool, days)
            of_workers += workers
            of_pools.append(_of_pool(pool, days, workers))
    return of_workers, of_pools


def reckon(pool: Pool, days: Mapping[date, PoolDay]) -> list[WorkerUptime]:
    """The workers of one pool, sorted by name; days in their order."""
    listed: dict[str, list[date]] = {}
    for day, of_day in days.items():
        for name in of_day.workers:
            listed.setdefault(name, []).append(day)
    return [_of_worker(pool, name, listed[name], days) for name in sorted(listed)]


def _of_worker(
    pool: Pool, name: str, listed: Sequence[date], days: Mapping[date, PoolDay]
) -> WorkerUptime:
    first, last = listed[0], listed[-1]
    own = [days[day].workers[name] for day in listed]
    present = sum(day.visits for day in own)
    visits = sum(
        days[day].workers[name].visits if day in (first, last) else days[day].visits
        for day in days
        if first <= day <= last
    )
    online = sum(day.online_visits for day in own)
    return WorkerUptime(
        pool_id=pool.pool_id,
        client_name=pool.client_name,
        worker_name=name,
        first_date=first.isoformat(),
        last_date=last.isoformat(),
        visits=visits,
        online_visits=online,
        unlisted_visits=visits - present,
        uptime=round(online / visits, 6),
        mean_hashrate_ths=_mean((day.mean_hashrate_ths, day.visits) for day in own),
    )


def _of_pool(
    pool: Pool, days: Mapping[date, PoolDay], workers: Sequence[WorkerUptime]
) -> PoolUptime:
    visits = sum(day.visits for day in days.values())
    of_workers = sum(one.visits for one in workers)
    online = sum(one.online_visits for one in workers)
    hashrates = [
        one.mean_hashrate_ths * one.visits
        for day in days.values()
        for one in day.workers.values()
        if one.mean_hashrate_ths is not None
    ]
    return PoolUptime(
        pool_id=pool.pool_id,
        client_name=pool.client_name,
        workers=len(workers),
        visits=visits,
        partial_visits=sum(day.partial_visits for day in days.values()),
        failed_visits=sum(day.failed_visits for day in days.values()),
        worker_visits=of_workers,
        online_worker_visits=online,
        uptime=round(online / of_workers, 6) if of_workers else None,
        mean_hashrate_ths=round(sum(hashrates) / visits, 3) if hashrates else None,
    )


def _mean(weighted: Iterator[tuple[float | None, int]]) -> float | None:
    known = [(value, weight) for value, weight in weighted if value is not None]
    total = sum(weight for _, weight in known)
    return round(sum(value * weight for value, weight in known) / total, 3) if total else None


def _span(first: date, last: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]
