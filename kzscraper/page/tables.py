"""Telling the page's tables apart, and their columns, by their headers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal
from weakref import WeakKeyDictionary

from kzscraper import units
from kzscraper.page import words
from kzscraper.page.document import Document, Row, Table

Kind = Literal["workers", "earnings"]

# The documented order of the columns: where a header is unknown, its place tells what it is.
WORKER_COLUMNS = (
    *("worker", "status", "hashrate_10m", "hashrate_1h", "hashrate_24h"),
    "last_exchange",
)
EARNINGS_COLUMNS = ("date", "earnings", "hashrate")
_MEANINGS = {*WORKER_COLUMNS, *EARNINGS_COLUMNS, "payouts", "amount"}
_NOTICES = ("empty_table", "loading")

_READERS: dict[str, Callable[[str], Any]] = {
    "hashrate_10m": units.parse_hashrate,
    "hashrate_1h": units.parse_hashrate,
    "hashrate_24h": units.parse_hashrate,
    "last_exchange": units.parse_moment,
    "date": units.parse_day,
    "earnings": units.parse_btc,
    "hashrate": units.parse_hashrate,
}


@dataclass(frozen=True)
class ReadTable:
    """A table that was recognised: what it is, where its columns are, its rows of data."""

    kind: Kind
    columns: dict[str, int]
    headers: tuple[str, ...]
    rows: list[Row]
    block: Table  # the block of the document that holds the rows

    def cell(self, row: Row, column: str) -> str | None:
        """The text of one cell, or None if the row or the table has no such column."""
        place = self.columns.get(column)
        return row.cells[place] if place is not None and place < len(row.cells) else None


def find(document: Document) -> list[ReadTable]:
    """The worker and earnings tables of the page, in its order; read once of each document."""
    if document not in _found:
        _found[document] = _find(document)
    return _found[document]


_found: WeakKeyDictionary[Document, list[ReadTable]] = WeakKeyDictionary()


def _find(document: Document) -> list[ReadTable]:
    filled = [table for table in document.tables if table.rows]
    found = (_read(rows, block) for rows, block in _with_bodies(filled))
    return [table for table in found if table]


def _read(all_rows: list[Row], block: Table) -> ReadTable | None:
    """Recognises a table, or None if it is another (payouts, or one that we do not know)."""
    for place, header in enumerate(all_rows[:3]):
        columns = _known_columns(header)
        kind = _kind(columns)
        if kind:
            rows = [row for row in all_rows[place + 1 :] if _is_data(row, header)]
            order = WORKER_COLUMNS if kind == "workers" else EARNINGS_COLUMNS
            known = {name: columns[name] for name in order if name in columns}
            known |= _by_place(known, order, len(header.cells), rows)
            if kind == "earnings" and rows and "date" not in known:
                return None
            return ReadTable(kind, known, header.cells, rows, block)
    return None


def _known_columns(header: Row) -> dict[str, int]:
    """Where each meaning stands; of two columns that mean the same, the earlier phrase's wins."""
    found = ((words.find(text, _MEANINGS), place) for place, text in enumerate(header.cells))
    known = sorted((phrase.rank, place, phrase.meaning) for phrase, place in found if phrase)
    return {meaning: place for _, place, meaning in reversed(known)}


def _kind(columns: dict[str, int]) -> Kind | None:
    if "worker" in columns and "status" in columns:
        return "workers"
    if "earnings" in columns and "amount" not in columns and columns.keys() & {"date", "hashrate"}:
        return "earnings"
    return None


def _is_data(row: Row, header: Row) -> bool:
    shown = [text for text in row.cells if text]
    if row.is_header or row.cells == header.cells or not shown:
        return False
    if len(row.cells) == 1 < len(header.cells):
        return False  # one cell across the table: a notice, whatever it says
    return not (len(shown) == 1 and words.find(shown[0], _NOTICES))


def _by_place(
    known: dict[str, int], order: tuple[str, ...], width: int, rows: list[Row]
) -> dict[str, int]:
    """Columns of unknown headers: by their documented place, if what stands in them fits.

    One hashrate looks like another: all must fit, or an extra column may have shifted them. A time
    does not: it is the last exchange wherever it stands.
    """
    free = [place for place in range(width) if place not in known.values()]
    missing = {name: place for place, name in enumerate(order) if name not in known}
    usual = missing.pop("last_exchange", None)
    found = {name: place for name, place in missing.items() if place in free}
    in_order = all(order[place : place + 1] == (name,) for name, place in known.items())
    has_extra = width > len(order)
    if not in_order or not all(_fits(*column, rows, not has_extra) for column in found.items()):
        found = {}
    if usual is not None:
        for place in sorted(set(free) - set(found.values()), key=lambda place: place != usual):
            if _fits("last_exchange", place, rows, blank=False):
                return {**found, "last_exchange": place}
    return found


def _fits(name: str, place: int, rows: list[Row], blank: bool) -> bool:
    """Whether a column's first values can be read as `name`. blank: also if all are blank."""
    texts = [row.cells[place] for row in rows[:20] if place < len(row.cells)]
    try:
        values = [_READERS[name](text) for text in texts]
    except ValueError:
        return False
    return blank or any(value is not None for value in values)


def _with_bodies(tables: list[Table]) -> Iterator[tuple[list[Row], Table]]:
    """Each table's rows; a header that stands in a table of its own goes before the next one's."""
    header: Table | None = None
    for table in tables:
        if header and _is_body(table.rows[0], header.rows[-1]):
            yield [*header.rows, *table.rows], table
            header = None
            continue
        if header:
            yield header.rows, header
        header = table if all(row.is_header for row in table.rows) else None
        if not header:
            yield table.rows, table
    if header:
        yield header.rows, header


def _is_body(first: Row, header: Row) -> bool:
    """Whether a table that begins with the row `first` can continue one that ends with `header`."""
    is_header = first.is_header or len(_known_columns(first)) > 1
    return not is_header and abs(len(first.cells) - len(header.cells)) <= 1
