from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from kzscraper.anomalies.rules.payment_delay import due, payment_delay, usual_lag
from kzscraper.anomalies.state import Income, PoolState
from kzscraper.anomalies.verdict import Finding, NoEvidence
from tests.anomalies.states import DAY, HOUR, NOW, balance, incomes, samples, state, summary, told

HASHING = samples(*[40.0] * 42)
MONTH = ["0.01"] * 14


def judge(**known: Any) -> Finding | None:
    return payment_delay(state(**{"summary": summary("40 PH/s"), "hashrates": HASHING, **known}))


# Earnings ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("newest", "lag_hours", "severity"),
    [
        # It is noon of the 10th. The 9th is due 6 h after its usual time.
        ("2026-03-09", 27, None),
        ("2026-03-08", 27, "MEDIUM"),  # due on the 10th at 9
        ("2026-03-08", 30, None),  # due now
        ("2026-03-08", 29.9, "MEDIUM"),
        ("2026-03-08", 40, None),
        ("2026-03-07", 27, "MEDIUM"),
        ("2026-03-06", 30, "HIGH"),  # of the 7th, since noon of the 8th
        ("2026-03-06", 30.1, "MEDIUM"),
        ("2026-02-20", 27, "HIGH"),
    ],
)
def test_a_day_is_late(newest: str, lag_hours: float, severity: str | None) -> None:
    days = incomes(*MONTH, newest=date.fromisoformat(newest), lag=lag_hours * HOUR)
    finding = judge(incomes=days)
    assert (finding and finding.severity) == severity


def test_a_late_day_in_words() -> None:
    finding = judge(incomes=incomes(*MONTH, newest=date(2026, 3, 7)))
    assert finding
    assert finding.description == (
        "No earnings since 2026-03-07: 2026-03-08 was due by 2026-03-09 09:00:00 UTC"
    )
    assert finding.memory == {"about": ["earnings"]}


def test_grace_and_severity_are_settings() -> None:
    days = incomes(*MONTH, newest=date(2026, 3, 8))
    assert judge(incomes=days, settings={"KZ_PAYMENT_GRACE_HOURS": 9}) is None
    finding = judge(incomes=days, settings={"KZ_PAYMENT_LATE_HIGH_HOURS": 3})
    assert finding
    assert finding.severity == "HIGH"


def lags(*hours: float) -> timedelta:
    days = [
        Income(date(2026, 3, 9) - n * DAY, Decimal(1), midnight(9 - n) + hour * HOUR)
        for n, hour in enumerate(hours)
    ]
    return usual_lag(state(incomes=days))


def midnight(day: int) -> datetime:
    return datetime(2026, 3, 1, tzinfo=UTC) + (day - 1) * DAY


@pytest.mark.parametrize(
    ("hours", "usual"),
    [
        ((), 48),
        ((27, 28), 48),  # two days are too few
        ((27, 28, 29), 29),
        ((40, 40, 40, 41), 41),
        ((*[27] * 13, 90), 27),  # one that was late is no custom
        ((*[27] * 12, 90, 90), 90),
        ((*[27] * 14, 90, 90, 90), 27),  # nor what is long past
        ((1, 2, 3), 24),  # a day that is shown while it runs
        ((-3, -2, -4), 24),
    ],
)
def test_the_usual_time_is_learned(hours: tuple[float, ...], usual: float) -> None:
    assert lags(*hours) == usual * HOUR


def test_days_that_came_at_once_teach_nothing() -> None:
    at_once = [Income(date(2026, 3, n), Decimal(1), midnight(9)) for n in range(8, 0, -1)]
    assert usual_lag(state(incomes=at_once)) == 48 * HOUR
    assert due(date(2026, 3, 9), state(incomes=at_once)) == midnight(11) + 6 * HOUR


@pytest.mark.parametrize(
    ("week", "late"),
    [
        ([*[40.0] * 36, *[0.0] * 6], True),  # down since yesterday noon: the 8th is late
        ([*[40.0] * 30, *[0.0] * 12], True),
        ([*[40.0] * 24, *[0.0] * 18], False),  # down since the 7th
        ([0.0] * 42, False),
    ],
)
def test_a_day_without_hashrate_brings_no_earnings(week: list[float], late: bool) -> None:
    days = incomes(*MONTH, newest=date(2026, 3, 7))
    assert bool(judge(incomes=days, hashrates=samples(*week))) is late


def test_a_hashing_day_behind_one_without_hashrate_is_late() -> None:
    week = [*[40.0] * 27, *[0.0] * 6, *[40.0] * 9]  # down on the 8th
    days = incomes(*MONTH, newest=date(2026, 3, 7))
    finding = judge(incomes=days, hashrates=samples(*week))
    assert finding
    assert "2026-03-09 was due by" in finding.description or "2026-03-08" in finding.description


def test_without_samples_the_present_hashrate_tells() -> None:
    days = incomes(*MONTH, newest=date(2026, 3, 7))
    assert judge(incomes=days, hashrates=[])
    assert judge(incomes=days, hashrates=[], summary=summary("0 H/s")) is None
    with pytest.raises(NoEvidence):
        judge(incomes=days, hashrates=[], summary=None)


@pytest.mark.parametrize("newest", ["2026-03-09", "2026-03-07"])
@pytest.mark.parametrize("how", ["not asked for", "gone", "not read to its end"])
def test_a_table_that_was_not_read_is_evidence_of_nothing_missing(newest: str, how: str) -> None:
    present = state(
        incomes=incomes(*MONTH, newest=date.fromisoformat(newest)),
        hashrates=HASHING,
        gaps={"earnings"} if how == "not read to its end" else set(),
    )
    if how != "not read to its end":
        present.scrape.sections = {"earnings": False} if how == "gone" else {}
    if newest == "2026-03-09":  # what should be there is there
        assert payment_delay(present) is None
        return
    with pytest.raises(NoEvidence):
        payment_delay(present)


def test_a_pool_without_earnings_and_balance_is_not_judged() -> None:
    with pytest.raises(NoEvidence):
        judge()


# Balance ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("hours", "severity"),
    [
        (1, None),
        (24, None),
        (30, None),
        (30.1, "MEDIUM"),
        (77.9, "MEDIUM"),
        (78, "HIGH"),
    ],
)
def test_a_balance_stands_still(hours: float, severity: str | None) -> None:
    shown = summary("40 PH/s", balance="0.05000000BTC")
    finding = judge(summary=shown, balance=balance("0.05", since=hours * HOUR))
    assert (finding and finding.severity) == severity


@pytest.mark.parametrize(
    ("usual_hours", "severity"), [(24, "MEDIUM"), (29.9, "MEDIUM"), (30, None), (36, None)]
)
def test_a_balance_is_not_late_before_the_earnings_are(
    usual_hours: float, severity: str | None
) -> None:
    """The 8th was early: shown and credited at the next midnight, 36 h ago."""
    early = incomes("0.01", newest=date(2026, 3, 8), lag=DAY)
    usual = incomes(*MONTH, newest=date(2026, 3, 7), lag=usual_hours * HOUR)
    present = state(
        summary=summary("40 PH/s", balance="0.05"),
        hashrates=HASHING,
        balance=balance("0.05", since=36 * HOUR),
        incomes=[*early, *usual],
        gaps={"earnings"},
    )
    assert judged(present) == severity


def judged(present: PoolState) -> str | None:
    try:
        finding = payment_delay(present)
    except NoEvidence:
        return None
    return finding.severity if finding else None


def test_a_standing_balance_in_words() -> None:
    shown = summary("40 PH/s", balance="0.05000000BTC")
    finding = judge(summary=shown, balance=balance("0.05", since=2 * DAY))
    assert finding
    assert finding.description == (
        "Balance stands still at 0.05000000 BTC since 2026-03-08 12:00:00 UTC"
    )
    assert finding.memory == {
        "about": ["balance"],
        "stands": {"0.05000000": "2026-03-08 12:00:00"},
    }


@pytest.mark.parametrize("present", ["0.06", "0.04", "0", "0.00000000BTC"])
def test_a_balance_that_moves_or_is_nothing(present: str) -> None:
    shown = summary("40 PH/s", balance=present)
    before = "0.05" if present in ("0.06", "0.04") else present
    assert judge(summary=shown, balance=balance(before, since=3 * DAY)) is None


def test_a_first_balance() -> None:
    assert judge(summary=summary("40 PH/s", balance="0.05")) is None


@pytest.mark.parametrize(
    ("week", "severity"),
    [
        ([*[40.0] * 24, *[0.0] * 18], None),
        # Three days, of which it hashed for 28 hours, or for 32.
        ([*[0.0] * 35, *[40.0] * 7], None),
        ([*[0.0] * 34, *[40.0] * 8], "MEDIUM"),
    ],
)
def test_only_the_time_with_a_hashrate_counts(week: list[float], severity: str | None) -> None:
    shown = summary("40 PH/s", balance="0.05")
    known = {"summary": shown, "balance": balance("0.05", since=3 * DAY)}
    finding = judge(**known, hashrates=samples(*week))
    assert (finding and finding.severity) == severity


def test_an_incident_knows_longer_than_the_rules_look_back() -> None:
    stands = {"0.05000000": "2026-02-01 00:00:00"}
    lasting = told("PAYMENT_DELAY", {"about": ["balance"], "stands": stands})
    known = {"lasting": lasting, "balance": balance("0.05", since=7 * DAY)}
    finding = judge(summary=summary("40 PH/s", balance="0.05000000BTC"), **known)
    assert finding
    assert "since 2026-02-01" in finding.description
    # It knows that of another balance, though.
    known["balance"] = balance("0.06", since=HOUR)
    assert judge(summary=summary("40 PH/s", balance="0.06000000BTC"), **known) is None


# Both -------------------------------------------------------------------------------------------


def test_the_worse_of_both_is_told() -> None:
    shown = summary("40 PH/s", balance="0.05")
    known = {"summary": shown, "balance": balance("0.05", since=6 * DAY)}
    finding = judge(**known, incomes=incomes(*MONTH, newest=date(2026, 3, 8)))
    assert finding
    assert finding.severity == "HIGH"
    assert finding.description.startswith("Balance")
    assert finding.memory["about"] == ["balance", "earnings"]


@pytest.mark.parametrize("about", ["earnings", "balance"])
def test_an_incident_about_what_was_not_read_keeps_its_state(about: str) -> None:
    """A visit that reads the counters alone does not end what the table began, or vice versa."""
    lasting = told("PAYMENT_DELAY", {"about": [about]})
    known: dict[str, Any]
    if about == "earnings":
        known = {"summary": summary("40 PH/s", balance="0.06"), "balance": balance("0.05")}
    else:
        known = {"summary": summary("40 PH/s"), "incomes": incomes(*MONTH)}
    assert judge(**known) is None
    with pytest.raises(NoEvidence):
        judge(**known, lasting=lasting)


def test_an_incident_goes_on_to_be_about_what_was_not_read() -> None:
    lasting = told("PAYMENT_DELAY", {"about": ["earnings"]})
    shown = summary("40 PH/s", balance="0.05")
    finding = judge(summary=shown, balance=balance("0.05", since=2 * DAY), lasting=lasting)
    assert finding
    assert finding.memory["about"] == ["balance", "earnings"]
    assert NOW.day == 10
