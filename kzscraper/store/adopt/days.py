"""Daily earnings: one row for each pool and day, the one that was recorded last."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from kzscraper import units
from kzscraper.store.adopt import forms
from kzscraper.store.adopt.forms import Taken
from kzscraper.store.adopt.source import Row, Source
from kzscraper.store.adopt.tally import Tally
from kzscraper.store.adopt.target import Target, count_taken

_KNOWN = """
    SELECT id, date, total_income, hashrate, recorded_at FROM daily_earnings WHERE pool_id = ?
"""
_INSERT = """
    INSERT INTO daily_earnings (pool_id, observer_url, date, total_income, hashrate, recorded_at)
    VALUES (:pool_id, :observer_url, :date, :total_income, :hashrate, :recorded_at)
"""
_CORRECT = """
    UPDATE daily_earnings
    SET total_income = :total_income, hashrate = :hashrate, recorded_at = :recorded_at
    WHERE id = :id
"""
Pair = tuple[Row, Taken]


@dataclass(frozen=True)
class _Day:
    total_income: str | None
    hashrate: str | None
    recorded_at: str | None

    def over(self, older: _Day) -> _Day:
        """This one, with what only the older one knows."""
        return _Day(
            self.total_income if self.total_income is not None else older.total_income,
            self.hashrate or older.hashrate,
            self.recorded_at or older.recorded_at,
        )

    def says_the_same(self, other: _Day) -> bool:
        return (_amount(self.total_income), self.hashrate) == (
            _amount(other.total_income),
            other.hashrate,
        )


def earnings(source: Source, target: Target, tally: Tally) -> None:
    by_pool: dict[str, dict[str, list[Pair]]] = {}
    for row, taken in target.rows(source, tally, forms.earnings):
        days = by_pool.setdefault(str(taken.values["pool_id"]), {})
        days.setdefault(str(taken.values["date"]), []).append((row, taken))
    for pool_id, days in by_pool.items():
        found = target.turns.take(lambda p=pool_id, d=days: _write(target, p, d))  # type: ignore[misc]
        for date, pairs in days.items():
            row, taken = _newest_first(pairs)[0]
            tally.merged += len(pairs) - 1
            if len(pairs) > 1:
                tally.note("several rows of one day: the last one recorded", f"{pool_id}, {date}")
            if found[date] == "present":
                tally.present += 1
                continue
            count_taken(tally, row, taken)
            if found[date] == "corrected":
                tally.note("a day that was here before: corrected", f"{pool_id}, {date}")


def _write(target: Target, pool_id: str, days: dict[str, list[Pair]]) -> dict[str, str]:
    """What was done, by date: new, corrected or present."""
    known: dict[str, tuple[int, _Day]] = {}
    for row in target.database.rows(_KNOWN, (pool_id,)):
        day = _Day(row["total_income"], row["hashrate"], row["recorded_at"])
        known[_iso(row["date"])] = (row["id"], day)
    done = {}
    for date, pairs in days.items():
        newest = _newest_first(pairs)
        day = _day(newest[0][1])
        for _, older in newest[1:]:
            day = day.over(_day(older))
        values = dict(newest[0][1].values)
        if date not in known:
            done[date] = "new"
            target.write(_INSERT, [{**values, **vars(day)}])
            continue
        row_id, before = known[date]
        is_newer = (day.recorded_at or "") > (before.recorded_at or "")
        day = day.over(before) if is_newer else before.over(day)
        done[date] = "present" if day.says_the_same(before) else "corrected"
        if day != before:
            target.write(_CORRECT, [{**vars(day), "id": row_id}])
    return done


def _newest_first(pairs: Sequence[Pair]) -> list[Pair]:
    return sorted(
        pairs, key=lambda pair: (str(pair[1].values["recorded_at"] or ""), pair[0]["id"])
    )[::-1]


def _day(taken: Taken) -> _Day:
    values = taken.values
    return _Day(
        *(
            None if values[name] is None else str(values[name])
            for name in ("total_income", "hashrate", "recorded_at")
        )
    )


def _iso(text: str | None) -> str:
    """Another program may have stored the day in another form: it is the same day."""
    try:
        day = units.parse_day(text)
    except ValueError:
        day = None
    return day.isoformat() if day else str(text)


def _amount(text: str | None) -> Decimal | str | None:
    try:
        return units.parse_btc(text)
    except ValueError:
        return text
