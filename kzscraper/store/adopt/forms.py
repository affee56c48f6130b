"""Rows of the predecessor in the forms of our tables."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache

from kzscraper import units
from kzscraper.forms import FORMS
from kzscraper.items import DailyEarnings, Item, PoolSummary, WorkerStatus
from kzscraper.store.adopt.source import Row, text

# What SQLite and Python's isoformat() write.
_ISO = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_SEVERITIES = ("LOW", "MEDIUM", "HIGH")
_RATES = ("current_hashrate", "avg_hashrate_24h")
_COUNTS = ("online_workers", "offline_workers")


@dataclass
class Taken:
    """A row that can be taken: its values, and the columns whose value is another one now."""

    values: dict[str, str | int | None]
    changed: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)  # of these: emptied
    invented: list[str] = field(default_factory=list)  # of these: zeros that nobody had read


class RefusedError(Exception):
    """Raised for a row that cannot be taken; the text says why."""


def summary(row: Row) -> Taken:
    taken = _read(row, PoolSummary, _COUNTS)
    _need_time(taken, row)
    if all(_is_nothing(taken.values[name]) for name in (*_RATES, *_COUNTS)):
        # A pool of 200 workers does not lose its hashrate and its workers in one visit.
        _empty(taken, (*_RATES, *_COUNTS))
        amounts = ("balance", "last_income")
        if all(_is_nothing(taken.values[name]) for name in amounts):
            raise RefusedError("a visit that read nothing: all of its values are zero or missing")
    return taken


def worker(row: Row) -> Taken:
    taken = _read(row, WorkerStatus, ())
    _need_time(taken, row)
    taken.values["worker_name"] = text(row, "worker_name")
    return taken


def earnings(row: Row) -> Taken:
    taken = _read(row, DailyEarnings, ())
    if taken.values["date"] is None:
        raise RefusedError("its date cannot be read")
    recorded = _moment(row.get("recorded_at"))
    _set(taken, "recorded_at", recorded, row.get("recorded_at"))
    if not _is_nothing(taken.values["total_income"]) and _is_nothing(taken.values["hashrate"]):
        _empty(taken, ("hashrate",))  # who earned something was hashing
    if taken.values["total_income"] is None and taken.values["hashrate"] is None:
        raise RefusedError("it has neither an income nor a hashrate")
    return taken


def anomaly(row: Row) -> Taken:
    taken = Taken({})
    _need_time(taken, row)
    kind = text(row, "anomaly_type")
    if kind is None:
        raise RefusedError("it has no anomaly_type")
    severity = (text(row, "severity") or "").upper()
    _set(
        taken,
        "severity",
        severity if severity in _SEVERITIES else None,
        row.get("severity"),
    )
    resolved = row.get("resolved")
    values = {
        "anomaly_type": kind,
        "description": text(row, "description"),
        "resolved": int(str(resolved).strip().lower() in ("1", "1.0", "true")),
    }
    taken.values.update(values)
    return taken


def _read(row: Row, item: type[Item], counts: Iterable[str]) -> Taken:
    taken = Taken({})
    for name, form in FORMS[item].items():
        value = row.get(name)
        shown = None if value is None else str(value)
        if item is WorkerStatus and name == "status" and shown is not None:
            shown = shown.strip().upper()
        _set(taken, name, _in_form(form, shown), value)
    for name in counts:
        value = row.get(name)
        _set(taken, name, _in_form(_count, None if value is None else str(value)), value)
    return taken


def _set(taken: Taken, name: str, value: str | int | None, before: object) -> None:
    taken.values[name] = value
    if value != before:
        taken.changed.append(name)
        if value is None and not units.is_blank(str(before)):
            taken.unreadable.append(name)


def _empty(taken: Taken, names: Iterable[str]) -> None:
    for name in names:
        if taken.values[name] is not None:
            taken.values[name] = None
            taken.invented.append(name)
            taken.changed.append(name)


def _need_time(taken: Taken, row: Row) -> None:
    before = row.get("timestamp")
    moment = _moment(before)
    if moment is None:
        raise RefusedError("its timestamp cannot be read")
    _set(taken, "timestamp", moment, before)


@lru_cache(maxsize=200_000)
def _in_form(form: Callable[[str], str | int | None], text: str | None) -> str | int | None:
    try:
        return None if text is None else form(text)
    except ValueError:
        return None


def _count(text: str) -> int | None:
    return units.parse_count(text)


@lru_cache(maxsize=10_000)
def _moment(value: object) -> str | None:
    """UTC text of a timestamp in the forms that Python and SQLite write, or the page's."""
    if not isinstance(value, str):
        return None
    shown = value.strip()
    try:
        moment = (
            datetime.fromisoformat(shown) if _ISO.fullmatch(shown) else units.parse_moment(shown)
        )
        if moment is None or moment.year not in units.YEARS:
            return None
    except ValueError:
        return None
    return units.utc_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _is_nothing(value: object) -> bool:
    """NULL, or a zero in whatever form: `0 H/s`, `0.00000000BTC`."""
    return value is None or not any(digit in str(value) for digit in "123456789")
