"""What a page does not need to load: pictures, and anything of other hosts."""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from playwright.async_api import Request

from kzscraper import options

_NEEDLESS = {"image", "media", "font"}


class Blocker:
    """Decides, for scrapy-playwright, which of a page's requests are dropped."""

    def __init__(self, hosts: Collection[str]) -> None:
        self._hosts = frozenset(host.rpartition(":")[0] or host for host in hosts)

    @classmethod
    def from_settings(cls, settings: options.SettingsLike) -> Blocker:
        return cls(options.OBSERVER_HOSTS.read(settings) + options.PAGE_HOSTS.read(settings))

    def __call__(self, request: Request) -> bool:
        return request.resource_type in _NEEDLESS or not self._is_ours(request.url)

    def _is_ours(self, url: str) -> bool:
        host = urlsplit(url).hostname or ""
        return any(host == ours or host.endswith(f".{ours}") for ours in self._hosts)
