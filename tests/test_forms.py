"""Canonical forms: any text becomes one, or nothing, or is refused; what is canonical stays."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kzscraper import host_list, observer_link, options
from kzscraper.exceptions import LinkError
from kzscraper.forms import FORMS
from kzscraper.output.spreadsheet import defuse
from kzscraper.table import printable

Form = Callable[[str], str | None]

# The same examples in every run: a red build must come from the change that it tests.
examples = settings(deadline=None, derandomize=True, database=None, max_examples=300)

NEARLY_RIGHT = st.lists(
    st.sampled_from(
        [
            *("37.405", "1 020,5", "0", "-", "+", "1e9", "007", "²", "٣", "\0", "\u202e", "\xa0"),
            *("PH/s", "ТХ/с", "H/s", "kH/s", "BTC", "mBTC", " ", ",", ".", ":", "/", "AM", "UTC"),
            *("11/22/2025", "22.11.2025", "2025-11-23", "12:00:00", "04:45", "—", "N/A", "ONLINE"),
        ]
    ),
    max_size=6,
).map("".join)
texts = st.text() | NEARLY_RIGHT | st.text(alphabet="0123456789.,+-eE /:HhPTМХбтс")

# Fields share their forms.
BY_FIELD = {form: name for forms in FORMS.values() for name, form in forms.items()}


@pytest.mark.parametrize("form", BY_FIELD, ids=BY_FIELD.values())
@examples
@given(text=texts)
@example(text="1e999999999")
@example(text="9" * 100_000)
@example(text="\ufdfa" * 20)  # grows by normalisation
def test_any_text_has_one_form(form: Form, text: str) -> None:
    said = ""
    try:
        value = form(text)
    except ValueError as error:
        value, said = None, str(error)
    assert value is None or (value and form(value) == value)
    assert len(said) < 500  # it quotes 40 characters, in ten each at most


@examples
@given(texts)
def test_any_text_is_masked_once(text: str) -> None:
    masked = observer_link.mask(text)
    assert observer_link.mask(masked) == masked


@examples
@given(st.text(max_size=40), st.text(max_size=40))
def test_a_token_is_masked_between_any_texts(before: str, after: str) -> None:
    token = "4828a3fecdaa48eebfa475021b4e8d8d"
    link = f"{before}/observer-link/{token}{after}"
    assert token[4:13] not in observer_link.mask(link)


@examples
@given(texts)
def test_any_text_can_be_printed(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert printable(shown) == shown


@examples
@given(texts)
def test_any_cell_is_defused_once(text: str) -> None:
    cell = defuse(text)
    assert cell.endswith(text)
    assert defuse(cell) == cell


@examples
@given(st.text() | st.text("htps:/.@\\[]%0123456789btcpolkz-"))
def test_any_link_is_ours_or_refused(url: str) -> None:
    try:
        observer_link.check(url, ("btcpool.kz", "[::1]:80"))
    except LinkError:
        assert not observer_link.on_host(url, ("btcpool.kz", "[::1]:80"))


@examples
@given(st.text() | st.text("[]:.0123456789abcz-"))
def test_any_host_is_parsed_or_refused(entry: str) -> None:
    try:
        name, port = host_list.parse(entry)
    except ValueError:
        return
    assert name
    assert port is None or 0 < port < 65_536


@pytest.mark.parametrize("option", options.OPTIONS, ids=lambda option: option.name)
@settings(examples, max_examples=30)
@given(text=texts)
def test_any_setting_is_read_or_refused(option: options.Option[object], text: str) -> None:
    try:
        option.parse(text)
    except ValueError:
        return
