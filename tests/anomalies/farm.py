"""A pool of machines, and what its observer page shows of it: no browser, a clock of its own."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random

from kzscraper import units
from kzscraper.items import DailyEarnings, PoolSummary, WorkerStatus

BTC_PER_PH_DAY = 0.000413  # the live page: 38 PH/s earned about 0.0157 BTC a day
SATOSHI = Decimal("1e-8")
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Weather:
    """What is different from a good day, for a stretch of time."""

    level: float = 1.0  # of the hashrate
    decline: float = 0.0  # of the hashrate, by each visit
    offline: int | Sequence[str] = ()  # so many workers, or these
    dead: Sequence[str] = ()
    gone: Sequence[str] = ()  # not in the list
    extra: Sequence[str] = ()  # in the list beside those of the farm
    flaps: Sequence[str] = ()  # offline at every second visit
    earnings: bool = True  # days appear in the table
    credits: bool = True  # the balance grows
    payouts: bool = True


GOOD = Weather()


@dataclass(frozen=True)
class Habits:
    """What a pool is like on a good day."""

    workers: int = 12  # in the list
    machines: int = 200  # that make up the hashrate
    hashrate_phs: float = 40.0
    noise: float = 0.015  # up or down; now and then twice as much
    cycle: float = 0.0  # up by day and down by night
    shown_at: tuple[float, float] = (2.0, 5.0)  # hours after midnight when a day's earnings appear
    shown_days: int = 5  # in the table of earnings
    steady: bool = False  # income is credited as it is earned, not by the day
    seed: int = 1


class Farm:
    """Its hashrate wobbles, it earns, is paid weekly, and shows all of that."""

    def __init__(self, begin: datetime, habits: Habits) -> None:
        self.habits = habits
        self.names = [f"farm.w{number:02}" for number in range(1, habits.workers + 1)]
        self.phs = habits.hashrate_phs
        self._random = Random(habits.seed)
        self._declined = 1.0
        self._last_day = deque([self.phs] * 144, 144)
        self._average_sum = self.phs * 144
        self._visits = 0
        # Earnings: of the running day, and what is to appear of past days, and when.
        self._day = begin.date()
        self._worked: list[float] = []
        self._earned: deque[tuple[datetime, date, Decimal]] = deque()
        self._credited: deque[tuple[datetime, Decimal]] = deque()
        income = _income(self.phs)
        ago = range(habits.shown_days + 1, 1, -1)
        self.days = [(self._day - days * DAY, income) for days in ago]
        self._expect(self._day - DAY, income)
        self.last_income = income
        self.balance = income * 3
        self._pays_at = datetime.combine(self._day + 4 * DAY, time(6), UTC)

    def summary(self, pool_id: str, url: str, now: datetime, weather: Weather) -> PoolSummary:
        """Lets time pass until now, and shows the counters."""
        self._visits += 1
        self._declined *= 1 - weather.decline
        if not weather.decline:
            self._declined = 1.0
        stopped = self._stopped(weather)
        working = 1 - len(stopped) / self.habits.machines
        true = self.phs * weather.level * self._declined * working * self._by_hour(now)
        self._average_sum += true - self._last_day[0]
        self._last_day.append(true)
        self._earn(now, true, weather)
        return PoolSummary(
            units.utc_text(now),
            pool_id,
            url,
            f"{true * self._noise():.3f} PH/s" if true else "0 H/s",
            f"{max(self._average_sum, 0.0) / 144:.3f} PH/s",
            len(self.names) + len(weather.extra) - len(stopped),
            len(stopped) - len(weather.gone),
            f"{self.balance:.8f}BTC",
            f"{self.last_income:.8f}BTC",
        )

    def workers(
        self, pool_id: str, url: str, now: datetime, weather: Weather
    ) -> list[WorkerStatus]:
        """The list: names and states, which is what the rules look at."""
        at = units.utc_text(now)
        stopped = self._stopped(weather)
        return [
            WorkerStatus(at, pool_id, url, name, stopped.get(name, "ONLINE"))
            for name in (*self.names, *weather.extra)
            if stopped.get(name) != "gone"
        ]

    def earnings(self, pool_id: str, url: str, now: datetime) -> list[DailyEarnings]:
        """The table, the newest day first."""
        at = units.utc_text(now)
        return [
            DailyEarnings(pool_id, url, day.isoformat(), f"{income:.8f}", None, at)
            for day, income in reversed(self.days[-self.habits.shown_days :])
        ]

    def _stopped(self, weather: Weather) -> dict[str, str]:
        offline = weather.offline
        names = self.names[:offline] if isinstance(offline, int) else offline
        flapping = weather.flaps if self._visits % 2 else ()
        states = {
            **dict.fromkeys((*names, *flapping), "OFFLINE"),
            **dict.fromkeys(weather.dead, "DEAD"),
            **dict.fromkeys(weather.gone, "gone"),
        }
        return {name: states[name] for name in self.names if name in states} if states else {}

    def _noise(self) -> float:
        noise = self.habits.noise
        if self._random.random() < 0.02:
            return 1 + self._random.choice((-2, 2)) * noise
        return self._random.uniform(1 - noise, 1 + noise)

    def _by_hour(self, now: datetime) -> float:
        if not self.habits.cycle:
            return 1.0
        return 1 + self.habits.cycle * math.sin(now.hour / 12 * math.pi)

    def _earn(self, now: datetime, phs: float, weather: Weather) -> None:
        if now.date() != self._day:
            mean = sum(self._worked) / max(len(self._worked), 1)
            if mean:
                self._expect(self._day, _income(mean))
            self._day, self._worked = now.date(), []
        self._worked.append(phs)
        while weather.earnings and self._earned and self._earned[0][0] <= now:
            _, day, income = self._earned.popleft()
            self.days.append((day, income))
        while weather.credits and self._credited and self._credited[0][0] <= now:
            _, self.last_income = self._credited.popleft()
            if not self.habits.steady:
                self.balance += self.last_income
        if weather.credits and self.habits.steady:
            self.balance += _income(phs / 144)
        if now >= self._pays_at:
            self._pays_at += 7 * DAY
            if weather.payouts:
                self.balance = SATOSHI * 12

    def _expect(self, day: date, income: Decimal) -> None:
        """A day's earnings appear, and are credited, some hours after its end."""
        midnight = datetime.combine(day + DAY, time(), UTC)
        at = midnight + timedelta(hours=self._random.uniform(*self.habits.shown_at))
        self._earned.append((at, day, income))
        self._credited.append((at, income))


def _income(phs: float) -> Decimal:
    """What a day at that hashrate brings, BTC."""
    return (Decimal(phs) * Decimal(BTC_PER_PH_DAY)).quantize(SATOSHI)
