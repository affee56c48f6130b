"""How far a long job has got, on a terminal and in a log file."""

from __future__ import annotations

import io

import pytest

from kzscraper.progress import Progress


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock() -> Clock:
    return Clock()


def run(stream: io.StringIO, clock: Clock, seconds: float) -> str:
    """Ten steps of a hundred rows, each of which takes so many seconds."""
    with Progress(stream, 1000, clock) as progress:
        for number in range(10):
            clock.now += seconds
            progress(100, f"day {number}")
    return stream.getvalue()


def test_a_terminal_shows_one_line_that_is_rewritten(clock: Clock) -> None:
    shown = run(Terminal(), clock, seconds=1)
    assert "\n" not in shown
    lines = shown.split("\r")
    assert lines[1] == " 10%  100 of 1,000 rows  day 0\x1b[K"
    assert lines[10] == "100%  1,000 of 1,000 rows  day 9\x1b[K"
    assert lines[11] == "\x1b[K"  # what is printed next has the line for itself


def test_a_terminal_is_not_rewritten_all_the_time(clock: Clock) -> None:
    assert run(Terminal(), clock, seconds=0.025).count("rows") == 2


def test_a_line_is_no_wider_than_the_terminal(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    shown = run(Terminal(), clock, seconds=1)
    assert max(len(line.removesuffix("\x1b[K")) for line in shown.split("\r")) == 19


def test_a_file_gets_a_line_now_and_then(clock: Clock) -> None:
    shown = run(io.StringIO(), clock, seconds=4)
    assert shown.splitlines() == [
        " 30%  300 of 1,000 rows  day 2",
        " 60%  600 of 1,000 rows  day 5",
        " 90%  900 of 1,000 rows  day 8",
    ]


def test_a_short_job_leaves_no_line_in_a_file(clock: Clock) -> None:
    assert run(io.StringIO(), clock, seconds=0.1) == ""


def test_more_rows_than_there_were_at_first(clock: Clock) -> None:
    stream = Terminal()
    with Progress(stream, 0, clock) as progress:
        clock.now += 1
        progress(5, "more")
    assert "100%  5 of 0 rows" in stream.getvalue()
