"""A rendered page as lines of text, tables and controls, in the order in which they stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from lxml import etree

_UNSEEN = {"script", "style", "noscript", "template", "head", "title", "svg", "iframe", "select"}
_INLINE = {
    *("a", "abbr", "b", "bdi", "bdo", "button", "code", "data", "em", "font", "i", "label"),
    *("img", "mark", "s", "small", "span", "strong", "sub", "sup", "time", "u", "var", "wbr"),
}
_CONTROLS = {"a", "button"}
_WHITE_SPACE = re.compile("[ \\t\\n\\r\\f]+")
_HIDING_STYLES = ("display:none", "visibility:hidden")
_DIGITS = re.compile("[0-9]{1,6}")
_MAX_SPAN = 20
_NO_TEXT = re.compile("[\0\ud800-\udfff]")  # what a script's text may hold, but no document
# huge_tree: without it all that stands behind a nesting of 256 levels would be lost.
_PARSER = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, huge_tree=True)


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
    asks_for_password: bool = False

    __hash__ = object.__hash__  # each is itself: tables.py remembers what it read of one

    @property
    def lines(self) -> list[Line]:
        return [block for block in self.blocks if isinstance(block, Line)]

    @property
    def tables(self) -> list[Table]:
        return [block for block in self.blocks if isinstance(block, Table)]

    @classmethod
    def from_html(cls, text: str) -> Document:
        """Reads distilled HTML, or a whole page as a browser saves it; never raises."""
        root = etree.fromstring(_NO_TEXT.sub("\ufffd", text).encode(), _PARSER)
        if root is None:
            return cls()
        _strip_unseen(root)
        asks = any(field.get("type") == "password" for field in root.iter("input"))
        return cls(list(_blocks(root)), asks)


def squeeze(text: str) -> str:
    """`text` as a browser shows it: runs of white space are one space, NBSP stays."""
    return _WHITE_SPACE.sub(" ", text).strip(" ")


def _strip_unseen(root: etree._Element) -> None:
    """Takes out what nobody sees, and keeps the text behind it."""
    for element in root.iterfind(".//*[@hidden]"):
        element.tag = "template"
    for element in root.iterfind(".//*[@style]"):
        style = element.get("style", "").replace(" ", "").lower()
        if any(part in style for part in _HIDING_STYLES):
            element.tag = "template"
    etree.strip_elements(root, *_UNSEEN, with_tail=False)


def _blocks(root: etree._Element) -> Iterator[Line | Table | Control]:
    pieces: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag, text = element.tag, element.text if event == "start" else element.tail
        if tag not in _INLINE or tag in _CONTROLS:
            yield from _line(pieces)
            pieces = []
        if event == "start" and tag == "table":
            yield _table(element)
            # A pager may stand in a table's foot.
            foot = element.iterfind(".//tfoot//*")
            yield from (_control(part) for part in foot if part.tag in _CONTROLS)
            walk.skip_subtree()
            text = None
        elif event == "start" and tag in _CONTROLS:
            yield _control(element)
        if text:
            pieces.append(text)
    yield from _line(pieces)


def _line(pieces: list[str]) -> Iterator[Line]:
    line = Line(tuple(pieces))
    if line.text.strip():
        yield line


def _table(table: etree._Element) -> Table:
    """Tables inside it are text of their cell; its foot is no data."""
    for inner in table.iterfind(".//table//*"):
        inner.tag = "div"
    rows = []
    for row in table.iter("tr"):
        part = next(row.iterancestors("table", "thead", "tfoot")).tag
        cells = list(row.iter("td", "th"))
        if cells and part != "tfoot":
            is_header = part == "thead" or all(cell.tag == "th" for cell in cells)
            rows.append(Row(tuple(_texts(cells)), is_header))
    return Table(rows)


def _texts(cells: list[etree._Element]) -> Iterator[str]:
    """A text for every column; where a cell covers several, it is that of the first."""
    covered = 1
    for cell in cells:
        yield from [""] * (covered - 1)
        yield _text(cell)
        covered = min(_number(cell.get("colspan")) or 1, _MAX_SPAN)


def _text(root: etree._Element) -> str:
    """An element's text; the blocks and lines in it are set apart by spaces."""
    if not len(root):
        return squeeze(root.text or "")  # as in most cells
    pieces = []
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if element.tag not in _INLINE:
            pieces.append(" ")
        text = element.text if event == "start" else element.tail
        if text and (event == "start" or element is not root):
            pieces.append(text)
    return squeeze("".join(pieces))


def _control(element: etree._Element) -> Control:
    labels = (element.get("aria-label"), element.get("title"))
    return Control(
        number=_number(element.get("data-control")),
        text=_text(element),
        labels=tuple(label for label in labels if label),
        disabled=element.get("disabled") is not None or element.get("aria-disabled") == "true",
        current=element.get("aria-current", "false") != "false",
    )


def _number(text: str | None) -> int | None:
    return int(text) if text and _DIGITS.fullmatch(text) else None
