"""What the page of a demo pool says, as text: for the server to send and for tests to compare."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from random import Random

from kzscraper.demo.figures import SATOSHI, Figures, Worker, earned, figures, moment_of
from kzscraper.demo.pools import DemoPool

Row = dict[str, str]

RIGHT_OF_CARD = {
    "current_hashrate": "statistics",
    "avg_hashrate_24h": "statistics",
    "online_workers": "statistics",
    "offline_workers": "statistics",
    "balance": "balance",
    "last_income": "balance",
}
SHORT_BY = 30
PAYOUTS = 4


@dataclass(frozen=True)
class Truth:
    """All that a visitor can see who turns every page; what the link has no right to is empty."""

    summary: Row
    workers: list[Row]
    earnings: list[Row]
    payouts: list[Row]


def truth(pool: DemoPool, visit: int = 0, moment: datetime | None = None) -> Truth:
    """What the page shows, with dates as a browser in en-US writes them.

    For a pool that does not move it holds for every visit; `visit` and `moment` tell those of a
    moving one apart.
    """
    moment = moment or moment_of(pool)
    workers = worker_rows(pool, figures(pool, visit, moment))
    if pool.paging == "hidden" and pool.failure_kind != "short":
        workers = workers[: pool.page_size]
    return Truth(
        summary=summary(pool, figures(pool, visit, moment)),
        workers=[{key: row[key] for key in pool.columns} for row in workers],
        earnings=earnings_rows(pool, moment, browser=True),
        payouts=payout_rows(pool, moment, browser=True),
    )


def summary(pool: DemoPool, now: Figures) -> Row:
    """The cards in their order: text by card key."""
    texts = {
        "current_hashrate": _hashrate(now.current_hashrate, "PH"),
        "avg_hashrate_24h": _hashrate(now.avg_hashrate_24h, "PH"),
        "online_workers": str(now.online),
        "offline_workers": str(now.offline),
        "balance": f"{now.balance:f}BTC",
        "last_income": f"{now.last_income:f}BTC",
    }
    texts |= pool.values
    return {key: texts[key] for key in pool.cards if RIGHT_OF_CARD[key] in pool.rights}


def worker_rows(pool: DemoPool, now: Figures) -> list[Row]:
    """All rows that the site gives away; `short` keeps the last ones to itself."""
    if "statistics" not in pool.rights:
        return []
    rows = [_worker_row(pool, worker) for worker in now.workers]
    for row, literal in zip(rows, pool.worker_cells, strict=False):
        row |= literal
    return rows[: max(0, len(rows) - SHORT_BY)] if pool.failure_kind == "short" else rows


def _worker_row(pool: DemoPool, worker: Worker) -> Row:
    localised = pool.localised_status
    if localised is None:
        localised = pool.language == "kk"
    dead_or_plain = worker.status == "dead" or not localised
    row = {
        "name": worker.name,
        "status": pool.word(f"{'status' if dead_or_plain else 'localised'}.{worker.status}"),
        "hashrate_10m": _hashrate(worker.hashrate_10m, "TH"),
        "hashrate_1h": _hashrate(worker.hashrate_1h, "TH"),
        "hashrate_24h": _hashrate(worker.hashrate_24h, "TH"),
        "last_exchange": f"{worker.last_exchange:%Y-%m-%d %H:%M:%S}",
        "reject": f"{worker.reject_percent}%",
        "ip": worker.ip,
    }
    return dict.fromkeys(pool.columns, "—") | row


def earnings_rows(pool: DemoPool, moment: datetime, *, browser: bool) -> list[Row]:
    """The newest day first.

    A date that the browser has to write is sent as ISO; `browser` gives what en-US makes of it.
    """
    if "earnings" not in pool.rights:
        return []
    if pool.earnings is not None:
        return [
            {"date": day, "total_income": income, "hashrate": hashrate}
            for day, income, hashrate in pool.earnings
        ]
    rows = []
    for ago in range(1, pool.earnings_days + 1):
        day = moment.date() - timedelta(days=ago)
        hashrate, income = earned(pool, day)
        rows.append(
            {
                "date": _date_text(pool, day, browser),
                "total_income": f"{income:f}",
                "hashrate": _hashrate(hashrate, "PH"),
            }
        )
    return rows


def payout_rows(pool: DemoPool, moment: datetime, *, browser: bool) -> list[Row]:
    """A payout a week; dates as in the earnings."""
    if "payouts" not in pool.rights:
        return []
    # The weekday hangs on the calendar, not on today: tomorrow shows the same payouts.
    last = moment.date() - timedelta(days=1 + moment.date().toordinal() % 7)
    rows = []
    for day in (last - timedelta(weeks=weeks) for weeks in range(PAYOUTS)):
        amount = sum((earned(pool, day - timedelta(days=ago))[1] for ago in range(7)), Decimal(0))
        transaction = f"{Random(f'{pool.token}:payout:{day}').getrandbits(64):016x}"
        rows.append(
            {
                "date": _date_text(pool, day, browser),
                "amount": f"{amount.quantize(SATOSHI):f}",
                "transaction": f"{transaction[:8]}…{transaction[8:]}",
            }
        )
    return rows


def _date_text(pool: DemoPool, day: date, browser: bool) -> str:
    us = f"{day.month}/{day.day}/{day.year}"
    if pool.date_format == "locale":
        return f"{us}, 12:00:00 AM" if browser else day.isoformat()
    return {
        "iso": day.isoformat(),
        "dotted": f"{day:%d.%m.%Y}",
        "us": f"{us} 12:00:00 AM",
    }[pool.date_format]


def _hashrate(value: Decimal, unit: str) -> str:
    return f"{value} {unit}/s" if value else "0 H/s"
