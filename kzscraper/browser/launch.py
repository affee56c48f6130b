"""How the browser is started, and what each visit's context is."""

from __future__ import annotations

import contextlib
import os
from typing import Any

from playwright.async_api import Error as PlaywrightError
from playwright.async_api import Page
from scrapy.settings import BaseSettings

from kzscraper import host_list, options
from kzscraper.browser import chromium
from kzscraper.exceptions import ConfigurationError

# Dates on the page are written by the browser: a fixed locale and zone make them readable. Nothing
# is downloaded, and no service worker answers in the place of the pool.
_CONTEXT: dict[str, Any] = {
    "locale": "en-US",
    "timezone_id": "UTC",
    "accept_downloads": False,
    "service_workers": "block",
}

# A page opens no further windows, and one that fills memory is stopped before the machine is.
_TAMED = ("--block-new-web-contents", "--js-flags=--max-old-space-size=512")
# What the reader does not look at is not loaded.
_UNSEEN = ("--blink-settings=imagesEnabled=false", "--disable-remote-fonts")
# A proxy to which nothing can connect, as there is no such port.
_NOWHERE = "http://127.0.0.1:0"


def context(settings: options.SettingsLike) -> dict[str, Any]:
    """Playwright's options of a visit's context."""
    user_agent = options.USER_AGENT.read(settings)
    return {**_CONTEXT, **({"user_agent": user_agent} if user_agent else {})}


def launch_options(settings: BaseSettings) -> dict[str, Any]:
    """Playwright's launch options; raises BrowserError if there is no Chromium.

    Those of PLAYWRIGHT_LAUNCH_OPTIONS win. With a proxy among these it is that proxy which decides
    what can be reached.
    """
    chosen = {
        "executable_path": chromium.find(options.CHROMIUM.read(settings)),
        # Chromium's sandbox does not run as root.
        "chromium_sandbox": not _is_root(),
        # Ctrl-C reaches all processes of a terminal: it is for us to end the browser.
        "handle_sigint": False,
        "handle_sigterm": False,
        "handle_sighup": False,
        **_asked_for(settings),
    }
    fence = [] if "proxy" in chosen else _fence(allowed_hosts(settings))
    return {**chosen, "args": [*_UNSEEN, *_TAMED, *fence, *chosen.get("args", ())]}


def _asked_for(settings: BaseSettings) -> dict[str, Any]:
    try:
        return settings.getdict("PLAYWRIGHT_LAUNCH_OPTIONS")
    except ValueError as error:
        raise ConfigurationError(f"PLAYWRIGHT_LAUNCH_OPTIONS is no JSON object: {error}") from None


def allowed_hosts(settings: options.SettingsLike) -> tuple[str, ...]:
    """What a page may load from; their subdomains, too."""
    return options.OBSERVER_HOSTS.read(settings) + options.PAGE_HOSTS.read(settings)


def missing_sandbox(settings: BaseSettings) -> str | None:
    """What to say where Chromium runs without its sandbox."""
    if launch_options(settings)["chromium_sandbox"]:
        return None
    why = "as root" if _is_root() else "as PLAYWRIGHT_LAUNCH_OPTIONS asks"
    return f"Chromium runs without its sandbox, {why}: run it as another user, if you can"


async def close_popup(page: Page) -> None:
    """Nothing that we read opens another page."""
    with contextlib.suppress(PlaywrightError):
        await page.close()


def _fence(hosts: tuple[str, ...]) -> list[str]:
    """Chromium's arguments that leave it no way to another host, for whatever part of a page.

    Routes of Playwright do not see redirects, pop-ups, workers, web sockets and WebRTC; a proxy
    does. Only the hosts that are named do without it, loopback is no exception.
    """
    return [
        f"--proxy-server={_NOWHERE}",
        f"--proxy-bypass-list={';'.join(('<-loopback>', *host_list.bypass_rules(hosts)))}",
        # WebRTC does not use UDP, which passes proxies by.
        "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    ]


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
