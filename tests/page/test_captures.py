"""Pages as users of the live site sent them; how to add one stands in `captures/README.md`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kzscraper.doctor import case
from kzscraper.page.document import Document
from kzscraper.page.writing import to_html

FOLDER = Path(__file__).parent / "captures"
CAPTURES = sorted(path.parent for path in FOLDER.glob(f"*/{case.PAGE}"))

each = pytest.mark.parametrize("capture", CAPTURES, ids=lambda capture: capture.name)


def test_there_are_captures() -> None:
    assert CAPTURES


@each
def test_a_captured_page_is_read_as_its_case_says(capture: Path) -> None:
    expected = json.loads((capture / case.EXPECTED).read_text("utf-8"))
    document = Document.from_html((capture / case.PAGE).read_text("utf-8"))
    assert case.read(document, expected["http_status"]) == expected["reading"]


@each
def test_a_captured_page_is_written_as_it_was(capture: Path) -> None:
    text = (capture / case.PAGE).read_text("utf-8")
    assert to_html(Document.from_html(text)) == text
