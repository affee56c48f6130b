"""Lists of hosts, such as KZ_OBSERVER_HOSTS: which addresses are on them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}
# A name or an address, and perhaps a port; an IPv6 address with a port stands in brackets.
_ENTRY = re.compile(
    r"(?P<name>[^\s:/\\?#@*;,<>\[\]]+)(:(?P<port>\d{1,5}))?"
    r"|\[(?P<bracketed>[0-9a-f:.]+)\](:(?P<its_port>\d{1,5}))?"
    r"|(?P<bare>[0-9a-f]*:[0-9a-f:.]+)",
    re.ASCII,
)


def parse(entry: str) -> tuple[str, int | None]:
    """The host (an IPv6 address without brackets) and the port; None is any. Raises ValueError."""
    match = _ENTRY.fullmatch(entry)
    port = match and (match["port"] or match["its_port"])
    if match is None or (port and not 0 < int(port) < 65_536):
        raise ValueError(f"{entry!r} is no host, such as btcpool.kz or 127.0.0.1:8080")
    host = match["name"] or match["bracketed"] or match["bare"]
    return host, int(port) if port else None


def has(entries: Collection[str], url: str, *, subdomains: bool = False) -> bool:
    """Whether the host of `url` is one of `entries`; where an entry names a port, it must match.

    Raises ValueError for a malformed URL.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme)
    return any(
        (host == name or (subdomains and host.endswith(f".{name}"))) and only in (None, port)
        for name, only in map(parse, entries)
    )


def bypass_rules(entries: Collection[str]) -> Iterator[str]:
    """`entries` and their subdomains in the form of Chromium's list of hosts without a proxy."""
    for name, port in map(parse, entries):
        suffix = "" if port is None else f":{port}"
        if ":" in name:
            yield f"[{name}]{suffix}"
        else:
            yield f"{name}{suffix}"
            yield f"*.{name}{suffix}"
