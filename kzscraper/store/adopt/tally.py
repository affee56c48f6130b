"""What became of the rows."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

_EXAMPLES = 3  # of each reason


@dataclass
class Tally:
    """Of one table: every row that was read is taken, merged, present or refused."""

    table: str
    read: int = 0
    taken: int = 0
    merged: int = 0  # with another row of the source that says the same
    present: int = 0  # that the database had already
    refused: int = 0
    changed: int = 0  # of the taken: put into another form, or emptied where they cannot be read
    notes: Counter[str] = field(default_factory=Counter)  # what was refused or changed, and why
    examples: dict[str, list[str]] = field(default_factory=dict)  # of the notes

    def refuse(self, reason: str, example: str, rows: int = 1) -> None:
        self.refused += rows
        self.note(reason, example, rows)

    def note(self, what: str, example: str, rows: int = 1) -> None:
        self.notes[what] += rows
        known = self.examples.setdefault(what, [])
        if len(known) < _EXAMPLES:
            known.append(example)
