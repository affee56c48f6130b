"""The short way to a canonical form leads to the same one as the long way."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kzscraper import units
from kzscraper.forms import FORMS
from kzscraper.items import WorkerStatus

hashrate = FORMS[WorkerStatus]["hashrate_1h"]

LIKE_STORED = r"[0-9]{1,10}(?:[.,][0-9]{0,9})? ?[kMGTPEZ]?H/s\n?"


@given(text=st.from_regex(LIKE_STORED, fullmatch=True))
@example(text="187.650 TH/s")
@example(text="007.650 TH/s")
@example(text="0.00000001 kH/s")
@example(text="187.650 TH/s\n")
@example(text="٣.650 TH/s")
def test_hashrates_are_stored_as_they_are_read(text: str) -> None:
    try:
        read = units.parse_hashrate(text)
    except ValueError:
        with pytest.raises(ValueError, match=r"^not a hashrate"):
            hashrate(text)
    else:
        assert read is not None
        assert hashrate(text) == read.text
