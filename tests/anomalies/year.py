"""A year of pools: faults of every kind, each with a label, among benign events without."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

from kzscraper.items import Item, PoolScrape
from kzscraper.store import operator
from tests.anomalies.farm import GOOD, Weather
from tests.anomalies.player import BEGIN, STEP, How, Pool

DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
QUIET = 3 * DAY  # at the beginning: a pool without a past
Visits = Iterator[list[Item | PoolScrape]]
STAY = 6  # workers of each pool, the first ones: the others may leave
APART = 8 * HOUR  # at least, between two faults of one type


@dataclass(frozen=True)
class Fault:
    """What must be found: from the first visit that could show it until the first that cannot."""

    kind: str
    anomaly_type: str
    begin: datetime
    end: datetime


@dataclass(frozen=True)
class Event:
    """What happens; benign if it has no faults."""

    kind: str
    begin: datetime
    end: datetime
    weather: dict[str, Any] = field(default_factory=dict)
    how: How = "whole"
    act: Callable[[Pool], object] | None = None  # once, at the beginning
    until: Callable[[Pool], object] | None = None  # once, at the end
    faults: tuple[Fault, ...] = ()


# How often each kind happens in a pool's year, and how one comes about.
Maker = Callable[[Random, datetime, Pool], Event]
KINDS: dict[str, tuple[float, Maker]] = {}


def kind(times_a_year: float) -> Callable[[Maker], Maker]:
    def register(maker: Maker) -> Maker:
        KINDS[maker.__name__.replace("_", " ").strip()] = (times_a_year, maker)
        return maker

    return register


def habits(seed: int) -> dict[str, Any]:
    """Pools differ: in their noise, and in how they show and credit what they earn."""
    random = Random(f"habits {seed}")
    return {
        "workers": 8,
        "hashrate_phs": random.uniform(5, 200),
        "noise": random.uniform(0.01, 0.025),
        "cycle": random.choice((0.0, 0.0, 0.02, 0.04)),
        "shown_at": random.choice(((1.0, 3.0), (2.0, 5.0), (6.0, 14.0))),
        "shown_days": 3,
        "steady": random.random() < 0.25,
        "seed": seed,
    }


def year(pool: Pool, seed: int, days: int) -> list[Event]:
    """The events of one pool, in the order of their beginnings."""
    random = Random(seed)
    events: list[Event] = []
    for name, (times_a_year, maker) in KINDS.items():
        for _ in range(_how_often(random, times_a_year * days / 365)):
            for _ in range(20):  # attempts to find a place
                steps = random.randrange(int((days - 14) * DAY / STEP))
                event = _named(name, maker(random, BEGIN + QUIET + steps * STEP, pool))
                if all(_may_meet(event, other) for other in events):
                    events.append(event)
                    if event.until:
                        events.append(Event(name, event.end, event.end, act=event.until))
                    break
    return sorted(events, key=lambda event: event.begin)


def _named(name: str, event: Event) -> Event:
    faults = tuple(replace(fault, kind=name) for fault in event.faults)
    return replace(event, kind=name, faults=faults)


def _how_often(random: Random, expected: float) -> int:
    return int(expected) + (random.random() < expected % 1)


def _may_meet(one: Event, other: Event) -> bool:
    """Two faults of one type at once would have one row, and two labels."""
    types = {fault.anomaly_type for fault in one.faults}
    apart = one.begin > other.end + APART or other.begin > one.end + APART
    return apart or not any(fault.anomaly_type in types for fault in other.faults)


def weather_of(events: Sequence[Event]) -> tuple[How, Weather]:
    """All that goes on at one moment, taken together."""
    how: How = "whole"
    weather = GOOD
    for event in events:
        if event.how != "whole":
            how = event.how
        changes = dict(event.weather)
        if "level" in changes:
            changes["level"] *= weather.level
        for name in ("offline", "dead", "gone", "flaps", "extra"):
            if name in changes:
                changes[name] = (*getattr(weather, name), *changes[name])
        weather = replace(weather, **changes)
    return how, weather


# Workers ----------------------------------------------------------------------------------------


def _workers(begin: datetime, end: datetime, **weather: Any) -> Event:
    return Event("", begin, end, weather, faults=(Fault("", "OFFLINE_WORKERS", begin, end),))


_new_names = count(1)


@kind(12)
def workers_offline(random: Random, begin: datetime, pool: Pool) -> Event:
    end = begin + _span(random, HOUR, 3 * DAY)
    names = random.sample(pool.farm.names[:STAY], random.randint(1, 3))
    return _workers(begin, end, offline=tuple(names))


@kind(2)
def rack_offline(random: Random, begin: datetime, pool: Pool) -> Event:
    end = begin + _span(random, HOUR, 12 * HOUR)
    return _workers(begin, end, offline=tuple(pool.farm.names[:STAY]))


@kind(3)
def worker_flaps(random: Random, begin: datetime, pool: Pool) -> Event:
    end = begin + _span(random, 3 * HOUR, DAY)
    return _workers(begin, end, flaps=(random.choice(pool.farm.names[:STAY]),))


@kind(1)
def worker_dies(random: Random, begin: datetime, pool: Pool) -> Event:
    """Told for a day, then forgotten."""
    name = random.choice(pool.farm.names[:STAY])
    fault = Fault("", "OFFLINE_WORKERS", begin, begin + DAY)
    return Event("", begin, begin + 10 * DAY, {"dead": (name,)}, faults=(fault,))


@kind(1)
def worker_vanishes(random: Random, begin: datetime, pool: Pool) -> Event:
    """Missing for a day, then forgotten; for good, so another one comes with it."""
    name = f"farm.leaver{next(_new_names)}"
    pool.farm.names.append(name)

    def remove(pool: Pool) -> None:
        pool.farm.names.remove(name)

    fault = Fault("", "OFFLINE_WORKERS", begin, begin + DAY)
    return Event("", begin, begin + DAY, act=remove, faults=(fault,))


@kind(2)
def workers_appear(random: Random, begin: datetime, pool: Pool) -> Event:
    names = [f"farm.new{next(_new_names)}" for _ in range(random.randint(1, 3))]
    fault = Fault("", "WORKERS_APPEARED", begin, begin + HOUR)
    return Event(
        "", begin, begin + HOUR, act=lambda pool: pool.farm.names.extend(names), faults=(fault,)
    )


@kind(26)
def benign_worker_restart(random: Random, begin: datetime, pool: Pool) -> Event:
    """One visit finds one worker off; nobody has to do anything."""
    return Event("", begin, begin + STEP, {"offline": (random.choice(pool.farm.names[:STAY]),)})


# Hashrate ---------------------------------------------------------------------------------------


def _drop(begin: datetime, end: datetime, **weather: Any) -> Event:
    return Event("", begin, end, weather, faults=(Fault("", "HASHRATE_DROP", begin, end),))


@kind(5)
def throttling(random: Random, begin: datetime, pool: Pool) -> Event:
    return _drop(begin, begin + _span(random, HOUR, 2 * DAY), level=random.uniform(0.4, 0.86))


@kind(2)
def power_cut(random: Random, begin: datetime, pool: Pool) -> Event:
    """Everything is off: workers and hashrate."""
    end = begin + _span(random, HOUR / 2, DAY)
    faults = (
        Fault("", "HASHRATE_DROP", begin, end),
        Fault("", "OFFLINE_WORKERS", begin, end),
    )
    return Event("", begin, end, {"level": 0.0, "offline": tuple(pool.farm.names)}, faults=faults)


@kind(0.4)
def outage_of_eight_days(random: Random, begin: datetime, pool: Pool) -> Event:
    return _drop(begin, begin + 8 * DAY, level=random.uniform(0.3, 0.7))


@kind(2)
def decline_by_visit(random: Random, begin: datetime, pool: Pool) -> Event:
    """2 % a visit; below 90 % at the sixth."""
    end = begin + _span(random, 3 * HOUR, 10 * HOUR)
    fault = Fault("", "HASHRATE_DROP", begin + 5 * STEP, end)
    return Event("", begin, end, {"decline": 0.02}, faults=(fault,))


@kind(1)
def decline_by_day(random: Random, begin: datetime, pool: Pool) -> Event:
    """0.03 % a visit, 4 % a day, for a week; below 90 % after 2.5 days."""
    fault = Fault("", "HASHRATE_DROP", begin + 351 * STEP, begin + 7 * DAY)
    return Event("", begin, begin + 7 * DAY, {"decline": 0.0003}, faults=(fault,))


@kind(0.5)
def downsize(random: Random, begin: datetime, pool: Pool) -> Event:
    """For good; the operator accepts it after some hours."""
    end = begin + _span(random, HOUR, DAY)
    share = random.uniform(0.55, 0.86)

    def shrink(pool: Pool) -> None:
        pool.farm.phs *= share

    fault = Fault("", "HASHRATE_DROP", begin, end)
    return Event("", begin, end, act=shrink, until=_accept, faults=(fault,))


def _accept(pool: Pool) -> None:
    for (anomaly_id,) in pool.player.sql(
        "SELECT id FROM anomaly_log "
        "WHERE pool_id = ? AND anomaly_type = 'HASHRATE_DROP' AND resolved = 0",
        pool.pool_id,
    ):
        operator.accept(pool.player.database, anomaly_id, pool.time)


@kind(2)
def benign_growth(random: Random, begin: datetime, pool: Pool) -> Event:
    share = random.uniform(1.05, 1.4)

    def grow(pool: Pool) -> None:
        pool.farm.phs *= share

    return Event("", begin, begin + STEP, act=grow)


@kind(6)
def benign_dip(random: Random, begin: datetime, pool: Pool) -> Event:
    """Less than a tenth."""
    end = begin + _span(random, HOUR, DAY)
    return Event("", begin, end, {"level": random.uniform(0.93, 0.97)})


# Balance and earnings ---------------------------------------------------------------------------


def _balance(pool: Pool, begin: datetime, change: Callable[[Pool], None], *, wrong: bool) -> Event:
    """At some hour of a day on which there is something to lose: some days after a payout."""
    days = (begin - BEGIN) // DAY
    begin += ((8 - days) % 7) * DAY
    end = begin + DAY
    faults = (Fault("", "BALANCE_ANOMALY", begin, end),) if wrong else ()
    return Event("", begin, end, act=change, faults=faults)


@kind(1)
def unexplained_fall(random: Random, begin: datetime, pool: Pool) -> Event:
    left = Decimal(random.uniform(0.2, 0.9))

    def change(pool: Pool) -> None:
        pool.farm.balance *= left

    return _balance(pool, begin, change, wrong=True)


@kind(1)
def unexplained_rise(random: Random, begin: datetime, pool: Pool) -> Event:
    times = Decimal(random.uniform(4, 20))

    def change(pool: Pool) -> None:
        pool.farm.balance += pool.farm.last_income * times

    return _balance(pool, begin, change, wrong=True)


@kind(0.3)
def negative_balance(random: Random, begin: datetime, pool: Pool) -> Event:
    def change(pool: Pool) -> None:
        pool.farm.balance = -pool.farm.last_income / 10

    event = _balance(pool, begin, change, wrong=True)
    return replace(event, end=event.end + 4 * DAY)


@kind(4)
def benign_payout(random: Random, begin: datetime, pool: Pool) -> Event:
    """Outside of the weekly ones."""

    def change(pool: Pool) -> None:
        pool.farm.balance *= Decimal("0.01")

    return _balance(pool, begin, change, wrong=False)


@kind(2)
def benign_payout_of_last_income(random: Random, begin: datetime, pool: Pool) -> Event:
    def change(pool: Pool) -> None:
        pool.farm.balance -= pool.farm.last_income

    return _balance(pool, begin, change, wrong=False)


def _late(begin: datetime, pool: Pool, days: int, *, due: timedelta, **weather: Any) -> Event:
    """From three o'clock on; due: after the next midnight."""
    begin = begin.replace(hour=15, minute=0)
    end = begin + days * DAY
    fault = Fault("", "PAYMENT_DELAY", begin + 9 * HOUR + due, end)
    return Event("", begin, end, weather, faults=(fault,))


@kind(1)
def earnings_missing(random: Random, begin: datetime, pool: Pool) -> Event:
    due = pool.farm.habits.shown_at[1] * HOUR
    return _late(begin, pool, random.randint(2, 5), due=due, earnings=False)


@kind(1)
def balance_stands_still(random: Random, begin: datetime, pool: Pool) -> Event:
    """For more than a day after the last income."""
    own = pool.farm.habits
    due = 15 * HOUR if own.steady else own.shown_at[1] * HOUR
    days = random.randint(2, 4)
    return _late(begin, pool, days, due=due, credits=False, payouts=False)


@kind(5)
def benign_late_day(random: Random, begin: datetime, pool: Pool) -> Event:
    """A day that comes some hours later than usual."""
    midnight = begin.replace(hour=0, minute=0)
    hours = pool.farm.habits.shown_at[1] + 3.5
    return Event("", midnight, midnight + hours * HOUR, {"earnings": False, "credits": False})


# Visits -----------------------------------------------------------------------------------------


@kind(4)
def not_readable(random: Random, begin: datetime, pool: Pool) -> Event:
    """A failure from its second hour on."""
    end = begin + _span(random, 2 * HOUR, 12 * HOUR)
    fault = Fault("", "SCRAPE_FAILURE", begin + HOUR, end)
    return Event("", begin, end, how="failed", faults=(fault,))


@kind(6)
def read_in_part(random: Random, begin: datetime, pool: Pool) -> Event:
    end = begin + _span(random, STEP, 2 * HOUR)
    fault = Fault("", "SCRAPE_FAILURE", begin, end)
    return Event("", begin, end, how="partial", faults=(fault,))


@kind(15)
def benign_failed_visits(random: Random, begin: datetime, pool: Pool) -> Event:
    return Event("", begin, begin + random.randint(1, 5) * STEP, how="failed")


@kind(3)
def benign_gap_without_visits(random: Random, begin: datetime, pool: Pool) -> Event:
    return Event("", begin, begin + _span(random, HOUR, 12 * HOUR), how="none")


def _span(random: Random, shortest: timedelta, longest: timedelta) -> timedelta:
    """Whole steps; short ones are as frequent as long ones, by order of magnitude."""
    ratio: float = (longest / shortest) ** random.random()
    return STEP * max(round(shortest * ratio / STEP), 1)


def visits(pools: Sequence[Pool], plans: Sequence[Sequence[Event]], days: int) -> Visits:
    """Those of all pools, every ten minutes, some seconds after each other."""
    waiting = [list(reversed(plan)) for plan in plans]
    active: list[list[Event]] = [[] for _ in pools]
    for step in range(int(days * DAY / STEP)):
        now = BEGIN + step * STEP
        for number, pool in enumerate(pools):
            pool.now = now + timedelta(seconds=number)
            if active[number]:
                active[number] = [event for event in active[number] if event.end > now]
            while waiting[number] and waiting[number][-1].begin <= now:
                event = waiting[number].pop()
                if event.act:
                    event.act(pool)
                active[number].append(event)
            how, weather = weather_of(active[number]) if active[number] else ("whole", GOOD)
            if items := pool.visit(pool.now, how, weather):
                yield items
