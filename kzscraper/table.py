"""Tables for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence


def as_table(headers: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Aligned columns under a line; None is `–`, numbers stand right."""
    body = [list(row) for row in rows]
    texts = [list(headers), *([_text(cell) for cell in row] for row in body)]
    widths = [max(map(width, column)) for column in zip(*texts, strict=True)]
    right = [any(_is_number(cell) for cell in column) for column in zip(*body, strict=True)]
    right += [False] * (len(widths) - len(right))
    lines = [
        "  ".join(_pad(*cell) for cell in zip(row, widths, right, strict=True)) for row in texts
    ]
    lines.insert(1, "  ".join("─" * one for one in widths))
    return "\n".join(line.rstrip() for line in lines)


def width(text: str) -> int:
    """The number of terminal columns that `text` takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


def _text(cell: object) -> str:
    text = "–" if cell is None else str(cell)
    return "".join(map(_printable, text))


def _printable(char: str) -> str:
    """Text of the page must not reach the terminal as a control sequence."""
    if unicodedata.category(char) == "Zs":  # a no-break space, for one
        return " "
    return char if char.isprintable() else "\ufffd"


def _is_number(cell: object) -> bool:
    return isinstance(cell, (int, float)) and not isinstance(cell, bool)


def _pad(text: str, columns: int, right: bool) -> str:
    space = " " * (columns - width(text))
    return space + text if right else text + space
