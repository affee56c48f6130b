"""A row of the predecessor in our forms, value by value."""

from __future__ import annotations

import pytest

from kzscraper.store.adopt import forms
from kzscraper.store.adopt.forms import RefusedError
from kzscraper.store.adopt.source import Row

SUMMARY: Row = {
    "timestamp": "2025-11-23 04:47:34",
    "current_hashrate": "37.405 PH/s",
    "avg_hashrate_24h": "38.210 PH/s",
    "online_workers": 200,
    "offline_workers": 2,
    "balance": "0.01864218BTC",
    "last_income": "0.01570138BTC",
}
WORKER: Row = {
    "timestamp": "2025-11-23 04:47:34",
    "worker_name": "139x17.10X16X139X17",
    "status": "ONLINE",
    "hashrate_10m": "187.650 TH/s",
    "hashrate_1h": "177.020 TH/s",
    "hashrate_24h": "194.180 TH/s",
    "last_exchange_time": "2025-11-23 04:45:00",
}
EARNINGS: Row = {
    "date": "2025-11-22",
    "total_income": "0.01570138",
    "hashrate": "38.187 PH/s",
    "recorded_at": "2025-11-23 04:47:34",
}
ANOMALY: Row = {
    "timestamp": "2025-11-23 04:47:34",
    "anomaly_type": "OFFLINE_WORKERS",
    "description": "2 worker(s) offline",
    "severity": "MEDIUM",
    "resolved": 0,
}


@pytest.mark.parametrize(
    ("form", "row"),
    [
        (forms.summary, SUMMARY),
        (forms.worker, WORKER),
        (forms.earnings, EARNINGS),
        (forms.anomaly, ANOMALY),
    ],
)
def test_what_is_in_form_is_not_changed(form: object, row: Row) -> None:
    assert callable(form)
    taken = form(row)
    assert taken.values == row
    assert (taken.changed, taken.unreadable, taken.invented) == ([], [], [])


@pytest.mark.parametrize(
    ("form", "row", "column", "value", "expected"),
    [
        (forms.summary, SUMMARY, "current_hashrate", "37,405 Ph/s", "37.405 PH/s"),
        (forms.summary, SUMMARY, "current_hashrate", "", None),
        (forms.summary, SUMMARY, "current_hashrate", "0", "0 H/s"),
        (forms.summary, SUMMARY, "balance", "0.01864218", "0.01864218BTC"),
        (forms.summary, SUMMARY, "balance", "0.0186 BTC", "0.01860000BTC"),
        (forms.summary, SUMMARY, "last_income", 0.5, "0.50000000BTC"),
        (forms.summary, SUMMARY, "online_workers", "1 234", 1234),
        (forms.summary, SUMMARY, "timestamp", "2025-11-23T04:47:34.123456", "2025-11-23 04:47:34"),
        (
            forms.summary,
            SUMMARY,
            "timestamp",
            "2025-11-23T09:47:34+05:00",
            "2025-11-23 04:47:34",
        ),
        (forms.summary, SUMMARY, "timestamp", "11/23/2025 04:47:34 AM", "2025-11-23 04:47:34"),
        (forms.worker, WORKER, "status", " online ", "ONLINE"),
        (forms.worker, WORKER, "status", "", None),
        (forms.worker, WORKER, "worker_name", "  ", None),
        (
            forms.worker,
            WORKER,
            "last_exchange_time",
            "11/23/2025 04:45:00 AM",
            "2025-11-23 04:45:00",
        ),
        (forms.earnings, EARNINGS, "date", "11/22/2025 12:00:00 AM", "2025-11-22"),
        (forms.earnings, EARNINGS, "total_income", "0.0157 BTC", "0.01570000"),
        (forms.earnings, EARNINGS, "recorded_at", "yesterday", None),
        (forms.anomaly, ANOMALY, "severity", "high", "HIGH"),
        (forms.anomaly, ANOMALY, "severity", "very", None),
        (forms.anomaly, ANOMALY, "resolved", None, 0),
        (forms.anomaly, ANOMALY, "resolved", "1", 1),
    ],
)
def test_a_value_is_put_into_form(
    form: object, row: Row, column: str, value: object, expected: object
) -> None:
    assert callable(form)
    taken = form({**row, column: value})
    assert taken.values == {**row, column: expected}


@pytest.mark.parametrize(
    ("form", "row", "column", "value"),
    [
        (forms.summary, SUMMARY, "current_hashrate", "fast"),
        (forms.summary, SUMMARY, "balance", "1 mBTC"),
        (forms.summary, SUMMARY, "offline_workers", "few"),
        (forms.worker, WORKER, "hashrate_1h", "177"),
        (forms.worker, WORKER, "status", "SLEEPING"),
        (forms.worker, WORKER, "last_exchange_time", "5 minutes ago"),
        (forms.earnings, EARNINGS, "hashrate", "38"),
    ],
)
def test_a_value_that_cannot_be_read_is_emptied_and_told_of(
    form: object, row: Row, column: str, value: object
) -> None:
    assert callable(form)
    taken = form({**row, column: value})
    assert taken.values == {**row, column: None}
    assert taken.unreadable == taken.changed == [column]


@pytest.mark.parametrize(
    ("form", "row", "changes", "says"),
    [
        (forms.summary, SUMMARY, {"timestamp": "soon"}, "its timestamp cannot be read"),
        (forms.summary, SUMMARY, {"timestamp": None}, "its timestamp cannot be read"),
        (forms.summary, SUMMARY, {"timestamp": 1763873254}, "its timestamp cannot be read"),
        (forms.summary, SUMMARY, {"timestamp": "2025-11-23"}, "its timestamp cannot be read"),
        (forms.worker, WORKER, {"timestamp": "2025-11-31 00:00:00"}, "its timestamp cannot"),
        (forms.earnings, EARNINGS, {"date": "13/13/2025"}, "its date cannot be read"),
        (forms.earnings, EARNINGS, {"date": None}, "its date cannot be read"),
        (
            forms.earnings,
            EARNINGS,
            {"total_income": "", "hashrate": None},
            "neither an income nor a hashrate",
        ),
        (forms.anomaly, ANOMALY, {"anomaly_type": " "}, "it has no anomaly_type"),
    ],
)
def test_a_row_that_says_nothing_is_refused(
    form: object, row: Row, changes: dict[str, object], says: str
) -> None:
    assert callable(form)
    with pytest.raises(RefusedError, match=says):
        form({**row, **changes})


# Zeros that nobody has read ---------------------------------------------------------------------

ZEROS: Row = {
    "current_hashrate": "0",
    "avg_hashrate_24h": "0 TH/s",
    "online_workers": 0,
    "offline_workers": 0,
}


def test_a_summary_of_nothing_but_zeros_is_refused() -> None:
    for amounts in ({"balance": "0", "last_income": "0 BTC"}, {"balance": None, "last_income": ""}):
        with pytest.raises(RefusedError, match="a visit that read nothing"):
            forms.summary({**SUMMARY, **ZEROS, **amounts})


def test_a_balance_is_kept_and_the_zeros_beside_it_are_emptied() -> None:
    taken = forms.summary({**SUMMARY, **ZEROS})
    assert taken.values == {**SUMMARY, **dict.fromkeys(ZEROS)}
    assert taken.invented == list(ZEROS)


@pytest.mark.parametrize("column", ZEROS)
def test_one_value_that_is_not_zero_makes_the_zeros_true(column: str) -> None:
    taken = forms.summary({**SUMMARY, **ZEROS, column: SUMMARY[column]})
    assert taken.values[column] == SUMMARY[column]
    assert taken.invented == []
    assert taken.values["offline_workers"] is not None


def test_a_day_that_earned_something_had_a_hashrate() -> None:
    taken = forms.earnings({**EARNINGS, "hashrate": "0"})
    assert taken.values["hashrate"] is None
    assert taken.invented == ["hashrate"]
    assert forms.earnings({**EARNINGS, "hashrate": "0", "total_income": "0"}).invented == []


def test_a_form_without_a_column_has_nothing_there() -> None:
    row = {name: value for name, value in ANOMALY.items() if name != "resolved"}
    assert forms.anomaly(row).values["resolved"] == 0
    assert forms.worker({"timestamp": WORKER["timestamp"]}).values["status"] is None
