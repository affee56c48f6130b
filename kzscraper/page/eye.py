"""Looking at a page in the browser through distil.js."""

from __future__ import annotations

import functools
from importlib.resources import files

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page

from kzscraper.page.document import Document
from kzscraper.page.view import View

# Characters of distilled page, some 30,000 workers: a page of more is not read at all.
MAX_LENGTH = 5_000_000

# Playwright's words for a look that a navigation of the page interrupted.
_NAVIGATED = ("Execution context was destroyed", "navigat")


class Eye:
    """The newest look at one page: its document, and whether it has come to rest."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self._seen: dict[str, float] = {"document": 0, "version": 0}
        self.document = Document()
        self.view = View.of(self.document)
        self.html = ""
        self.still = False
        self.cut = False

    async def look(self, quiet: float, limit: float, press: int | None = None) -> bool:
        """Looks again, and says whether the page shows other data than at the last look.

        Presses the control of that number first. Returns when the page has changed and then been
        still for `quiet` seconds, or after `limit` seconds.
        """
        argument = {
            **self._seen,
            "still": self.still,
            "quiet": quiet * 1000,
            "limit": limit * 1000,
            "press": press,
            "maxLength": MAX_LENGTH,
        }
        try:
            seen = await self._page.evaluate(_script(), argument)
        except PlaywrightError as error:
            if not any(words in error.message for words in _NAVIGATED):
                raise
            self.still = False
            return True
        self._seen = {"document": seen["document"], "version": seen["version"]}
        self.still = seen["still"]
        if seen["html"] is None:
            return False
        self.html, self.cut = seen["html"], seen["cut"]
        # Reading what is too large anyway would hold up the other pages.
        self.document = Document() if self.cut else Document.from_html(self.html)
        before, self.view = self.view, View.of(self.document)
        return self.view != before


@functools.cache
def _script() -> str:
    return files("kzscraper.page").joinpath("distil.js").read_text("utf-8")
