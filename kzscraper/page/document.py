"""A rendered page as lines of text, tables and controls, in the order in which they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree, html

_UNSEEN = {"script", "style", "noscript", "template", "head", "title", "svg", "iframe", "select"}
_INLINE = {
    *("a", "abbr", "b", "bdi", "bdo", "button", "code", "data", "em", "font", "i", "label"),
    *("mark", "s", "small", "span", "strong", "sub", "sup", "time", "u", "var"),
}
_CONTROLS = {"a", "button"}
_CELLS = {"td", "th"}
_WHITE_SPACE = re.compile("[ \\t\\n\\r\\f]+")
_HIDING_STYLES = ("display:none", "visibility:hidden")


@dataclass(frozen=True)
class Line:
    """One visible line outside of tables, in the pieces in which the page's elements hold it."""

    pieces: tuple[str, ...]

    @cached_property
    def text(self) -> str:
        return squeeze("".join(self.pieces))


@dataclass(frozen=True)
class Row:
    cells: tuple[str, ...]
    is_header: bool


@dataclass
class Table:
    rows: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Control:
    """Something that can be pressed. number: the one that distil.js knows it by, if it came so."""

    number: int | None
    text: str
    labels: tuple[str, ...]  # aria-label and title, where it has them
    disabled: bool
    current: bool


@dataclass
class Document:
    blocks: list[Line | Table | Control] = field(default_factory=list)

    @property
    def lines(self) -> list[Line]:
        return [block for block in self.blocks if isinstance(block, Line)]

    @property
    def tables(self) -> list[Table]:
        return [block for block in self.blocks if isinstance(block, Table)]

    @classmethod
    def from_html(cls, text: str) -> Document:
        """Reads distilled HTML, or a whole page as a browser saves it; never raises."""
        try:
            root = html.document_fromstring(text.replace("\0", "\ufffd") or "<p>")
        except (etree.ParserError, ValueError):
            return cls()
        return cls(list(_Reader().read(root)))


def squeeze(text: str) -> str:
    """`text` as a browser shows it: runs of white space are one space, NBSP stays."""
    return _WHITE_SPACE.sub(" ", text).strip(" ")


class _Reader:
    """One pass over the tree; tables inside tables are text of their cell."""

    def __init__(self) -> None:
        self._line: list[str] = []
        self._table: Table | None = None
        self._depth = 0
        self._cells: list[str] = []
        self._cell: list[str] | None = None
        self._is_header = False
        self._in_head = False

    def read(self, root: html.HtmlElement) -> Iterator[Line | Table | Control]:
        walk = etree.iterwalk(root, events=("start", "end"))
        for event, element in walk:
            tag = element.tag
            if not isinstance(tag, str):  # a comment
                if event == "end":
                    self._put(element.tail)
                continue
            if event == "start":
                if tag in _UNSEEN or _is_hidden(element):
                    walk.skip_subtree()
                    continue
                yield from self._start(tag, element)
            else:
                if tag not in _UNSEEN and not _is_hidden(element):
                    yield from self._end(tag)
                self._put(element.tail)
        yield from self._flush()

    def _start(self, tag: str, element: html.HtmlElement) -> Iterator[Line | Table | Control]:
        if tag == "table":
            self._depth += 1
            if self._depth == 1:
                yield from self._flush()
                self._table = Table()
                return
        if self._depth == 1 and tag == "tr":
            self._cells, self._is_header = [], True
        elif self._depth == 1 and tag in _CELLS:
            self._cell = []
            self._is_header &= tag == "th" or self._in_head
        elif self._depth == 1 and tag == "thead":
            self._in_head = True
        elif tag in _CONTROLS and self._depth == 0:
            yield from self._flush()
            yield _control(element)
        elif tag not in _INLINE:
            yield from self._break()
        self._put(element.text)

    def _end(self, tag: str) -> Iterator[Line | Table | Control]:
        if tag == "table" and self._depth:
            self._depth -= 1
            if self._depth == 0 and self._table is not None:
                yield self._table
                self._table = None
        elif self._depth == 1 and tag in _CELLS and self._cell is not None:
            self._cells.append(squeeze("".join(self._cell)))
            self._cell = None
        elif self._depth == 1 and tag == "tr" and self._table is not None:
            if self._cells:
                self._table.rows.append(Row(tuple(self._cells), self._is_header))
            self._cells = []
        elif self._depth == 1 and tag == "thead":
            self._in_head = False
        elif tag not in _INLINE or tag in _CONTROLS:
            yield from self._break()

    def _put(self, text: str | None) -> None:
        if not text:
            return
        if self._cell is not None:
            self._cell.append(text)
        elif self._depth == 0:
            self._line.append(text)

    def _break(self) -> Iterator[Line]:
        if self._cell is not None:
            self._cell.append(" ")
        elif self._depth == 0:
            yield from self._flush()

    def _flush(self) -> Iterator[Line]:
        line = Line(tuple(piece for piece in self._line if piece))
        self._line = []
        if line.text.strip():
            yield line


def _is_hidden(element: html.HtmlElement) -> bool:
    if not element.attrib:
        return False
    style = element.get("style", "").replace(" ", "").lower()
    return element.get("hidden") is not None or any(part in style for part in _HIDING_STYLES)


def _control(element: html.HtmlElement) -> Control:
    number = element.get("data-control", "")
    labels = (element.get("aria-label"), element.get("title"))
    return Control(
        number=int(number) if number.isascii() and number.isdigit() else None,
        text=squeeze("".join(element.itertext())),
        labels=tuple(label for label in labels if label),
        disabled=element.get("disabled") is not None or element.get("aria-disabled") == "true",
        current=element.get("aria-current", "false") != "false",
    )
