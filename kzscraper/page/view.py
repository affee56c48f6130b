"""What a page shows at one moment, as far as waiting for it needs to know."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from kzscraper import units
from kzscraper.page import counters, tables, words
from kzscraper.page.document import Document

Section = Literal["summary", "workers", "earnings"]
SECTIONS: tuple[Section, ...] = ("summary", "workers", "earnings")

_SUMMARY = counters.READERS.keys() - {"total_workers"}


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
            any(words.find(line.text, ("loading",)) for line in document.lines),
        )

    @property
    def shows_something(self) -> bool:
        return bool(self.values or self.rows)

    def shows_all(self, wanted: Collection[Section]) -> bool:
        """Whether every wanted section is there, with everything that it can hold."""
        return (
            ("summary" not in wanted or _SUMMARY.issubset(name for name, _ in self.values))
            and ("workers" not in wanted or self._has_rows("workers") or self._workers() == 0)
            and ("earnings" not in wanted or self._has_rows("earnings"))
        )

    def is_pending(self, wanted: Collection[Section]) -> bool:
        """Whether the page itself says that more is to come."""
        lacks_workers = not self._has_rows("workers") and bool(self._workers())
        return self.is_loading or ("workers" in wanted and lacks_workers)

    def _has_rows(self, kind: tables.Kind) -> bool:
        return any(rows for other, rows in self.rows if other == kind)

    def _workers(self) -> int | None:
        texts = dict(self.values)
        try:
            counts = [units.parse_count(texts[n]) for n in ("online_workers", "offline_workers")]
        except (KeyError, ValueError):
            return None
        return sum(count or 0 for count in counts)
