from __future__ import annotations

from collections.abc import Sequence

from kzscraper.output.listing import Field, Listing, field
from kzscraper.store.uptime import PoolUptime, WorkerUptime


def listings(workers: Sequence[WorkerUptime], pools: Sequence[PoolUptime]) -> list[Listing]:
    empty = "no visits in this month"
    return [
        Listing("workers", WorkerUptime, workers, _WORKERS, empty),
        Listing("pools", PoolUptime, pools, _POOLS, empty),
    ]


def _percent(record: WorkerUptime | PoolUptime) -> str | None:
    return None if record.uptime is None else f"{record.uptime:7.2%}"


_MEAN = field("mean TH/s", lambda one: one.mean_hashrate_ths)
_WORKERS: tuple[Field, ...] = (
    field("pool", lambda one: one.pool_id),
    field("worker", lambda one: one.worker_name, least=20),
    field("uptime", _percent),
    field("online", lambda one: one.online_visits),
    field("visits", lambda one: one.visits),
    field("unlisted", lambda one: one.unlisted_visits, rank=1),
    _MEAN,
    field("from", lambda one: one.first_date, rank=3),
    field("to", lambda one: one.last_date, rank=2),
)
_POOLS: tuple[Field, ...] = (
    field("pool", lambda one: one.pool_id),
    field("client", lambda one: one.client_name, least=8),
    field("uptime", _percent),
    field("workers", lambda one: one.workers),
    field("visits", lambda one: one.visits),
    field("partial", lambda one: one.partial_visits, rank=2),
    field("failed", lambda one: one.failed_visits, rank=1),
    _MEAN,
)
