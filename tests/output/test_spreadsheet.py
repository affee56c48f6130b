"""Cells that a spreadsheet would execute."""

from __future__ import annotations

import pytest

from kzscraper.output.spreadsheet import defuse


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "=1+1",
            "+1",
            "-1+1",
            "-a",
            "-",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "-1e5",
            "+77011234567",
        ),
        *("＝1+1", "＋1", "－1", "＠SUM(A1)", '=HYPERLINK("http://example.com")', "-٣"),
    ],
)
def test_what_begins_like_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert defuse(cell) == f"'{cell}"


@pytest.mark.parametrize(
    "cell",
    [
        *("", "a=1", "139x17.10X16X139X17", "37.405 PH/s", "-1", "-0.00000001", "0.01864218BTC"),
        *(None, 0, -5, -0.5, True),
    ],
)
def test_other_cells_are_left_alone(cell: object) -> None:
    assert defuse(cell) == cell
