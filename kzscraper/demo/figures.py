"""The numbers of a demo pool, and how they move.

All are exact decimals and follow from the token, the number of the visit and the moment of it, so
that the parts of one visit agree with each other, and a past day's income stays what it was.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from random import Random

from kzscraper.demo.pools import DemoPool

FROZEN_MOMENT = datetime(2025, 11, 23, 4, 50, tzinfo=UTC)
BTC_PER_PH_DAY = Decimal("0.000413")  # the live page: 38 PH/s earned about 0.0157 BTC a day
VISITS_A_DAY = 144
VISITS_BETWEEN_FLIPS = 4

THREE_PLACES = Decimal("0.001")
SATOSHI = Decimal("0.00000001")


@dataclass(frozen=True)
class Worker:
    """Hashrates in TH/s; status is `online`, `offline` or `dead`."""

    name: str
    status: str
    hashrate_10m: Decimal
    hashrate_1h: Decimal
    hashrate_24h: Decimal
    last_exchange: datetime
    ip: str
    reject_percent: Decimal


@dataclass(frozen=True)
class Figures:
    """One visit's numbers: pool hashrates in PH/s, amounts in BTC."""

    workers: tuple[Worker, ...]
    current_hashrate: Decimal
    avg_hashrate_24h: Decimal
    online: int
    offline: int
    balance: Decimal
    last_income: Decimal


def moment_of(pool: DemoPool) -> datetime:
    """The time that the page goes by."""
    if pool.now is not None:
        return pool.now.astimezone(UTC)
    return datetime.now(UTC).replace(microsecond=0) if pool.moving else FROZEN_MOMENT


@lru_cache(maxsize=64)
def figures(pool: DemoPool, visit: int, moment: datetime) -> Figures:
    """What the page is about; a pool that does not move has the same figures on every visit."""
    if not pool.moving:
        visit = 0
    usual = _usual_statuses(pool)
    flipped = _flipped(pool, visit)
    workers = tuple(
        _worker(pool, index, status, index == flipped, visit, moment)
        for index, status in enumerate(usual)
    )
    count = [worker.status for worker in workers].count
    _, income = earned(pool, moment.date() - timedelta(days=1))
    first_balance = income * Random(f"{pool.token}:balance").randint(20, 150) / 100
    return Figures(
        workers=workers,
        current_hashrate=_petahashes(worker.hashrate_10m for worker in workers),
        avg_hashrate_24h=_petahashes(worker.hashrate_24h for worker in workers),
        online=count("online"),
        offline=count("offline") + (count("dead") if pool.dead_in_offline else 0),
        balance=(first_balance + visit * income / VISITS_A_DAY).quantize(SATOSHI),
        last_income=income,
    )


def earned(pool: DemoPool, day: date) -> tuple[Decimal, Decimal]:
    """A day's hashrate (PH/s) and income (BTC).

    By the number of machines, working or not: the past does not change when a machine stops.
    """
    random = Random(f"{pool.token}:earned:{day}")
    nominal = _nominal_of_all(pool.token, pool.workers) / 1000
    hashrate = (nominal * random.randint(970, 1000) / 1000).quantize(THREE_PLACES)
    income = hashrate * BTC_PER_PH_DAY * random.randint(9800, 10200) / 10000
    return hashrate, income.quantize(SATOSHI)


def _usual_statuses(pool: DemoPool) -> list[str]:
    """The fixed order: half of the stopped machines lie among the others, half at the end."""
    stopped = ["offline"] * pool.offline + ["dead"] * pool.dead
    at_end = stopped[: (len(stopped) + 1) // 2]
    among = stopped[len(at_end) :]
    statuses = ["online"] * pool.online
    for number, status in enumerate(among, start=1):
        statuses.insert(number * pool.online // (len(among) + 1) + number - 1, status)
    return statuses + at_end


def _flipped(pool: DemoPool, visit: int) -> int | None:
    """Now and then one machine is for some visits not what it usually is."""
    period = visit // VISITS_BETWEEN_FLIPS
    random = Random(f"{pool.token}:flip:{period}")
    if period == 0 or pool.workers == 0 or random.random() < 0.5:
        return None
    return random.randrange(pool.workers)


def _worker(
    pool: DemoPool, index: int, usual: str, flipped: bool, visit: int, moment: datetime
) -> Worker:
    random = Random(f"{pool.token}:worker:{index}:{visit}")
    status = {"online": "offline", "offline": "online"}.get(usual, usual) if flipped else usual
    if status == "online":
        idle = timedelta(seconds=random.randint(30, 540))
    elif flipped:
        idle = timedelta(seconds=random.randint(900, 3000))
    else:
        idle = moment - _stopped_at(pool, index, status, moment)

    def average(window: timedelta, wobble_permille: int) -> Decimal:
        wobble = random.randint(1000 - wobble_permille, 1000 + wobble_permille)
        worked = window if status == "online" else max(window - idle, timedelta())
        share = Decimal(wobble) / 1000 * int(worked.total_seconds()) / int(window.total_seconds())
        return (_nominal(pool.token, index) * share).quantize(THREE_PLACES)

    third, fourth = 139 + index // 230, 17 + index % 230
    names = pool.worker_names
    return Worker(
        name=names[index] if index < len(names) else f"{third}x{fourth}.10X16X{third}X{fourth}",
        status=status,
        hashrate_10m=average(timedelta(minutes=10), 60),
        hashrate_1h=average(timedelta(hours=1), 30),
        hashrate_24h=average(timedelta(hours=24), 10),
        last_exchange=moment - idle,
        ip=f"10.16.{third}.{fourth}",
        reject_percent=Decimal(random.randint(2, 90)) / 100,
    )


def _stopped_at(pool: DemoPool, index: int, status: str, moment: datetime) -> datetime:
    """A machine that stays off keeps the time of its last exchange, at least over the day."""
    random = Random(f"{pool.token}:stopped:{index}")
    hours = random.randint(1, 20) if status == "offline" else 24 * random.randint(2, 20)
    midnight = datetime.combine(moment.date(), time(), UTC)
    return midnight - timedelta(hours=hours, seconds=random.randint(0, 3599))


@lru_cache(maxsize=4096)
def _nominal(token: str, index: int) -> Decimal:
    """What the machine can do, in TH/s."""
    return Decimal(Random(f"{token}:machine:{index}").randint(178_000, 198_000)) / 1000


@lru_cache(maxsize=64)
def _nominal_of_all(token: str, workers: int) -> Decimal:
    return sum((_nominal(token, index) for index in range(workers)), Decimal(0))


def _petahashes(terahashes: Iterable[Decimal]) -> Decimal:
    return (sum(terahashes, Decimal(0)) / 1000).quantize(THREE_PLACES)
