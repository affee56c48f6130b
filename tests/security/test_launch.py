"""How the browser is started: sandboxed, fenced in, and a few pages at a time."""

from __future__ import annotations

import os
from typing import Any

import pytest
from scrapy.settings import Settings

from kzscraper import host_list, settings
from kzscraper.browser import launch
from kzscraper.exceptions import ConfigurationError

HOSTS = {"KZ_OBSERVER_HOSTS": "btcpool.kz,127.0.0.1:8080,[::1]:80", "KZ_PAGE_HOSTS": "cdn.kz"}


def options(**changes: object) -> dict[str, Any]:
    return launch.launch_options(Settings({**HOSTS, **changes}))


@pytest.mark.parametrize(("user", "sandboxed"), [(0, False), (1000, True)])
def test_the_sandbox_is_on_unless_root_asks(
    monkeypatch: pytest.MonkeyPatch, user: int, sandboxed: bool
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    assert options()["chromium_sandbox"] is sandboxed
    warning = launch.missing_sandbox(Settings(HOSTS))
    assert (warning is None) is sandboxed


def test_whoever_takes_the_sandbox_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    asked = '{"chromium_sandbox": false}'
    warning = launch.missing_sandbox(Settings({"PLAYWRIGHT_LAUNCH_OPTIONS": asked}))
    assert warning is not None
    assert "as PLAYWRIGHT_LAUNCH_OPTIONS asks" in warning


def test_the_fence_lets_the_named_hosts_through() -> None:
    args = options()["args"]
    assert "--proxy-server=http://127.0.0.1:0" in args
    assert (
        "--proxy-bypass-list=<-loopback>;btcpool.kz;*.btcpool.kz;127.0.0.1:8080;"
        "*.127.0.0.1:8080;[::1]:80;cdn.kz;*.cdn.kz"
    ) in args


def test_further_arguments_do_not_open_the_fence() -> None:
    args = options(PLAYWRIGHT_LAUNCH_OPTIONS={"args": ["--mute-audio"]})["args"]
    assert "--mute-audio" in args
    assert "--proxy-server=http://127.0.0.1:0" in args


def test_with_a_proxy_it_is_the_proxy_that_decides() -> None:
    proxy = {"server": "http://proxy.example.com:3128"}
    chosen = options(PLAYWRIGHT_LAUNCH_OPTIONS={"proxy": proxy})
    assert chosen["proxy"] == proxy
    assert not [arg for arg in chosen["args"] if arg.startswith("--proxy")]


def test_launch_options_that_are_no_json_are_named() -> None:
    with pytest.raises(ConfigurationError, match="PLAYWRIGHT_LAUNCH_OPTIONS"):
        options(PLAYWRIGHT_LAUNCH_OPTIONS="{")


@pytest.mark.parametrize(
    ("entry", "parsed"),
    [
        ("btcpool.kz", ("btcpool.kz", None)),
        ("btcpool.kz:8443", ("btcpool.kz", 8443)),
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("::1", ("::1", None)),
        ("[::1]", ("::1", None)),
        ("[::1]:80", ("::1", 80)),
    ],
)
def test_a_host_is_read(entry: str, parsed: tuple[str, int | None]) -> None:
    assert host_list.parse(entry) == parsed


@pytest.mark.parametrize(
    "entry",
    [
        *("https://btcpool.kz", "btcpool.kz/", "me@btcpool.kz", "*", "*.kz", "a;b", "a b", ""),
        *("btcpool.kz:", "btcpool.kz:0", "btcpool.kz:65536", "btcpool.kz:http", "[::1", "<local>"),
    ],
)
def test_what_is_no_host_is_refused(entry: str) -> None:
    with pytest.raises(ValueError, match="is no host, such as btcpool"):
        host_list.parse(entry)


@pytest.mark.parametrize(
    ("url", "ours"),
    [
        ("https://btcpool.kz/x", True),
        ("https://btcpool.kz:9000/x", True),
        ("https://api.btcpool.kz/x", True),
        ("https://cdn.kz/x", True),
        ("http://127.0.0.1:8080/x", True),
        ("http://[::1]/x", True),
        ("ws://[::1]/x", True),
        ("http://127.0.0.1/x", False),
        ("http://127.0.0.1:8081/x", False),
        ("https://[::1]/x", False),
        ("https://notbtcpool.kz/x", False),
        ("https://btcpool.kz.example.com/x", False),
        ("https://btcpool.kz@example.com/x", False),
        ("file:///etc/passwd", False),
        ("data:text/html,btcpool.kz", False),
        ("blob:https://btcpool.kz/x", False),
    ],
)
def test_what_a_page_may_load(url: str, ours: bool) -> None:
    assert host_list.has(launch.allowed_hosts(Settings(HOSTS)), url, subdomains=True) is ours


def test_few_pages_are_opened_at_a_time_however_large_the_machine() -> None:
    assert min(2 * (os.cpu_count() or 1), 8) == settings.CONCURRENT_REQUESTS
    assert settings.CONCURRENT_REQUESTS_PER_DOMAIN == settings.CONCURRENT_REQUESTS
