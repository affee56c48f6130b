"""The canonical form of every text field of the items, as the database holds it."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

from kzscraper import units
from kzscraper.items import DailyEarnings, Item, PoolSummary, WorkerStatus

STATUSES = ("ONLINE", "OFFLINE", "DEAD")

# A page's texts are read twice, once to see whether they can be and once to be stored, and the
# days of its earnings at every visit of the run: the second time costs nothing.
_remembered = functools.lru_cache(maxsize=4_096)


# Most hashrates are shown as they are stored; to read one takes ten times as long as to see that.
_IS_HASHRATE = re.compile(r"(?:0|[1-9]\d{0,8})(?:\.\d{1,8})? [kMGTPEZ]?H/s", re.ASCII).fullmatch


@_remembered
def _hashrate(text: str) -> str | None:
    if _IS_HASHRATE(text):
        return text
    rate = units.parse_hashrate(text)
    return rate.text if rate else None


@_remembered
def _balance(text: str) -> str | None:
    amount = units.parse_btc(text)
    return None if amount is None else units.format_balance(amount)


@_remembered
def _income(text: str) -> str | None:
    amount = units.parse_btc(text)
    return None if amount is None else units.format_btc(amount)


@_remembered
def _day(text: str) -> str | None:
    day = units.parse_day(text)
    return day.isoformat() if day else None


@_remembered
def _moment(text: str) -> str | None:
    moment = units.parse_moment(text)
    return units.format_moment(moment) if moment else None


def _status(text: str) -> str | None:
    if units.is_blank(text):
        return None
    if text not in STATUSES:
        raise units.unreadable("status", text)
    return text


# By item class and field; raises ValueError for text that cannot be read.
FORMS: dict[type[Item], dict[str, Callable[[str], str | None]]] = {
    PoolSummary: {
        "current_hashrate": _hashrate,
        "avg_hashrate_24h": _hashrate,
        "balance": _balance,
        "last_income": _balance,
    },
    WorkerStatus: {
        "status": _status,
        "hashrate_10m": _hashrate,
        "hashrate_1h": _hashrate,
        "hashrate_24h": _hashrate,
        "last_exchange_time": _moment,
    },
    DailyEarnings: {"date": _day, "total_income": _income, "hashrate": _hashrate},
}


def unreadable(item: Item) -> bool:
    """Whether the item holds text that has no canonical form."""
    for name, form in FORMS[type(item)].items():
        text = getattr(item, name)
        if text is not None:
            try:
                form(text)
            except ValueError:
                return True
    return False
