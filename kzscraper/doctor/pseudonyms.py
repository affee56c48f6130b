"""A page without the names and amounts of those whose page it is, but read in the same way."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable
from itertools import pairwise

from kzscraper import units
from kzscraper.doctor.amounts import Amounts
from kzscraper.doctor.secrets import LinkMask
from kzscraper.forms import STATUSES
from kzscraper.page import counters, tables, words
from kzscraper.page.document import Control, Document, Line, Row, Table
from kzscraper.page.writing import to_html

_MONEY = {"balance", "last_income", "earnings", "amount", "payouts"}
_VOCABULARY = (
    *counters.READERS,
    *tables.WORKER_COLUMNS,
    *tables.EARNINGS_COLUMNS,
    *STATUSES,
    *("payouts", "amount", "empty_table", "loading", "load_more", "next_page"),
)
# What a name is found by in other texts; shorter ones stand for too much else.
_SHORTEST_NAME = 4
# Of more names, the cells of tables are compared as a whole only.
_MOST_SEARCHED = 2000
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_IDENTIFIERS = re.compile(
    r"""
      [\w.+-]+@[\w-]+(?:\.[\w-]+)+                                          # e-mail
    | (?<![\w.])\d{1,3}(?:[.xX]\d{1,3}){3}(?![\w.])                         # IP address
    | (?<!\w)[0-9a-f]{2}(?::[0-9a-f]{2}){5}(?!\w)                           # MAC address
    | (?<!\w)[0-9a-z]{4,}(?:…|\.{3})[0-9a-z]{4,}(?!\w)                      # abc123…def456
    | (?<!\w)(?:0x)?(?=[0-9]*[a-f])(?=[a-f]*[0-9])[0-9a-f]{16,}(?!\w)       # transaction
    | (?<!\w)(?=[a-z]*[0-9])(?=[0-9]*[a-z])[0-9a-z]{25,}(?!\w)              # address
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)


def disguise(document: Document, link: str, names: Iterable[str] = ()) -> Document:
    """The document with every worker, amount, address and transaction replaced.

    The same name and the same amount are replaced in the same way wherever they stand. names: of
    the pool and its owner. What else the page says of them is not known, and stays.
    """
    hidden = _Disguise(document, link, names).document
    # As it will be read from the file.
    return Document.from_html(to_html(hidden))


class _Disguise:
    def __init__(self, document: Document, link: str, names: Iterable[str]) -> None:
        self._mask = LinkMask(link)
        found = tables.find(document)
        self._found = {id(table.block): table for table in found}
        self._names: dict[str, str] = {}
        for table in found:
            if table.kind == "workers":
                self._name("worker", (table.cell(row, "worker") for row in table.rows))
        self._workers = dict(self._names)
        self._name("name", names)
        self._name("account", [name.partition(".")[0] for name in self._workers if "." in name])
        self._searched = sorted(filter(_is_searched, self._names), key=len, reverse=True)
        counted = counters.find(document)
        money = [one.text for name, one in counted.items() if name in _MONEY]
        lines = [line.text for line in document.lines]
        # An amount and its unit may stand in lines of their own.
        self._amounts = Amounts(link, money, [*lines, *map(" ".join, pairwise(lines))])
        blocks = [self._block(block) for block in document.blocks]
        self.document = Document(blocks, document.asks_for_password)

    def _name(self, kind: str, names: Iterable[str | None]) -> None:
        """Gives pseudonyms to names that have none yet."""
        number = 0
        for name in names:
            if name and name not in self._names and not units.is_blank(name):
                number += 1
                self._names[name] = f"{kind}-{number:03}"

    def _block(self, block: Line | Table | Control) -> Line | Table | Control:
        if isinstance(block, Line):
            return _line(block, self._text)
        if isinstance(block, Control):
            labels = tuple(map(self._text, block.labels))
            text = self._text(block.text)
            return Control(block.number, text, labels, block.disabled, block.current)
        known = self._found.get(id(block))
        return self._known_table(block, known) if known else self._other_table(block)

    def _known_table(self, block: Table, table: tables.ReadTable) -> Table:
        name = table.columns.get("worker") if table.kind == "workers" else None
        money = table.columns.get("earnings") if table.kind == "earnings" else None
        data = set(map(id, table.rows))

        def cell(place: int, text: str) -> str:
            if place == name:
                return self._workers.get(text, text)
            return self._names.get(text) or self._text(text, place == money, is_cell=True)

        return _rows(block, lambda row: id(row) in data, cell, self._text)

    def _other_table(self, block: Table) -> Table:
        """What is in it is not known: what may be names is taken for some."""
        headers = [row for row in block.rows if row.is_header]
        data = [row for row in block.rows if not row.is_header]
        cells = headers[-1].cells if headers else ()
        money = {place for place, text in enumerate(cells) if words.find(text, _MONEY)}
        for place in range(max((len(row.cells) for row in data), default=0)):
            texts = [row.cells[place] for row in data if place < len(row.cells)]
            if _may_be_names(texts):
                self._name("text", texts)

        def cell(place: int, text: str) -> str:
            return self._names.get(text) or self._text(text, place in money, is_cell=True)

        return _rows(block, lambda row: not row.is_header, cell, self._text)

    def _text(self, text: str, is_amount: bool = False, is_cell: bool = False) -> str:
        if words.find(text, _VOCABULARY):
            return text
        text = self._mask.text(text)
        is_searched = not is_cell or len(self._searched) <= _MOST_SEARCHED
        for name in self._searched if is_searched else ():
            if name in text:
                text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", self._names[name], text)
        text = _IDENTIFIERS.sub(lambda match: _LETTER_OR_DIGIT.sub("x", match[0]), text)
        return self._amounts.hide(text, is_amount)


def _is_searched(name: str) -> bool:
    return len(name) >= _SHORTEST_NAME and any(map(str.isalpha, name))


def _line(line: Line, hide: Callable[[str], str]) -> Line:
    """A name or number may be spread over the pieces of a line."""
    pieces = tuple(map(hide, line.pieces))
    whole = "".join(line.pieces)
    hidden = hide(whole)
    if "".join(pieces) == hidden:
        return Line(pieces)
    if len(whole) != len(hidden):
        return Line((hidden,))
    ends = [sum(map(len, line.pieces[: place + 1])) for place in range(len(line.pieces))]
    return Line(tuple(hidden[a:b] for a, b in zip([0, *ends], ends, strict=False)))


def _rows(
    table: Table,
    is_data: Callable[[Row], bool],
    cell: Callable[[int, str], str],
    other: Callable[[str], str],
) -> Table:
    """The table with the cells of its data rows as `cell` gives them, others as `other` does."""
    return Table(
        [
            Row(
                tuple(
                    cell(place, text) if is_data(row) else other(text)
                    for place, text in enumerate(row.cells)
                ),
                row.is_header,
            )
            for row in table.rows
        ]
    )


def _may_be_names(texts: Collection[str]) -> bool:
    """Whether most texts of a column are words of their own, not values and not the same words."""
    unknown = [text for text in texts if not _is_value(text)]
    return 2 * len(set(unknown)) > len(texts)


def _is_value(text: str) -> bool:
    if words.find(text, _VOCABULARY):
        return True
    for read in (units.parse_hashrate, units.parse_day, units.parse_btc, units.parse_count):
        try:
            read(text)
        except ValueError:
            continue
        return True
    return False
