"""What a command found, and how it is written as table, JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any

from kzscraper.output.spreadsheet import defuse
from kzscraper.table import Column, as_table


@dataclass(frozen=True)
class Field:
    """A column of the printed table: its heading, and the cell that it makes of a record."""

    column: Column
    cell: Callable[[Any], object]


def field(
    heading: str, cell: Callable[[Any], object], *, least: int | None = None, rank: int = 0
) -> Field:
    """See table.Column for `least` and `rank`."""
    return Field(Column(heading, least, rank), cell)


@dataclass(frozen=True)
class Listing:
    """Records of one dataclass. Its fields are the JSON keys and the CSV columns, in their order.

    Money is a Decimal, which is written as text with eight decimals.
    """

    name: str  # the key in JSON, where there are several listings
    record: type
    records: Sequence[Any]
    table: Sequence[Field]
    empty: str = ""  # what is said where there are no records

    @property
    def keys(self) -> list[str]:
        return [one.name for one in fields(self.record)]


def as_tables(listings: Sequence[Listing], room: int | None, colour: bool) -> str:
    """The tables that have rows, with a line between them."""
    tables = [
        as_table(
            [one.column for one in listing.table],
            [[one.cell(record) for one in listing.table] for record in listing.records],
            room,
            colour,
        )
        for listing in listings
        if listing.records
    ]
    return "\n\n".join(tables) + "\n" if tables else ""


def as_json(listings: Sequence[Listing]) -> str:
    """The list of records; of several listings an object with a list for each."""
    lists = {one.name: [_values(one, record) for record in one.records] for one in listings}
    content = lists if len(lists) > 1 else lists[listings[0].name]
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def as_csv(listing: Listing) -> str:
    """A header, then a line per record; cells that a spreadsheet would execute are defused."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(listing.keys)
    for record in listing.records:
        values = _values(listing, record).values()
        writer.writerow([defuse(_flat(value)) for value in values])
    return out.getvalue()


def _values(listing: Listing, record: Any) -> dict[str, Any]:
    return {key: _plain(getattr(record, key)) for key in listing.keys}


def _plain(value: Any) -> Any:
    return f"{value:.8f}" if isinstance(value, Decimal) else value


def _flat(value: Any) -> Any:
    if isinstance(value, tuple):
        return " ".join("null" if one is None else str(one) for one in value)
    return str(value).lower() if isinstance(value, bool) else value
