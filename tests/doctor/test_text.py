"""The report for people: it fits, and it says what matters."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from kzscraper.doctor.examine import Examination, Subject
from kzscraper.doctor.outcome import settle
from kzscraper.doctor.report import Report, report
from kzscraper.doctor.text import as_text
from kzscraper.items import PoolScrape
from kzscraper.page import reading
from kzscraper.page.document import Document
from kzscraper.page.reader import RenderedPage, Walk
from kzscraper.page.view import SECTIONS
from kzscraper.table import width
from tests.page import saved


def examined(document: Document) -> Report:
    """The report on a page that was read as this document."""
    visited = replace(saved.VISITED, pool_id="kzpool_001")
    found = Examination(Subject(visited.observer_url, "kzpool_001"), visited)
    found.rendered = RenderedPage(document, "", 200)
    found.rendered.walks["workers"] = Walk(3, "next")
    scrape = PoolScrape(visited.timestamp, visited.pool_id, "doctor", "complete")
    wanted = frozenset(SECTIONS)
    found.outcome = settle(reading.read(found.rendered, scrape, visited, wanted, {}, timedelta()))
    return report(found, [])


@pytest.mark.parametrize("room", [60, 80, 100, 140])
@pytest.mark.parametrize("name", saved.NAMES)
def test_it_fits_the_terminal(name: str, room: int) -> None:
    text = as_text(examined(saved.page(name)), room)
    assert max(map(width, text.splitlines())) <= room


def test_cells_that_cannot_be_read_are_counted_with_an_example() -> None:
    rows = [saved.WORKER, *[(*saved.WORKER[:5], "yesterday")] * 2]
    content = examined(Document.from_html(saved.workers(rows)))
    [table] = content["tables"]
    last = table["columns"][-1]
    assert (last["value"], last["unreadable"]) == ("2025-11-23 04:45:00", 2)
    assert "last_exchange: 2 cell(s): not a date: 'yesterday'" in as_text(content, 100)


def test_of_several_tables_of_a_kind_each_is_reported_with_its_own_rows() -> None:
    tables = [saved.workers([(name, *saved.WORKER[1:])]) for name in ("a.1", "b.2")]
    content = examined(Document.from_html("".join(tables)))
    assert [table["columns"][0]["value"] for table in content["tables"]] == ["a.1", "b.2"]
    # The reader turns the pages of the last one.
    assert [table["pages"] for table in content["tables"]] == [1, 3]


def test_a_header_in_a_table_of_its_own_is_no_other_table() -> None:
    header = saved.table(saved.EARNINGS_HEADERS).replace("<tbody></tbody>", "")
    content = examined(Document.from_html(header + saved.headless(saved.DAY)))
    assert [table["kind"] for table in content["tables"]] == ["earnings"]


def test_text_of_the_page_cannot_steer_the_terminal() -> None:
    html = saved.cards(("Balance", "5\x1b[31m mBTC")) + "<p>\x1b[2J and more</p>"
    text = as_text(examined(Document.from_html(html)), 100)
    assert "\x1b" not in text
    assert "and more" in text


@pytest.mark.parametrize(
    ("html", "label"),
    [
        ("<p>ТЕКУЩИЙ ХЭШРЕЙТ:</p><p>37.405 PH/s</p>", "ТЕКУЩИЙ ХЭШРЕЙТ"),
        ("<p>Current  hashrate: 37.405 PH/s</p>", "Current hashrate"),
    ],
)
def test_labels_are_shown_as_the_page_writes_them(html: str, label: str) -> None:
    [counter] = examined(Document.from_html(html))["counters"]
    assert counter["label"].rstrip(":") == label
