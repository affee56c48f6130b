"""Telling the page's tables apart, and their columns, by their headers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

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
    """The worker and earnings tables of the page, in its order."""
    found = (_read(rows, block) for rows, block in _with_bodies(document.tables))
    return [table for table in found if table]


def _read(all_rows: list[Row], block: Table) -> ReadTable | None:
    """Recognises a table, or None if it is another (payouts, or one that we do not know)."""
    for place, header in enumerate(all_rows[:3]):
        columns = _known_columns(header)
        kind = _kind(columns)
        if kind:
            rows = [row for row in all_rows[place + 1 :] if _is_data(row, header)]
            order = WORKER_COLUMNS if kind == "workers" else EARNINGS_COLUMNS
            _add_by_place(columns, order, len(header.cells), rows)
            known = {name: columns[name] for name in order if name in columns}
            return ReadTable(kind, known, header.cells, rows, block)
    return None


def _known_columns(header: Row) -> dict[str, int]:
    columns: dict[str, int] = {}
    for place, text in enumerate(header.cells):
        phrase = words.find(text, _MEANINGS)
        if phrase:
            columns.setdefault(phrase.meaning, place)
    return columns


def _kind(columns: dict[str, int]) -> Kind | None:
    if "worker" in columns and "status" in columns:
        return "workers"
    if "date" in columns and "earnings" in columns and "amount" not in columns:
        return "earnings"
    return None


def _is_data(row: Row, header: Row) -> bool:
    if row.is_header or row.cells == header.cells or not any(row.cells):
        return False
    return not (len(row.cells) == 1 and words.find(row.cells[0], _NOTICES))


def _add_by_place(
    columns: dict[str, int], order: tuple[str, ...], width: int, rows: list[Row]
) -> None:
    """Columns of unknown headers: by their documented place, if what stands in them fits."""
    for place, name in enumerate(order):
        if name in columns:
            continue
        unknown = [other for other in range(width) if other not in columns.values()]
        likely = [other for other in unknown if other == place]
        if name == "last_exchange":
            likely += [other for other in unknown if other != place]
        for other in likely:
            if _fits(name, other, rows):
                columns[name] = other
                break


def _fits(name: str, place: int, rows: list[Row]) -> bool:
    """Whether the column's first values can be read as what `name` says, and one is not blank."""
    values = [row.cells[place] for row in rows[:20] if place < len(row.cells)]
    try:
        read = [_READERS[name](value) for value in values]
    except ValueError:
        return False
    return any(value is not None for value in read)


def _with_bodies(tables: list[Table]) -> Iterator[tuple[list[Row], Table]]:
    """Each table's rows; a header that stands in a table of its own goes before the next one's."""
    header: Table | None = None
    for table in tables:
        if header and not any(row.is_header for row in table.rows):
            yield [*header.rows, *table.rows], table
            header = None
            continue
        if header:
            yield header.rows, header
        header = table if table.rows and all(row.is_header for row in table.rows) else None
        if not header:
            yield table.rows, table
    if header:
        yield header.rows, header
