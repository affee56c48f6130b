"""Keeping what a page looked like that could not be read completely."""

from __future__ import annotations

import asyncio
import logging
import re
from pathlib import Path

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import FloatRect, Page

from kzscraper.observer_link import mask

logger = logging.getLogger(__name__)

KEPT = 20  # visits per pool
TIME_LIMIT = 3.0  # seconds; a page that hangs gives neither its HTML nor a picture
_LONGEST = 5_000_000  # characters of HTML
# The part that is shown, in CSS pixels: a picture of a table without end takes gigabytes.
_SHOWN: FloatRect = {"x": 0, "y": 0, "width": 4_000, "height": 20_000}


# Nothing of a page that was saved runs, and it loads nothing, wherever it is opened.
_POLICY = (
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
    "style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'\">"
)


def harmless(html: str) -> str:
    """A page that can be opened from a file without running its scripts or leading anywhere."""
    # Its own instructions of this kind go, as those that lead elsewhere need no script.
    html = re.sub("http-equiv", "data-equiv", html, flags=re.IGNORECASE)
    doctype = re.match(r"\s*<!doctype[^>]*>", html, re.IGNORECASE)
    begin = doctype.end() if doctype else 0
    return f"{html[:begin]}{_POLICY}{html[begin:]}"


class EvidenceKeeper:
    """Keeps the HTML and a screenshot of a page, the newest visits of each pool only.

    The files are readable by their owner only, and observer tokens are masked in the text. What
    cannot be kept is logged and does no harm to the visit.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def keep(self, page: Page, pool_id: str, stamp: str, distilled: str) -> str | None:
        """Gives the path of the HTML file, or None if it could not be written.

        stamp: the visit's, for the file's name. distilled: is kept where the page gives nothing.
        """
        html, picture = distilled, None
        try:
            async with asyncio.timeout(TIME_LIMIT):
                html = await page.content()
                picture = await page.screenshot(full_page=True, clip=_SHOWN)
        except (PlaywrightError, TimeoutError) as error:
            logger.debug("%s: evidence is not complete: %s", pool_id, error)
        try:
            return self._write(pool_id, stamp, harmless(mask(html)[:_LONGEST]), picture)
        except OSError as error:
            logger.warning("%s: evidence cannot be kept: %s", pool_id, error)
            return None

    def _write(self, pool_id: str, stamp: str, html: str, picture: bytes | None) -> str:
        folder = self._folder / re.sub(r"[^\w-]", "_", pool_id)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        name = re.sub(r"\D", "", stamp)
        path = folder / f"{name}.html"
        for file, content in ((path, html.encode()), (folder / f"{name}.png", picture)):
            if content is not None:
                file.touch(mode=0o600)
                file.write_bytes(content)
        for old in sorted(folder.glob("*.html"))[:-KEPT]:
            old.unlink(missing_ok=True)
            old.with_suffix(".png").unlink(missing_ok=True)
        return str(path)
