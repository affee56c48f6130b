"""Texts of the documented columns, which other programs write too, as numbers: None if unclear."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from kzscraper import units
from kzscraper.store import texts


def ths(text: str | None) -> float | None:
    """TH/s of a hashrate."""
    hashes = texts.hashes(text)
    return None if hashes is None else hashes / 1e12


def day(text: str | None) -> date | None:
    """Also of the forms in which the predecessor stored dates."""
    try:
        return units.parse_day(text)
    except ValueError:
        return None


def satoshis(amount: Decimal) -> int:
    """Exact, as no amount is read that is not a whole number of them."""
    return int(amount.scaleb(8))


def from_satoshis(count: int) -> Decimal:
    return Decimal(count).scaleb(-8)
