"""Which control shows the next rows of the worker table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from kzscraper.page import tables, words
from kzscraper.page.document import Control, Document, Line, Table

ControlKind = Literal["next", "load more", "numbers", "icon"]


@dataclass(frozen=True)
class Step:
    """A control to press, and how it was recognised."""

    kind: ControlKind
    control: Control


@dataclass
class Pager:
    """Finds the way from page to page of one table, and remembers where it is."""

    page: int = 1
    _icon: int | None = None  # the place of the nameless "next" among its kind

    def next_step(self, document: Document, kind: tables.Kind) -> Step | None:
        """The control that leads on, or None where there is none or it is disabled."""
        for controls in _near_table(document, kind):
            step = self._labelled(controls) or self._numbered(controls) or self._icons(controls)
            if step:
                return None if step.control.disabled else step
        return None

    def _labelled(self, controls: list[Control]) -> Step | None:
        for kind, meaning in _LABELLED:
            for control in controls:
                if any(words.find(text, (meaning,)) for text in (control.text, *control.labels)):
                    return Step(kind, control)
        return None

    def _numbered(self, controls: list[Control]) -> Step | None:
        """The next number in its row; a page size (`10 25 50`) may be the same number elsewhere."""
        before = 0
        for control in controls:
            if not _NUMBER.fullmatch(control.text):
                continue
            number = int(control.text)
            if before >= number:
                before = 0  # another row begins
            # The number of the page that is shown need not be a control.
            if number == self.page + 1 and before in (self.page, self.page - 1):
                return Step("numbers", control)
            before = number
        return None

    def _icons(self, controls: list[Control]) -> Step | None:
        """On the first page "previous" is disabled, and the icon behind it leads on."""
        icons = [control for control in controls if not any(map(str.isalnum, control.text))]
        if self._icon is None:
            for place, icon in enumerate(icons[1:], start=1):
                if icons[place - 1].disabled and not icon.disabled:
                    self._icon = place
                    break
        if self._icon is None or self._icon >= len(icons):
            return None
        return Step("icon", icons[self._icon])


_LABELLED: tuple[tuple[ControlKind, str], ...] = (
    ("next", "next_page"),
    ("load more", "load_more"),
)
_TITLES = ("worker", "earnings", "payouts")
_NUMBER = re.compile("[1-9][0-9]{0,5}")


def _near_table(document: Document, kind: tables.Kind) -> list[list[Control]]:
    """The controls behind the table, then those before it, as far as they are not another's."""
    found = [table.block for table in tables.find(document) if table.kind == kind]
    if not found:
        return []
    place = next(n for n, block in enumerate(document.blocks) if block is found[-1])
    behind, _ = _up_to_border(document.blocks[place + 1 :])
    before, border = _up_to_border(document.blocks[:place][::-1])
    if isinstance(border, Table):
        before = []  # what no title sets apart is the pager of the table above
    return [behind, before[::-1]]


def _up_to_border(
    blocks: Sequence[Line | Table | Control],
) -> tuple[list[Control], Line | Table | None]:
    """The controls up to the next table or title, and that."""
    controls = []
    for block in blocks:
        if isinstance(block, Control):
            controls.append(block)
        elif isinstance(block, Table) or words.find(block.text, _TITLES):
            return controls, block
    return controls, None
