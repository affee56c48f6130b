"""How the browser is started, and what each visit's context is."""

from __future__ import annotations

import os
from typing import Any

from kzscraper import options
from kzscraper.browser import chromium

# Dates on the page are written by the browser: a fixed locale and zone make them readable. Nothing
# is downloaded, and no service worker answers in the place of the pool.
CONTEXT: dict[str, Any] = {
    "locale": "en-US",
    "timezone_id": "UTC",
    "accept_downloads": False,
    "service_workers": "block",
}


def launch_options(settings: options.SettingsLike) -> dict[str, Any]:
    """Playwright's launch options; raises BrowserError if there is no Chromium."""
    return {
        "executable_path": chromium.find(options.CHROMIUM.read(settings)),
        # Chromium's sandbox does not run as root.
        "chromium_sandbox": hasattr(os, "geteuid") and os.geteuid() != 0,
    }
