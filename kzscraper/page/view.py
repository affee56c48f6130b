"""What a page shows at one moment, as far as waiting for it needs to know."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from kzscraper import units
from kzscraper.page import counters, tables, words
from kzscraper.page.document import Document

# What a link may be granted, and what is therefore read or missing as a whole.
Section = Literal["statistics", "balance", "workers", "earnings"]
SECTIONS: tuple[Section, ...] = ("statistics", "balance", "workers", "earnings")

_COUNTERS: dict[Section, set[str]] = {
    "statistics": {"current_hashrate", "avg_hashrate_24h", "online_workers", "offline_workers"},
    "balance": {"balance", "last_income"},
}


@dataclass(frozen=True)
class View:
    """Equal views show the same data, whatever else moves on the page."""

    values: tuple[tuple[str, str], ...]  # counter, text
    rows: tuple[tuple[tables.Kind, tuple[tuple[str, ...], ...]], ...]  # table, cells
    is_loading: bool

    @classmethod
    def of(cls, document: Document) -> View:
        return cls(
            tuple((name, found.text) for name, found in counters.find(document).items()),
            tuple(
                (table.kind, tuple(row.cells for row in table.rows))
                for table in tables.find(document)
            ),
            any(words.find(text, ("loading",)) for text in _notices(document)),
        )

    @property
    def shows_something(self) -> bool:
        return bool(self.values or self.rows)

    @property
    def sections(self) -> set[Section]:
        """Those that are there, if not with everything that they can hold."""
        shown = {name for name, _ in self.values}
        by_counters = {section for section, names in _COUNTERS.items() if shown & names}
        return by_counters | {kind for kind, _ in self.rows}

    @property
    def lacks_workers(self) -> bool:
        """Whether the tables show fewer workers than the counters speak of."""
        rows = sum(len(rows) for kind, rows in self.rows if kind == "workers")
        return rows < (self._workers() or 0)

    def shows_all(self, wanted: Collection[Section]) -> bool:
        """Whether every wanted section is there, with everything that it can hold."""
        # A dash may be what a counter shows until its value is there.
        shown = {name for name, text in self.values if not units.is_blank(text)}
        return all(
            shown.issuperset(_COUNTERS[section])
            if section in _COUNTERS
            else self._has_rows(section) or (section == "workers" and self._workers() == 0)
            for section in wanted
        )

    def is_pending(self, wanted: Collection[Section]) -> bool:
        """Whether the page itself says that more is to come."""
        lacks_workers = not self._has_rows("workers") and bool(self._workers())
        return self.is_loading or ("workers" in wanted and lacks_workers)

    def _has_rows(self, kind: str) -> bool:
        return any(rows for other, rows in self.rows if other == kind)

    def _workers(self) -> int | None:
        texts = dict(self.values)
        try:
            online = units.parse_count(texts["online_workers"])
            offline = units.parse_count(texts["offline_workers"])
        except (KeyError, ValueError):
            return None
        return None if online is None or offline is None else online + offline


def _notices(document: Document) -> Iterator[str]:
    """The lines of the page, and the rows of one cell across a table."""
    yield from (line.text for line in document.lines)
    for table in document.tables:
        yield from (row.cells[0] for row in table.rows if len(row.cells) == 1)
