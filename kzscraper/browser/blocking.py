"""What a page does not need to load: pictures, and anything of other hosts."""

from __future__ import annotations

from collections.abc import Collection

from playwright.async_api import Request

from kzscraper import host_list, options
from kzscraper.browser import launch

_NEEDLESS = {"image", "media", "font"}


class Blocker:
    """Decides, for scrapy-playwright, which of a page's requests are dropped.

    It spares what is not needed. What must not be reached at all is behind the browser's fence
    (`launch`), as redirects, for one, do not come by here.
    """

    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = hosts

    @classmethod
    def from_settings(cls, settings: options.SettingsLike) -> Blocker:
        return cls(launch.allowed_hosts(settings))

    def __call__(self, request: Request) -> bool:
        return request.resource_type in _NEEDLESS or not self._is_ours(request.url)

    def _is_ours(self, url: str) -> bool:
        try:
            return host_list.has(self._hosts, url, subdomains=True)
        except ValueError:  # no URL that we can read
            return False
