"""Finding a Chromium: the one that is named, an installed one, or Playwright's own download."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

from kzscraper.exceptions import BrowserError

# The headless shell first: it opens half as many pages again in the same time.
_INSTALLED = (
    *("chromium-headless-shell", "chromium", "chromium-browser"),
    *("google-chrome-stable", "google-chrome"),
)
_HELP = (
    "no Chromium was found. Install one with `make install`, with `playwright install "
    "--only-shell chromium`, or with your system's package manager (Debian: `apt install "
    "chromium-headless-shell`); or name one with KZ_CHROMIUM"
)


def find(named: str | None) -> str | None:
    """The path of an installed Chromium, or None where Playwright's own download is there.

    Raises BrowserError, which says how to get one, if there is neither.
    """
    if named:
        path = shutil.which(named)
        if path is None:
            raise BrowserError(f"KZ_CHROMIUM={named!r} is not a program that can be run")
        return path
    for name in _INSTALLED:
        if path := shutil.which(name):
            return path
    if any(_downloads().glob("chromium*-*/INSTALLATION_COMPLETE")):
        return None
    raise BrowserError(_HELP)


def _downloads() -> Path:
    """Where Playwright keeps its browsers."""
    if named := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        return Path(named)
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "ms-playwright"
    if sys.platform == "win32":
        return Path.home() / "AppData" / "Local" / "ms-playwright"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "ms-playwright"
