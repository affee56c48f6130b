"""Sums of earnings, in satoshis, so that nothing is ever rounded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from kzscraper.store import values
from kzscraper.store.earnings import Day


@dataclass(frozen=True)
class PoolTotal:
    """Of the days of one pool."""

    pool_id: str
    client_name: str | None
    first_date: str
    last_date: str
    days: int  # with a known amount
    missing_days: tuple[str, ...]
    total_income_btc: Decimal
    total_income_satoshi: int


@dataclass(frozen=True)
class Total:
    """Of the pools of a client; without a client: of all."""

    client_name: str | None
    pools: int
    days: int
    missing_days: int
    total_income_btc: Decimal
    total_income_satoshi: int


def by_pool(days: Iterable[Day]) -> list[PoolTotal]:
    """In the order of the days."""
    of_pool: dict[str, list[Day]] = {}
    for day in days:
        of_pool.setdefault(day.pool_id, []).append(day)
    return [_of_pool(one) for one in of_pool.values()]


def by_client(pools: Iterable[PoolTotal]) -> list[Total]:
    """Sorted by name; pools without a client come first."""
    of_client: dict[str | None, list[PoolTotal]] = {}
    for one in pools:
        of_client.setdefault(one.client_name, []).append(one)
    return [
        overall(of_client[name], name) for name in sorted(of_client, key=lambda name: name or "")
    ]


def overall(pools: Sequence[PoolTotal], client: str | None = None) -> Total:
    return Total(
        client_name=client,
        pools=len(pools),
        days=sum(one.days for one in pools),
        missing_days=sum(len(one.missing_days) for one in pools),
        **_sum(one.total_income_satoshi for one in pools),
    )


def _of_pool(days: Sequence[Day]) -> PoolTotal:
    dates = sorted(day.date for day in days)
    amounts = [day.total_income_satoshi for day in days if day.total_income_satoshi is not None]
    return PoolTotal(
        pool_id=days[0].pool_id,
        client_name=days[0].client_name,
        first_date=dates[0],
        last_date=dates[-1],
        days=len(amounts),
        missing_days=tuple(sorted(day.date for day in days if day.total_income_satoshi is None)),
        **_sum(amounts),
    )


def _sum(amounts: Iterable[int]) -> dict[str, Any]:
    total = sum(amounts)
    return {
        "total_income_btc": values.from_satoshis(total),
        "total_income_satoshi": total,
    }
