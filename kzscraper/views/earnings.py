from __future__ import annotations

from collections.abc import Sequence

from kzscraper.output.listing import Field, Listing, field
from kzscraper.store import totals
from kzscraper.store.earnings import Day
from kzscraper.store.totals import PoolTotal, Total


def listings(days: Sequence[Day], empty: str) -> list[Listing]:
    """The days, and their totals per pool, per client and in all."""
    pools = totals.by_pool(days)
    return [
        Listing("days", Day, days, _DAYS, empty),
        Listing("pools", PoolTotal, pools, _POOLS, empty),
        Listing("clients", Total, totals.by_client(pools), _CLIENTS, empty),
        Listing("total", Total, [totals.overall(pools)] if pools else [], _TOTAL, empty),
    ]


_AMOUNT: tuple[Field, ...] = (
    field("BTC", lambda one: one.total_income_btc),
    field("satoshi", lambda one: one.total_income_satoshi, rank=1),
)
_DAYS: tuple[Field, ...] = (
    field("date", lambda one: one.date),
    field("pool", lambda one: one.pool_id),
    field("client", lambda one: one.client_name, least=8),
    *_AMOUNT,
    field("hashrate", lambda one: one.hashrate),
)
_POOLS: tuple[Field, ...] = (
    field("pool", lambda one: one.pool_id),
    field("client", lambda one: one.client_name, least=8),
    field("from", lambda one: one.first_date, rank=2),
    field("to", lambda one: one.last_date, rank=3),
    field("days", lambda one: one.days),
    *_AMOUNT,
    field("missing days", lambda one: ", ".join(one.missing_days) or None, least=12),
)
_CLIENTS: tuple[Field, ...] = (
    field("client", lambda one: one.client_name, least=8),
    field("pools", lambda one: one.pools),
    field("days", lambda one: one.days),
    *_AMOUNT,
    field("missing days", lambda one: one.missing_days),
)
_TOTAL: tuple[Field, ...] = (field("in all", lambda _: "all clients"), *_CLIENTS[1:])
