"""Earnings per day and pool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from kzscraper.store import texts, values
from kzscraper.store.database import Database
from kzscraper.store.registry import Pool

_SELECT = """
    SELECT date, total_income, hashrate, recorded_at FROM daily_earnings
    WHERE pool_id = ? ORDER BY id
"""
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Day:
    """What one pool earned on one day; without an amount it is missing."""

    pool_id: str
    client_name: str | None
    date: str
    total_income_btc: Decimal | None
    total_income_satoshi: int | None
    hashrate: str | None
    hashrate_ths: float | None
    recorded_at: str | None


@dataclass(frozen=True)
class Span:
    """The days from `first` to `last`, each of which may be open."""

    first: date | None = None
    last: date | None = None

    def __contains__(self, day: date) -> bool:
        return (self.first is None or day >= self.first) and (self.last is None or day <= self.last)


def read(database: Database, pools: Mapping[str, Pool], span: Span) -> tuple[list[Day], list[str]]:
    """By pool, the newest day first; and what there is to say of rows that are unclear."""
    days: list[Day] = []
    notes: list[str] = []
    for pool in pools.values():
        known, unclear = _days(database, pool, span)
        days += [known[day] for day in sorted(known, reverse=True) if day in span]
        notes += unclear
    return days, notes


def read_month(
    database: Database, pools: Mapping[str, Pool], first: date, last: date, today: date
) -> tuple[list[Day], list[str]]:
    """By pool and day; a day that a pool should have, but has not, is there without an amount.

    A pool should have every day since its first one ever, up to yesterday: today is not over.
    """
    days: list[Day] = []
    notes: list[str] = []
    month = Span(first, last)
    for pool in pools.values():
        known, unclear = _days(database, pool, month)
        wanted = {day for day in known if day in month}
        day = max(first, min(known, default=today))
        while day <= last and day < today:
            wanted.add(day)
            day += _DAY
        days += [known.get(day) or _missing(pool, day) for day in sorted(wanted)]
        notes += unclear
    return days, notes


def _days(database: Database, pool: Pool, span: Span) -> tuple[dict[date, Day], list[str]]:
    """By date. Where another program stored the same day in another form, ISO is taken."""
    found: dict[date, Day] = {}
    notes = []
    for row in database.rows(_SELECT, (pool.pool_id,)):
        day = values.day(row["date"])
        if day is None:
            notes.append(f"{pool.pool_id}: {row['date']!r} is not a date: left out")
            continue
        if day in found and row["date"] != day.isoformat():
            continue
        amount = texts.btc(row["total_income"])
        if amount is None and row["total_income"] is not None and day in span:
            notes.append(f"{pool.pool_id}, {day}: {row['total_income']!r} is not an amount of BTC")
        found[day] = Day(
            pool_id=pool.pool_id,
            client_name=pool.client_name,
            date=day.isoformat(),
            total_income_btc=amount,
            total_income_satoshi=None if amount is None else values.satoshis(amount),
            hashrate=row["hashrate"],
            hashrate_ths=values.ths(row["hashrate"]),
            recorded_at=row["recorded_at"],
        )
    return found, notes


def _missing(pool: Pool, day: date) -> Day:
    return Day(pool.pool_id, pool.client_name, day.isoformat(), None, None, None, None, None)
