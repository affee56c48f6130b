from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from kzscraper.anomalies.baseline import baseline
from kzscraper.anomalies.rules.hashrate_drop import hashrate_drop, in_words
from kzscraper.anomalies.state import Outage
from kzscraper.anomalies.verdict import NoEvidence
from tests.anomalies.states import DAY, HOUR, NOW, samples, state, summary, told

PH = 1e15
WEEK = samples(*[40.0] * 42)


@pytest.mark.parametrize(
    ("current", "severity"),
    [
        ("44 PH/s", None),
        ("40 PH/s", None),
        ("36.001 PH/s", None),
        ("36 PH/s", "LOW"),  # exactly 10 %
        ("32.001 PH/s", "LOW"),
        ("32 PH/s", "MEDIUM"),  # exactly 20 %
        ("28 PH/s", "MEDIUM"),  # exactly 30 %
        ("27.999 PH/s", "HIGH"),
        ("28000 TH/s", "MEDIUM"),
        ("0 H/s", "HIGH"),
    ],
)
def test_severity(current: str, severity: str | None) -> None:
    finding = hashrate_drop(state(summary=summary(current), hashrates=WEEK))
    assert (finding and finding.severity) == severity


@pytest.mark.parametrize(("share", "drop"), [(0.15, 0.15), (0.07, 0.07), (0.33, 0.33)])
def test_a_drop_by_exactly_the_threshold_counts(share: float, drop: float) -> None:
    settings = {"KZ_HASHRATE_DROP_LOW": share}
    current = f"{40 * (1 - drop):.3f} PH/s"
    assert hashrate_drop(state(summary=summary(current), hashrates=WEEK, settings=settings))


def test_words_measure_and_memory() -> None:
    finding = hashrate_drop(state(summary=summary("30.000 PH/s"), hashrates=WEEK))
    assert finding
    assert finding.description == (
        "Hashrate dropped 25.0%: 30.000 PH/s against a usual 40.000 PH/s"
    )
    assert finding.measure == 0.25
    assert finding.memory == {"baseline": 40 * PH, "level": "30.000 PH/s"}


@pytest.mark.parametrize(("current", "lasts"), [("36.9", True), ("37", True), ("37.1", False)])
def test_an_incident_lasts_until_the_drop_is_clearly_smaller(current: str, lasts: bool) -> None:
    known = {"summary": summary(f"{current} PH/s"), "hashrates": WEEK}
    assert hashrate_drop(state(**known)) is None
    lasting = told("HASHRATE_DROP", {"baseline": 40 * PH})
    assert bool(hashrate_drop(state(**known, lasting=lasting))) is lasts


@pytest.mark.parametrize(
    "known",
    [
        {"hashrates": WEEK},
        {"hashrates": WEEK, "summary": summary(None, "40 PH/s")},
        {"summary": summary("40 PH/s")},
        {"summary": summary("0 H/s", "0 H/s")},
        {"summary": summary("1 PH/s"), "hashrates": samples(*[0.0] * 20)},
    ],
)
def test_without_a_level_or_anything_to_compare_it_with(known: dict[str, Any]) -> None:
    with pytest.raises(NoEvidence):
        hashrate_drop(state(**known))


@pytest.mark.parametrize(
    ("hashes", "words"),
    [
        (37.405e15, "37.405 PH/s"),
        (1.02e18, "1.020 EH/s"),
        (999e15, "999.000 PH/s"),
        (187.65e12, "187.650 TH/s"),
        (1e9, "1.000 GH/s"),
        (12.0, "12 H/s"),
    ],
)
def test_in_words(hashes: float, words: str) -> None:
    assert in_words(hashes) == words


# The baseline -----------------------------------------------------------------------------------


def usual(current: float = 40, average: float | None = None, **known: Any) -> float | None:
    """PH/s"""
    shown = summary(f"{current} PH/s", f"{average} PH/s" if average else None)
    level = baseline(state(summary=shown, **known))
    return level and level / PH


def outage(begin: timedelta, end: timedelta, level: float | None = 40) -> Outage:
    """begin, end: before now."""
    return Outage(NOW - begin, NOW - end, level and level * PH)


def test_it_is_the_median_whatever_the_page_says() -> None:
    week = samples(*[39, 40, 41] * 13, 0, 0, 0, 90)
    assert usual(hashrates=week) == 40
    assert usual(hashrates=week, average=20) == 40
    assert usual(hashrates=week, average=45) == 40


@pytest.mark.parametrize(
    ("history", "level"),
    [
        ((), 30),
        (samples(40, 40, 40, 40), 30),  # four samples are none
        (samples(40, 40, 40, 40, 40), 40),
        (samples(*[40] * 12, apart=HOUR), 30),  # nor are eleven hours
        (samples(*[40] * 13, apart=HOUR), 40),
    ],
)
def test_without_history_it_is_the_pages_average(
    history: list[tuple[datetime, float]], level: float
) -> None:
    assert usual(hashrates=history, average=30) == level


def test_samples_inside_incidents_are_left_out() -> None:
    week = samples(*[40] * 12, *[10] * 30)
    assert usual(hashrates=week) == 10
    assert usual(hashrates=week, outages=[outage(5 * DAY, timedelta(0))]) == 40
    assert usual(hashrates=week, outages=[outage(5 * DAY, 2 * DAY)]) == pytest.approx(25, abs=15)


def test_while_an_incident_lasts_it_is_that_of_its_beginning() -> None:
    lasting = told("HASHRATE_DROP", {"baseline": 44 * PH})
    assert usual(hashrates=WEEK, average=10, lasting=lasting) == 44


def test_an_incident_of_another_program_has_none() -> None:
    assert usual(hashrates=WEEK, lasting=told("HASHRATE_DROP", {})) == 40


def test_after_a_long_outage_it_is_that_before_the_outage() -> None:
    week = samples(*[10] * 41, 40)
    for known, level in ((40, 40), (None, 12)):
        before = outage(9 * DAY, 3 * HOUR, known)
        assert usual(hashrates=week, average=12, outages=[before]) == level


@pytest.mark.parametrize(
    ("doubled", "average", "level"),
    [
        (1, 44, 40),
        (3, 60, 40),  # half a day may be a burst
        (4, 66, 66),  # the smaller of both
        (6, 80, 80),
        (6, 90, 80),
        (6, 47, 40),  # not by a fifth
        (6, None, 40),
    ],
)
def test_a_pool_that_has_grown(doubled: int, average: float | None, level: float) -> None:
    """doubled: samples at 80 PH/s, four hours apart."""
    week = samples(*[40] * (42 - doubled), *[80] * doubled)
    assert usual(hashrates=week, average=average) == level


ACCEPTED = NOW - 20 * HOUR


@pytest.mark.parametrize(
    ("after", "level"),
    [
        ((), 24),
        ((25,), 24),
        ((25, 25, 26, 26, 27), 26),  # history of its own
        ((25, 38), 40),  # it is back: the acceptance is over
        ((25, 37.9), 24),
    ],
)
def test_an_accepted_level(after: tuple[float, ...], level: float) -> None:
    history = [
        *samples(*[40] * 30, until=ACCEPTED - 3 * HOUR),
        *samples(*after, until=ACCEPTED + (len(after) + 1) * 3.9 * HOUR, apart=3.9 * HOUR),
    ]
    before = Outage(ACCEPTED - 3 * HOUR, ACCEPTED, 40 * PH)
    accepted = (ACCEPTED, 24 * PH)
    assert usual(hashrates=history, average=33, accepted=accepted, outages=[before]) == level


def test_of_an_acceptance_and_an_outage_the_later_one_counts() -> None:
    week = samples(*[5] * 42)
    long_outage = outage(9 * DAY, 2 * HOUR, 38)
    for since, level in ((5 * DAY, 38), (2 * HOUR, 24), (HOUR, 24)):
        accepted = (NOW - since, 24 * PH)
        assert usual(hashrates=week, accepted=accepted, outages=[long_outage]) == level
