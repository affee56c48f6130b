"""When cron has something to say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kzscraper.deploy.notice import Memory, Outcome, decide

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
WELL = Outcome(0, "", "")
FAILED = Outcome(2, "kzpool_001 failed", "kzpool_001 failed: HTTP 503")
OTHER = Outcome(2, "kzpool_002 failed", "kzpool_002 failed: HTTP 503")
BROKEN = Outcome(1, "1 no database", "no database")
BUSY = Outcome(3, "3 another run", "another run")
KILLED = Outcome(-9, "-9 ", "")


@pytest.mark.parametrize(
    ("runs", "spoken"),
    [
        ([WELL, WELL], [False, False]),
        ([FAILED, FAILED, FAILED], [True, False, False]),
        ([FAILED, OTHER], [True, True]),
        ([FAILED, WELL, WELL], [True, True, False]),
        ([FAILED, WELL, FAILED], [True, True, True]),
        ([BROKEN, FAILED], [True, True]),
        ([KILLED, KILLED], [True, False]),
        ([BUSY, WELL], [False, False]),
        ([FAILED, BUSY, FAILED], [True, False, False]),
    ],
)
def test_runs_ten_minutes_apart(runs: list[Outcome], spoken: list[bool]) -> None:
    memory, heard = Memory(), []
    for number, outcome in enumerate(runs):
        speaks, memory = decide(memory, outcome, NOON + number * timedelta(minutes=10))
        heard.append(speaks)
        assert Memory.from_json(memory.to_json()) == memory
    assert heard == spoken


def hours_of(outcome: Outcome, hours: int) -> list[float]:
    """After how many hours a trouble that lasts is told."""
    memory, told = Memory(), []
    for step in range(hours * 6):
        speaks, memory = decide(memory, outcome, NOON + step * timedelta(minutes=10))
        if speaks:
            told.append(step / 6)
    return told


def test_what_lasts_is_told_once_a_day() -> None:
    assert hours_of(FAILED, 60) == [0, 24, 48]


def test_a_run_that_does_not_end_is_told_after_an_hour() -> None:
    assert hours_of(BUSY, 30) == [1, 25]


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"trouble": 1, "told": 2}'])
def test_a_damaged_memory_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Memory.from_json(text)
