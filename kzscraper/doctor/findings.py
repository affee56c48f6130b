"""What the reader recognises on a page, part by part, and what it takes each part for."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kzscraper import units
from kzscraper.forms import FORMS
from kzscraper.items import DailyEarnings, Item, PoolSummary, WorkerStatus
from kzscraper.page import counters, parsers, tables, words
from kzscraper.page.document import Document, Row
from kzscraper.page.parsers import Visited
from kzscraper.page.reader import Walk

_FORMS: dict[str, Mapping[str, Callable[[str], str | None]]] = {
    "workers": FORMS[WorkerStatus],
    "earnings": FORMS[DailyEarnings],
}
_COLUMNS = {"workers": tables.WORKER_COLUMNS, "earnings": tables.EARNINGS_COLUMNS}
# Where the item's field has another name than the column.
_FIELDS = {
    "worker": "worker_name",
    "last_exchange": "last_exchange_time",
    "earnings": "total_income",
}


@dataclass(frozen=True)
class Label:
    """A counter that was found."""

    counter: str
    label: str  # as the page writes it
    language: str  # the first that has this phrase
    text: str
    value: str | int | None  # as it would be stored
    problem: str | None  # why the text cannot be read


@dataclass(frozen=True)
class ReadColumn:
    """A column that was taken for one of ours."""

    column: str
    header: str
    place: int  # from 1
    found_by: Literal["header", "place"]
    language: str | None
    text: str | None  # of the first row
    value: str | None  # what that is read as
    unreadable: int  # cells
    problem: str | None  # of the first of them


@dataclass(frozen=True)
class FoundTable:
    """A table of the page; one that was not recognised has no kind."""

    kind: tables.Kind | None
    headers: list[str]
    columns: list[ReadColumn]
    missing: list[str]
    rows: int
    pages: int
    control: str | None  # by which the next page is shown
    first_row: list[str]


def labels(document: Document) -> list[Label]:
    """The counters in the order of the page's meanings."""
    found = counters.find(document)
    return [_label(document, name, found[name]) for name in counters.READERS if name in found]


def missing_counters(document: Document) -> list[str]:
    found = counters.find(document)
    return [name for name in counters.READERS if name not in found]


def found_tables(
    document: Document, walks: Mapping[tables.Kind, Walk], visited: Visited
) -> list[FoundTable]:
    """The recognised tables, then the others."""
    found = tables.find(document)
    items: dict[str, list[Any]] = {
        "workers": list(parsers.parse_workers(document, visited) or ()),
        "earnings": list(parsers.parse_earnings(document, visited) or ()),
    }
    reported = []
    for table in found:
        # The items of several tables of one kind come one after the other.
        own, items[table.kind] = (
            items[table.kind][: len(table.rows)],
            items[table.kind][len(table.rows) :],
        )
        others = any(other.kind == table.kind for other in found[found.index(table) + 1 :])
        # The last one of its kind is the one that was walked.
        walk = Walk() if others else walks.get(table.kind, Walk())
        reported.append(_recognised(table, own, walk))
    known = {id(table.block) for table in found}
    headers = {table.headers for table in found}
    for block in document.tables:
        # A header may stand in a table of its own.
        is_header = all(row.is_header and row.cells in headers for row in block.rows)
        if id(block) not in known and not is_header:
            reported.append(_unrecognised(block.rows))
    return reported


def _label(document: Document, name: str, counter: counters.Counter) -> Label:
    form = FORMS[PoolSummary].get(name, units.parse_count)
    value, problem = _read(form, counter.text)
    return Label(
        name,
        _as_written(document, counter),
        counter.phrase.language,
        counter.text,
        value,
        problem,
    )


def _as_written(document: Document, counter: counters.Counter) -> str:
    """The label in the page's own spelling."""
    for line in document.lines:
        for text in (line.text, line.text.removesuffix(counter.text).strip(" :")):
            if words.find(text, (counter.phrase.meaning,)) == counter.phrase:
                return text
    return counter.phrase.text


def _recognised(table: tables.ReadTable, items: Collection[Item], walk: Walk) -> FoundTable:
    first = table.rows[0] if table.rows else None
    return FoundTable(
        table.kind,
        list(table.headers),
        [_column(table, name, items) for name in table.columns],
        [name for name in _COLUMNS[table.kind] if name not in table.columns],
        len(table.rows),
        walk.pages,
        walk.control,
        list(first.cells) if first else [],
    )


def _column(table: tables.ReadTable, name: str, items: Collection[Item]) -> ReadColumn:
    place = table.columns[name]
    header = table.headers[place] if place < len(table.headers) else ""
    phrase = words.find(header, (name,))
    field = _FIELDS.get(name, name)
    form = _FORMS[table.kind].get(field, str)
    read = [_read(form, getattr(item, field)) for item in items]
    problems = [problem for _, problem in read if problem]
    return ReadColumn(
        name,
        header,
        place + 1,
        "header" if phrase else "place",
        phrase.language if phrase else None,
        table.cell(table.rows[0], name) if table.rows else None,
        read[0][0] if read else None,
        len(problems),
        problems[0] if problems else None,
    )


def _unrecognised(rows: list[Row]) -> FoundTable:
    headers = [row for row in rows if row.is_header]
    data = [row for row in rows if not row.is_header]
    return FoundTable(
        None,
        list(headers[-1].cells) if headers else [],
        [],
        [],
        len(data),
        1,
        None,
        list(data[0].cells) if data else [],
    )


def _read(form: Callable[[str], Any], text: str | None) -> tuple[Any, str | None]:
    if text is None:
        return None, None
    try:
        return form(text), None
    except ValueError as error:
        return None, str(error)
