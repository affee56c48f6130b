"""What text in shared columns is worth, whoever wrote it: None where it cannot be read.

The same texts are read again at each visit of a run, so the last ones are remembered.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache

from kzscraper import units

_REMEMBERED = 1 << 14


@lru_cache(_REMEMBERED)
def moment(text: str | None) -> datetime | None:
    """A timestamp: UTC, unless it says otherwise."""
    try:
        read = datetime.fromisoformat(text or "")
    except (TypeError, ValueError):  # SQLite stores 2026 or 1795600000 as a number
        return None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


@lru_cache(_REMEMBERED)
def day(text: str | None) -> date | None:
    """An ISO date; another form means another program's order of the days."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


@lru_cache(_REMEMBERED)
def hashes(text: str | None) -> float | None:
    """H/s"""
    try:
        rate = units.parse_hashrate(text)
    except ValueError:
        return None
    return float(rate.hashes_per_second) if rate else None


@lru_cache(_REMEMBERED)
def btc(text: str | None) -> Decimal | None:
    try:
        return units.parse_btc(text)
    except ValueError:
        return None
