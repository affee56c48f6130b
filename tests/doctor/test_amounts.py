from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kzscraper import units
from kzscraper.doctor.amounts import Amounts

AMOUNTS = Amounts("a secret", ["12.5 mBTC"], ["Total: 7.25 BTC"])


@pytest.mark.parametrize(
    "text",
    [
        "0.01864218BTC",
        "0.01864218 BTC",
        "0,01864218 BTC",
        "₿ 0.5",
        "0.5 ₿",
        "12.5 mBTC",
        "1 864 218 sat",
        "1,234.56 USD",
        "$1,234.56",
        "5 000 ₸",
        "0.01864218",
        "1 234,56780000",
        "12.5",
        "7.25",
    ],
)
def test_amounts_are_changed_and_keep_their_form(text: str) -> None:
    hidden = AMOUNTS.hide(text)
    assert re.sub("[1-9]", "9", hidden) == re.sub("[1-9]", "9", text)
    for before, after in zip(text, hidden, strict=True):
        assert before != after or not before.isdigit() or before == "0"


@pytest.mark.parametrize(
    "text",
    [
        *("22", "187.650 TH/s", "1,234", "2025-11-23 04:45:00", "11/22/2025, 12:00:00 AM"),
        *("22.11.2025", "22.11.2025, 04:45", "0 H/s", "1 / 5", "10.16.139.17", "0.00000000"),
        *("0.00000000 BTC", "139x17", "Hashrate 24h", "38.187", "worker-001", "5", "99.5 %", ""),
    ],
)
def test_all_else_stays(text: str) -> None:
    assert AMOUNTS.hide(text) == text


def test_an_amount_is_the_same_wherever_it_stands() -> None:
    assert AMOUNTS.hide("0.01570138BTC") == AMOUNTS.hide("0.01570138") + "BTC"
    assert AMOUNTS.hide("0,01570138") == AMOUNTS.hide("0.01570138").replace(".", ",")
    assert AMOUNTS.hide("Balance: 12.5 mBTC") == f"Balance: {AMOUNTS.hide('12.5')} mBTC"


def test_another_key_gives_another_amount() -> None:
    other = Amounts("another secret", [], [])
    assert other.hide("0.01570138") != AMOUNTS.hide("0.01570138")
    assert Amounts("a secret", [], []).hide("0.01570138") == AMOUNTS.hide("0.01570138")


def test_any_number_of_an_amounts_cell_is_changed() -> None:
    assert AMOUNTS.hide("38") == "38"
    assert AMOUNTS.hide("38", is_amount=True) != "38"


@settings(deadline=None, derandomize=True, database=None)
@given(st.decimals("0.00000001", 999_999, places=8))
def test_whatever_is_read_as_btc_still_is(amount: object) -> None:
    text = f"{amount:f}BTC"
    hidden = AMOUNTS.hide(text)
    assert hidden != text
    assert units.parse_btc(hidden) is not None


@settings(deadline=None, derandomize=True, database=None)
@given(st.text())
def test_any_text(text: str) -> None:
    assert len(AMOUNTS.hide(text)) == len(text)
    assert len(AMOUNTS.hide(text, is_amount=True)) == len(text)
