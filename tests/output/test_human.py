"""Values as people read them."""

from __future__ import annotations

import pytest

from kzscraper.output.human import age, in_ascii, is_drawable, sparkline


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-5, "0 s"),  # two clocks that differ
        (0, "0 s"),
        (59.9, "59 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (48 * 3600 - 1, "47 h"),
        (48 * 3600, "2 d"),
        (90 * 86400, "90 d"),
    ],
)
def test_an_age(seconds: float, text: str) -> None:
    assert age(seconds) == text


@pytest.mark.parametrize(
    ("values", "line"),
    [
        ([], ""),
        ([None, None], "··"),
        ([0.0, 0.0], "▁▁"),
        ([5.0], "█"),
        ([0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], "▁▂▃▄▅▆▇█"),
        ([100.0, 95.0, None, 50.0, 0.0], "██·▅▁"),  # from zero: a small change looks small
    ],
)
def test_a_sparkline(values: list[float | None], line: str) -> None:
    assert sparkline(values) == line


def test_what_a_terminal_cannot_draw_becomes_ascii() -> None:
    drawn = "── – … ·▁▂▃▄▅▆▇█ жұмыс"
    assert in_ascii(drawn) == "-- - ~ ._,:-=+*# жұмыс"


@pytest.mark.parametrize(
    ("encoding", "can"),
    [("utf-8", True), ("ascii", False), ("cp1251", False), ("koi8-r", False), ("nonsense", False)],
)
def test_an_encoding_that_can_draw(encoding: str, can: bool) -> None:
    assert is_drawable(encoding) is can
