"""Observer links: which may be opened, and that none is printed."""

from __future__ import annotations

import io
import logging
import sys
import traceback
from collections.abc import Iterator

import pytest

from kzscraper import observer_link
from kzscraper.exceptions import LinkError

TOKEN = "4828a3fecdaa48eebfa475021b4e8d8d"
LINK = f"https://btcpool.kz/observer-link/{TOKEN}"
ENCODED = "".join(f"%{ord(digit):02X}" for digit in TOKEN)
MASKED = "https://btcpool.kz/observer-link/4828…8d8d"
HOSTS = ("btcpool.kz", "127.0.0.1:8080", "::1")


@pytest.mark.parametrize(
    "url",
    [
        LINK,
        LINK + "?lang=ru#workers",
        LINK.replace("https", "http"),
        LINK.replace("https", "HTTPS"),
        LINK.replace("btcpool.kz", "BTCPOOL.kz"),
        LINK.replace("btcpool.kz", "btcpool.kz:8443"),
        "http://127.0.0.1:8080/observer-link/x",
        "http://[::1]:5000/observer-link/x",
    ],
)
def test_a_link_on_our_hosts_may_be_opened(url: str) -> None:
    observer_link.check(url, HOSTS)
    assert observer_link.on_host(url, HOSTS)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("", "must begin with https:// or http://"),
        ("btcpool.kz/observer-link/x", "must begin with"),
        ("//btcpool.kz/observer-link/x", "must begin with"),
        ("ftp://btcpool.kz/observer-link/x", "must begin with"),
        ("javascript:alert(1)//btcpool.kz", "must begin with"),
        ("file:///etc/passwd", "must begin with"),
        ("https://", "names no host"),
        ("https:///observer-link/x", "names no host"),
        ("https://example.com/observer-link/x", "is on example.com, which is not one of"),
        ("https://btcpool.kz.example.com/x", "is on btcpool.kz.example.com"),
        ("https://example.com/btcpool.kz", "is on example.com"),
        ("https://sub.btcpool.kz/x", "is on sub.btcpool.kz"),
        ("https://btcpool.kz@example.com/x", "must not hold a user name"),
        ("https://me:secret@btcpool.kz/x", "must not hold a user name"),
        (
            "https://example.com\\@btcpool.kz/x",
            "must not hold a user name",
        ),  # browsers: example.com
        ("https://btcpool.kz\\.example.com/x", "which is not one of"),
        ("http://127.0.0.1/x", "is on 127.0.0.1"),  # the port is named, so it counts
        ("http://127.0.0.1:8081/x", "is on 127.0.0.1"),
        ("https://btcpool.kz:99999/x", "is malformed"),
        ("https://btcpool.kz:port/x", "is malformed"),
        ("https://[btcpool.kz/x", "is malformed"),
        (f" {LINK}", "must not hold spaces or control characters"),
        (f"{LINK}\n", "must not hold spaces or control characters"),
        ("https://btc\npool.kz/x", "must not hold spaces or control characters"),
        ("https://btcpool.kz/a b", "must not hold spaces or control characters"),
    ],
)
def test_another_link_is_refused(url: str, says: str) -> None:
    with pytest.raises(LinkError) as caught:
        observer_link.check(url, HOSTS)
    assert says in str(caught.value)
    assert not observer_link.on_host(url, HOSTS)


@pytest.mark.parametrize(
    "url", [f"ftp://btcpool.kz/observer-link/{TOKEN}", LINK + "\n", LINK.replace("kz/", "com/")]
)
def test_a_refusal_does_not_print_the_token(url: str) -> None:
    with pytest.raises(LinkError) as caught:
        observer_link.check(url, HOSTS)
    assert TOKEN not in str(caught.value)
    assert "4828…8d8d" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        (LINK, MASKED),
        (f"{LINK}?lang=ru", f"{MASKED}?lang=ru"),
        (f"{LINK}, {LINK}.", f"{MASKED}, {MASKED}."),
        (LINK.upper(), "HTTPS://BTCPOOL.KZ/OBSERVER-LINK/4828…8D8D"),
        (f"observer_link/{TOKEN}", "observer_link/4828…8d8d"),
        (f"next=%2Fobserver-link%2F{TOKEN}", "next=%2Fobserver-link%2F4828…8d8d"),
        (f"\\/observer-link\\/{TOKEN}", "\\/observer-link\\/4828…8d8d"),
        (f"%252Fobserver-link%252F{TOKEN}", "%252Fobserver-link%252F4828…8d8d"),
        (f"observer-link/%34{TOKEN[1:]}", "observer-link/4828…8d8d"),
        (f"observer-link/{ENCODED}", "observer-link/4828…8d8d"),
        (f"/api/observer/{ENCODED}/workers", "/api/observer/4828…8d8d/workers"),
        (f"%2Fapi%2Fobserver%2F{TOKEN}%2Fworkers", "%2Fapi%2Fobserver%2F4828…8d8d%2Fworkers"),
        (f"\\u002f{TOKEN}\\u002f \\x2F{TOKEN}", "\\u002f4828…8d8d\\u002f \\x2F4828…8d8d"),
        (f"key_{TOKEN}_x token{TOKEN}", "key_4828…8d8d_x token4828…8d8d"),
        (f"observer-link/{TOKEN}%3Flang=ru", "observer-link/4828…8d8d%3Flang=ru"),
        ("observer-link/Short_token-1", "observer-link/…"),
        ("observer-link/Another_token-17", "observer-link/Anot…n-17"),
        (f"/api?key={TOKEN}&page=1", "/api?key=4828…8d8d&page=1"),
        (f'{{"token": "{TOKEN}"}}', '{"token": "4828…8d8d"}'),
        # What is no token stays.
        ("observer-link/", "observer-link/"),
        ("/observer-link/x", "/observer-link/x"),
        ("a" * 40, "a" * 40),
        ("0.01864218BTC", "0.01864218BTC"),
        ("", ""),
    ],
)
def test_tokens_are_masked(text: str, masked: str) -> None:
    assert observer_link.mask(text) == masked
    assert observer_link.mask(masked) == masked


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What a logger of another library prints after `mask_output()`."""
    factory, hook = logging.getLogRecordFactory(), sys.excepthook
    logger = logging.getLogger("some.library")
    printed = io.StringIO()
    handler = logging.StreamHandler(printed)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    logger.addHandler(handler)
    observer_link.mask_output()
    yield printed
    logging.setLogRecordFactory(factory)
    sys.excepthook = hook
    logger.removeHandler(handler)


def test_logged_arguments_are_masked(log: io.StringIO) -> None:
    logging.getLogger("some.library").warning("GET %s gave %d", LINK, 500)
    assert log.getvalue() == f"WARNING GET {MASKED} gave 500\n"


def test_what_is_logged_does_not_command_a_terminal(log: io.StringIO) -> None:
    logging.getLogger("some.library").warning("%s", "rig\x1b[2J\x9b31m\r\u202e\tx\ny")
    assert log.getvalue() == "WARNING rig\ufffd[2J\ufffd31m\ufffd\ufffd\tx\ny\n"


def test_logged_tracebacks_are_masked(log: io.StringIO) -> None:
    try:
        raise RuntimeError(LINK)
    except RuntimeError:
        logging.getLogger("some.library").exception("failed")
        assert TOKEN in traceback.format_exc()
    assert f"RuntimeError: {MASKED}" in log.getvalue()
    assert TOKEN not in log.getvalue()


def test_a_breakdown_is_masked(capsys: pytest.CaptureFixture[str], log: io.StringIO) -> None:
    error = RuntimeError(LINK)
    sys.excepthook(RuntimeError, error, None)
    assert capsys.readouterr().err == f"RuntimeError: {MASKED}\n"
