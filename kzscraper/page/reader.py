"""Driving the browser: wait until the page shows its data, walk its tables, take it all."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from playwright.async_api import Page

from kzscraper.page import tables
from kzscraper.page.diagnosis import diagnose
from kzscraper.page.document import Document, Row, Table
from kzscraper.page.eye import Eye
from kzscraper.page.pager import ControlKind, Pager
from kzscraper.page.traffic import Traffic
from kzscraper.page.view import Section

# Seconds. How long a page must be still before it is read: if it shows all that is wanted, and if
# something is missing that the link may not be granted.
QUIET = 0.1
SETTLED = 0.7
# Nothing asked of the network and nothing drawn for so long: this page will not go on.
IDLE = 5.0
# How long the page is watched before the network is looked at again.
_WATCH = 0.25
# A table with more pages does not end.
MAX_PAGES = 500

_WALKED: tuple[tables.Kind, ...] = ("workers", "earnings")


@dataclass
class Walk:
    """How a table was followed through its pages."""

    pages: int = 1
    control: ControlKind | None = None  # what leads on, if there was any


@dataclass
class RenderedPage:
    """What was read: the page, with the rows of all pages of its tables."""

    document: Document
    html: str  # distilled, as first seen when filled
    status: int | None  # HTTP
    problems: list[str] = field(default_factory=list)
    walks: dict[tables.Kind, Walk] = field(default_factory=dict)
    filled_after: float = 0.0  # seconds of waiting for the data
    is_too_large: bool = False  # then the rest is not there


class PageReader:
    """Reads one page, once. The traffic must be followed from before the page was opened."""

    def __init__(
        self,
        page: Page,
        traffic: Traffic,
        wanted: frozenset[Section],
        expected: frozenset[Section],
        fill_timeout: float,
        deadline: float,
    ) -> None:
        """expected: the sections that the last visit saw. fill_timeout: seconds.

        deadline: of time.monotonic(); what is not read by then is left, and noted as a problem.
        """
        self._page = page
        self._eye = Eye(page)
        self._traffic = traffic
        self._wanted = wanted
        self._expected = expected & wanted
        self._fill_timeout = fill_timeout
        self._deadline = deadline

    @property
    def html(self) -> str:
        """The page as it was last seen, distilled."""
        return self._eye.html

    async def read(self) -> RenderedPage:
        """Waits for the data and takes it; a page that never shows any is given as it is."""
        eye, begun = self._eye, time.monotonic()
        await self._wait_until_filled()
        rendered = RenderedPage(eye.document, eye.html, self._traffic.status)
        rendered.filled_after = time.monotonic() - begun
        for kind in _WALKED:
            if kind in self._wanted:
                await self._walk(kind, rendered)
        rendered.is_too_large = eye.cut or self._traffic.is_too_large
        return rendered

    async def _wait_until_filled(self) -> None:
        eye, traffic = self._eye, self._traffic
        deadline = min(time.monotonic() + self._fill_timeout, self._deadline)
        while time.monotonic() < deadline:
            await traffic.settle(_WATCH)  # a look at half a page costs as much as one at all of it
            changed = await eye.look(QUIET, _WATCH)
            if changed:
                traffic.note()
            if traffic.is_lost or traffic.is_too_large or eye.cut:
                return
            at_rest = eye.still or not changed
            if at_rest and (traffic.is_error or self._is_full()):
                return
            if not traffic.is_waiting and traffic.idle >= (SETTLED if self._is_settled() else IDLE):
                return

    def _is_full(self) -> bool:
        """Whether there is nothing to wait for: all sections, and all rows or the way to them."""
        view = self._eye.view
        if not view.shows_all(self._expected or self._wanted):
            return False
        lacks_rows = "workers" in self._wanted and view.lacks_workers
        return not lacks_rows or Pager().next_step(self._eye.document, "workers") is not None

    def _is_settled(self) -> bool:
        """Whether the page may be what it will be: what is missing may not be granted."""
        view = self._eye.view
        if not view.shows_something:
            return diagnose(self._eye.document, self._traffic.status).is_final
        return not view.is_pending(self._wanted) and self._expected <= view.sections

    async def _walk(self, kind: tables.Kind, rendered: RenderedPage) -> None:
        """Follows one table through its pages and puts all their rows into `rendered`."""
        table = _table(self._eye.document, kind)
        if table is None:
            return
        pages = [table.rows]
        pager = Pager()
        walk = rendered.walks[kind] = Walk()
        while step := pager.next_step(self._eye.document, kind):
            walk.control = step.kind
            if pager.page >= MAX_PAGES or time.monotonic() > self._deadline:
                rendered.problems.append(f"the {kind} table goes on after page {pager.page}")
                break
            await self._press(step.control.number, kind, pages[-1])
            rows = _rows(self._eye.document, kind)
            keys = _keys(rows, table)
            if not rows or any(keys == _keys(page, table) for page in pages):
                break  # the control did nothing, or led back to what is read already
            if keys[: len(pages[-1])] == _keys(pages[-1], table):
                pages[-1] = rows  # more rows were added below
            else:
                pages.append(rows)
            pager.page += 1
            walk.pages = pager.page
        if pager.page > 1:
            all_rows = [row for page in pages for row in page]
            rendered.document = _with_rows(rendered.document, table, all_rows)

    async def _press(self, number: int | None, kind: tables.Kind, before: list[Row]) -> None:
        """Presses a control and waits until the table shows other rows, or nothing happens."""
        eye, traffic = self._eye, self._traffic
        deadline = min(time.monotonic() + self._fill_timeout, self._deadline)
        traffic.note()
        press = number
        while time.monotonic() < deadline:
            changed = await eye.look(QUIET, _WATCH, press)
            press = None
            if changed:
                traffic.note()
            if traffic.is_too_large or eye.cut:
                return
            rows = _rows(eye.document, kind)
            if traffic.is_waiting or (changed and not eye.still):
                continue
            if (rows and rows != before and not eye.view.is_loading) or traffic.idle >= SETTLED:
                return


def _table(document: Document, kind: tables.Kind) -> tables.ReadTable | None:
    # The last of its kind: the one whose controls the pager takes.
    found = [table for table in tables.find(document) if table.kind == kind]
    return found[-1] if found else None


def _rows(document: Document, kind: tables.Kind) -> list[Row]:
    table = _table(document, kind)
    return table.rows if table else []


def _keys(rows: list[Row], table: tables.ReadTable) -> list[str | None]:
    """What tells the pages of a table apart while its numbers move: the first column's texts."""
    first = "worker" if table.kind == "workers" else "date"
    return [table.cell(row, first) for row in rows]


def _with_rows(document: Document, table: tables.ReadTable, rows: list[Row]) -> Document:
    """`document` with all rows of a table in the place of its first page's."""
    whole = Table([Row(table.headers, is_header=True), *rows])
    return Document([whole if block is table.block else block for block in document.blocks])
