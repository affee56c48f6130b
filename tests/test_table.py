"""Tables for a terminal."""

from __future__ import annotations

import pytest

from kzscraper.table import as_table, width


def test_columns_are_aligned() -> None:
    table = as_table(
        ("pool", "workers", "hashrate"),
        [("kzpool_001", 200, "37.405 PH/s"), ("x", 3, None), ("жұмыс", None, "0 H/s")],
    )
    assert table.splitlines() == [
        "pool        workers  hashrate",
        "──────────  ───────  ───────────",
        "kzpool_001      200  37.405 PH/s",
        "x                 3  –",
        "жұмыс             –  0 H/s",
    ]


def test_a_table_without_rows_shows_its_headers() -> None:
    assert as_table(("pool", "name"), []).splitlines() == ["pool  name", "────  ────"]


def test_wide_characters_take_two_columns() -> None:
    assert as_table(("a", "b"), [("矿池", 1), ("xyz", 22)]).splitlines() == [
        "a      b",
        "────  ──",
        "矿池   1",
        "xyz   22",
    ]


def test_flags_are_words_not_numbers() -> None:
    assert as_table(("active",), [(True,), (False,)]).splitlines()[2:] == ["True", "False"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[31mred\x1b[0m", "\ufffd[31mred\ufffd[0m"),
        ("two\nlines", "two\ufffdlines"),
        ("tab\there", "tab\ufffdhere"),
        ("\u202eright to left", "\ufffdright to left"),
        ("no-break\xa0space", "no-break space"),
        ("narrow\u202fspace", "narrow space"),
        ("37.405 PH/s", "37.405 PH/s"),
        ("ТОО «Клиент» №1", "ТОО «Клиент» №1"),
    ],
)
def test_text_cannot_steer_the_terminal(text: str, shown: str) -> None:
    assert as_table(("x",), [(text,)]).splitlines()[2] == shown


def test_headers_cannot_be_fewer_than_cells() -> None:
    with pytest.raises(ValueError, match="zip"):
        as_table(("a",), [("x", "y")])


@pytest.mark.parametrize(
    ("text", "columns"), [("", 0), ("abc", 3), ("矿池", 4), ("и\u0306", 1), ("–", 1), ("…", 1)]
)
def test_the_width_of_a_text(text: str, columns: int) -> None:
    assert width(text) == columns
