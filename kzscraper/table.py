"""Tables for a terminal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Tone = Literal["good", "doubtful", "bad"]

_GAP = "  "
_SGR = {"good": "32", "doubtful": "33", "bad": "31"}


@dataclass(frozen=True)
class Column:
    """A heading, and what may happen to its column where the terminal is too narrow."""

    heading: str
    least: int | None = None  # the width to which long cells may be shortened
    rank: int = 0  # the higher, the sooner the column is left out


@dataclass(frozen=True)
class Toned:
    """A cell that has a colour on a terminal."""

    value: object
    tone: Tone | None


def as_table(
    headers: Sequence[str | Column],
    rows: Iterable[Sequence[object]],
    room: int | None = None,
    colour: bool = False,
) -> str:
    """Aligned columns under a line; None is `–`, columns of numbers stand right.

    room: the width that no line exceeds; columns that it has no place for are named below.
    """
    columns = [Column(one) if isinstance(one, str) else one for one in headers]
    body = [[one if isinstance(one, Toned) else Toned(one, None) for one in row] for row in rows]
    texts = [[one.heading for one in columns], *([_text(c.value) for c in row] for row in body)]
    widths = [max(map(width, column)) for column in zip(*texts, strict=True)]
    right = [_stands_right(column) for column in zip(*body, strict=True)]
    right += [False] * (len(widths) - len(right))
    shown = range(len(columns)) if room is None else _fit(columns, widths, room)
    lines = []
    for number, row in enumerate(texts):
        cells = []
        for n in shown:
            cell = _pad(shorten(row[n], widths[n]), widths[n], right[n])
            cells.append(_paint(cell, body[number - 1][n].tone) if colour and number else cell)
        lines.append(_GAP.join(cells).rstrip())
    lines.insert(1, _GAP.join("─" * widths[n] for n in shown))
    missing = [one.heading for n, one in enumerate(columns) if n not in shown]
    if missing and room:
        lines.append(shorten(f"not shown for want of room: {', '.join(missing)}", room))
    return "\n".join(lines)


def width(text: str) -> int:
    """The number of terminal columns that `text` takes."""
    return len(text) if text.isascii() else sum(map(_width_of, text))


def shorten(text: str, columns: int) -> str:
    """At most `columns` wide; where something is cut off, `…` stands last."""
    if width(text) <= columns:
        return text
    taken, kept = 1, ""
    for char in text:
        taken += _width_of(char)
        if taken > columns:
            break
        kept += char
    return f"{kept}…"


def printable(text: str) -> str:
    """Text of the page must not reach the terminal as a control sequence."""
    return text if text.isascii() and text.isprintable() else "".join(map(_printable, text))


def _fit(columns: Sequence[Column], widths: list[int], room: int) -> list[int]:
    """The columns that have a place; `widths` becomes what each of them may take."""
    least = [
        taken if column.least is None else min(taken, column.least)
        for column, taken in zip(columns, widths, strict=True)
    ]
    shown = list(range(len(columns)))
    while len(shown) > 1 and _total(least, shown) > room:
        shown.remove(max(shown[1:], key=lambda n: (columns[n].rank, n)))
    while _total(widths, shown) > room:
        spare = [n for n in shown if widths[n] > least[n]] or shown
        widest = max(spare, key=lambda n: widths[n])
        if widths[widest] == 1:
            break
        widths[widest] -= 1
    return shown


def _total(widths: Sequence[int], shown: Sequence[int]) -> int:
    return sum(widths[n] for n in shown) + len(_GAP) * (len(shown) - 1)


def _width_of(char: str) -> int:
    if unicodedata.category(char) in ("Mn", "Me"):  # accents, the selectors of emoji
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _text(cell: object) -> str:
    if cell is None:
        return "–"
    return printable(f"{cell:f}" if isinstance(cell, Decimal) else str(cell))


def _printable(char: str) -> str:
    if unicodedata.category(char) == "Zs":  # a no-break space, for one
        return " "
    return char if char.isprintable() else "\ufffd"


def _stands_right(cells: Sequence[Toned]) -> bool:
    values = [cell.value for cell in cells if cell.value not in (None, "")]
    return bool(values) and all(map(_is_number, values))


def _is_number(cell: object) -> bool:
    return isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool)


def _pad(text: str, columns: int, right: bool) -> str:
    space = " " * (columns - width(text))
    return space + text if right else text + space


def _paint(text: str, tone: Tone | None) -> str:
    return f"\033[{_SGR[tone]}m{text}\033[0m" if tone else text
