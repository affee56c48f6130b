from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from kzscraper.anomalies.rules.balance_anomaly import balance_anomaly
from kzscraper.anomalies.verdict import Finding, NoEvidence
from tests.anomalies.states import DAY, HOUR, NOW, balance, incomes, state, summary, told

WEEK = incomes(*["0.01000000"] * 7)


def judge(present: str | None, before: str | None = None, **known: Any) -> Finding | None:
    """before: the balance at the last visit; the pool earns 0.01 BTC a day."""
    texts = {"balance": present, "last_income": known.pop("last_income", None)}
    seen = known.pop("seen", HOUR / 6)
    since = known.pop("since", max(seen, HOUR))
    return balance_anomaly(
        state(
            summary=summary(**texts),
            balance=before and balance(before, seen=seen, since=since),
            **{"incomes": WEEK, **known},
        )
    )


def severity(*args: Any, **known: Any) -> str | None:
    finding = judge(*args, **known)
    return finding.severity if finding else None


@pytest.mark.parametrize("present", ["0.03", "0", "0.00000001BTC", "9"])
def test_a_first_balance_tells_nothing(present: str) -> None:
    assert judge(present) is None


@pytest.mark.parametrize("known", [{}, {"summary": summary()}])
def test_without_a_balance_there_is_no_evidence(known: dict[str, Any]) -> None:
    with pytest.raises(NoEvidence):
        balance_anomaly(state(balance=balance("0.03"), **known))


@pytest.mark.parametrize("before", [None, "0.03", "-0.00000002"])
def test_a_negative_balance(before: str | None) -> None:
    finding = judge("-0.00000001BTC", before)
    assert finding
    assert (finding.severity, finding.description) == (
        "HIGH",
        "Balance is negative: -0.00000001 BTC",
    )


# Falls ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("present", "anomaly"),
    [
        ("0.10000000", None),
        ("0.09999999", "HIGH"),
        ("0.05", "HIGH"),
        ("0.00500001", "HIGH"),
        ("0.005", None),  # near zero: exactly 5 % of what it was
        ("0.00000012", None),
        ("0", None),
    ],
)
def test_a_fall_or_a_payout(present: str, anomaly: str | None) -> None:
    assert severity(present, "0.1", incomes=[]) == anomaly


def test_near_is_a_setting() -> None:
    assert severity("0.02", "0.1") == "HIGH"
    assert severity("0.02", "0.1", settings={"KZ_BALANCE_NEAR_SHARE": "0.2"}) is None


@pytest.mark.parametrize(
    ("present", "last_income", "anomaly"),
    [
        ("0.08", "0.02", None),  # by the income that the page shows
        ("0.081", "0.02", None),  # near it: exactly 5 % less
        ("0.08100001", "0.02", "HIGH"),
        ("0.079", "0.02", None),
        ("0.07899999", "0.02", "HIGH"),
        ("0.08", None, "HIGH"),
        ("0.08", "0", "HIGH"),
    ],
)
def test_a_payout_of_the_last_income(
    present: str, last_income: str | None, anomaly: str | None
) -> None:
    assert severity(present, "0.1", last_income=last_income) == anomaly


@pytest.mark.parametrize(
    ("present", "is_new", "anomaly"),
    [("0.02", True, None), ("0.021", True, None), ("0.022", True, "HIGH"), ("0.02", False, "HIGH")],
)
def test_a_payout_of_all_just_before_a_new_income(
    present: str, is_new: bool, anomaly: str | None
) -> None:
    lag = 36 * HOUR if is_new else 27 * HOUR  # shown now, or hours ago
    days = incomes("0.02", "0.01", lag=lag)
    assert severity(present, "0.1", last_income="0.02", incomes=days) == anomaly


@pytest.mark.parametrize(
    ("seen", "present", "anomaly"),
    [
        # Half a day's income came in after the payout, which may have left 5 %.
        (12 * HOUR, "0.0100", None),
        (12 * HOUR, "0.0101", "HIGH"),
        (3 * DAY, "0.0350", None),
        (3 * DAY, "0.0351", "HIGH"),
        (3.5 * DAY, "0.0450", None),  # incomes come by the day
        (3.5 * DAY, "0.0451", "HIGH"),
    ],
)
def test_what_came_in_during_a_gap_is_left_after_a_payout(
    seen: timedelta, present: str, anomaly: str | None
) -> None:
    assert severity(present, "0.1", seen=seen) == anomaly


def test_a_fall_in_words() -> None:
    finding = judge("0.06", "0.1")
    assert finding
    assert finding.description == (
        "Balance fell by 0.04000000 BTC without a payout or income that explains it: "
        "from 0.10000000 to 0.06000000 BTC"
    )
    assert finding.measure == pytest.approx(0.04)
    assert finding.memory == {
        "at": "2026-03-10 12:00:00",
        "before": "0.10000000",
        "change": "fell",
    }


# Rises ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("present", "anomaly"),
    [("0.11", None), ("0.13", None), ("0.13000001", "MEDIUM"), ("9", "MEDIUM")],
)
def test_far_is_more_than_three_incomes(present: str, anomaly: str | None) -> None:
    assert severity(present, "0.1") == anomaly


def test_far_is_a_setting() -> None:
    assert severity("0.16", "0.1", settings={"KZ_BALANCE_FAR_FACTOR": "6"}) is None
    assert severity("0.16", "0.1", settings={"KZ_BALANCE_FAR_FACTOR": "5.9"}) == "MEDIUM"


@pytest.mark.parametrize(
    ("since", "present", "anomaly"),
    [
        (DAY, "0.13", None),
        (DAY, "0.131", "MEDIUM"),
        (4 * DAY, "0.22", None),  # four days of income that were late
        (4 * DAY, "0.221", "MEDIUM"),
    ],
)
def test_income_that_was_late_comes_at_once(
    since: timedelta, present: str, anomaly: str | None
) -> None:
    assert severity(present, "0.1", since=since) == anomaly


def test_the_last_income_counts_where_there_is_no_table() -> None:
    assert severity("0.2", "0.1", incomes=[], last_income="0.04") is None
    assert severity("0.2", "0.1", incomes=[], last_income="0.03") == "MEDIUM"


def test_without_any_income_a_rise_is_not_judged() -> None:
    assert severity("9", "0.1", incomes=[]) is None


def test_the_best_of_the_recent_days_counts() -> None:
    assert severity("0.2", "0.1", incomes=incomes("0.001", "0.034", "0.001")) is None
    assert severity("0.2", "0.1", incomes=incomes(*["0.001"] * 7, "0.034")) == "MEDIUM"


def test_a_rise_out_of_the_negative_is_none() -> None:
    assert severity("0.2", "-0.1") is None


# An event lasts for a day -----------------------------------------------------------------------


def event(change: str = "fell", hours: float = 5, before: str = "0.1") -> dict[str, Finding]:
    at = f"{NOW - hours * HOUR:%Y-%m-%d %H:%M:%S}"
    memory = {"at": at, "before": before, "change": change}
    return told("BALANCE_ANOMALY", memory, measure=0.05)


@pytest.mark.parametrize(("hours", "lasts"), [(0.2, True), (23.9, True), (24, False)])
def test_an_event_is_told_for_a_day(hours: float, lasts: bool) -> None:
    lasting = event(hours=hours)
    expected = lasting["BALANCE_ANOMALY"] if lasts else None
    assert judge("0.05", "0.05", lasting=lasting) == expected


@pytest.mark.parametrize(
    ("change", "present", "lasts"),
    [
        ("fell", "0.094", True),
        ("fell", "0.095", False),  # near what it was
        ("fell", "0.3", False),
        ("rose", "0.106", True),
        ("rose", "0.105", False),
        ("rose", "0", False),
    ],
)
def test_an_event_that_is_reversed_has_ended(change: str, present: str, lasts: bool) -> None:
    # Which is no new event either.
    before = "0.05" if change == "fell" else "0.5"
    if lasts:
        before = present
    assert bool(judge(present, before, lasting=event(change))) is lasts


def test_a_second_event_adds_to_the_first() -> None:
    finding = judge("0.03", "0.05", lasting=event())
    assert finding
    assert finding.measure == pytest.approx(0.07)
    assert finding.memory["before"] == "0.05000000"


def test_an_incident_of_another_program_has_no_event() -> None:
    assert judge("0.05", "0.05", lasting=told("BALANCE_ANOMALY", {})) is None
