"""Tables for a terminal."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kzscraper.table import Column, Toned, as_table, shorten, width


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


def test_a_column_with_words_among_its_numbers_stands_left() -> None:
    table = as_table(("mixed", "money"), [(1, Decimal("1E-8")), ("words", None), (None, "")])
    assert table.splitlines()[2:] == ["1      0.00000001", "words           –", "–"]


WIDE = (Column("pool"), Column("client", least=6), Column("hashrate"), Column("income", rank=1))
ROW = ("kzpool_001", "Client Company Ltd", "37.405 PH/s", "0.01570138")


@pytest.mark.parametrize(
    ("room", "row"),
    [
        (None, "kzpool_001  Client Company Ltd  37.405 PH/s  0.01570138"),
        (55, "kzpool_001  Client Company Ltd  37.405 PH/s  0.01570138"),
        (54, "kzpool_001  Client Company L…  37.405 PH/s  0.01570138"),
        (43, "kzpool_001  Clien…  37.405 PH/s  0.01570138"),
        (42, "kzpool_001  Client Company L…  37.405 PH/s"),
        (31, "kzpool_001  Clien…  37.405 PH/s"),
        (30, "kzpool_001  Client Company Ltd"),
        (10, "kzpool_001"),
        (5, "kzpo…"),
        (1, "…"),
    ],
)
def test_a_table_fits_its_room(room: int | None, row: str) -> None:
    assert as_table(WIDE, [ROW], room).splitlines()[2] == row


def test_columns_without_room_are_named() -> None:
    assert as_table(WIDE, [ROW], 40).splitlines()[-1] == "not shown for want of room: income"
    assert as_table(WIDE, [ROW], 30).splitlines()[-1] == "not shown for want of room: h…"
    assert len(as_table(WIDE, [ROW]).splitlines()) == 3


@given(
    rows=st.lists(st.tuples(st.text(), st.integers() | st.none(), st.text(max_size=40))),
    room=st.integers(1, 60),
)
def test_no_line_is_wider_than_the_room(rows: list[tuple[str, int | None, str]], room: int) -> None:
    columns = (Column("first"), Column("second", rank=2), Column("third", least=8, rank=1))
    assert max(map(width, as_table(columns, rows, room).splitlines())) <= room


def test_colours_do_not_move_the_columns() -> None:
    rows = [(Toned("OFFLINE", "bad"), "a"), (Toned("ONLINE", None), "b"), (Toned(3, "good"), "c")]
    assert as_table(("status", "x"), rows, colour=True).splitlines()[2:] == [
        "\033[31mOFFLINE\033[0m  a",
        "ONLINE   b",
        "\033[32m3      \033[0m  c",
    ]
    assert "\033" not in as_table(("status", "x"), rows)


@pytest.mark.parametrize(
    ("text", "columns", "short"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("矿池矿", 5, "矿池…"),
        ("矿池矿", 4, "矿…"),
        ("и\u0306и\u0306и\u0306", 2, "и\u0306…"),
        ("abc", 1, "…"),
    ],
)
def test_a_long_text_is_shortened(text: str, columns: int, short: str) -> None:
    assert shorten(text, columns) == short


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        *[("", 0), ("abc", 3), ("矿池", 4), ("и\u0306", 1), ("–", 1), ("…", 1), ("🔥", 2)],
        *[("⛏\ufe0f", 1), ("ＡＢ", 4), ("ｱ", 1)],
    ],
)
def test_the_width_of_a_text(text: str, columns: int) -> None:
    assert width(text) == columns
