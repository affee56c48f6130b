"""Observer links: which may be opened, and how they are printed.

Whoever has a link sees the client's account, so a link is masked wherever it is printed.
"""

from __future__ import annotations

import logging
import re
import sys
import traceback
from collections.abc import Collection
from types import TracebackType
from urllib.parse import unquote, urlsplit

import setproctitle

from kzscraper import host_list
from kzscraper.exceptions import LinkError

# A digit of a token, and a character of a token of another form, which may be percent-encoded.
_HEX = r"(?:[0-9a-f]|%3\d|%[46][1-6])"
_CHARACTER = r"(?:[\w-]|%(?:3\d|[46][1-9a-f]|[57][0-9a]|2d|5f))"
_SLASH = r"(?:\\?/|%(?:25)*2f|\\u002f|\\x2f)"
# The token behind observer-link/, whatever its form, and 32 hex digits wherever they stand
# (the page's own requests carry the token in other places), but no part of a longer number.
_TOKEN = re.compile(
    rf"(?P<before>observer[-_]link{_SLASH})(?P<token>{_CHARACTER}{{6,}})"
    r"|(?:(?<![0-9a-f])|(?<=%[0-9a-f]{2})|(?<=\\x[0-9a-f]{2})|(?<=\\u[0-9a-f]{4}))"
    rf"(?P<hex>{_HEX}{{32}})(?![0-9a-f])",
    re.IGNORECASE,
)


# Control characters but tab and line end, and those that turn the direction of writing.
_COMMANDS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def mask(text: str) -> str:
    """`text` with every observer token shortened to `4828…8d8d`."""
    return _TOKEN.sub(_mask_match, text)


def _mask_match(match: re.Match[str]) -> str:
    token = unquote(match["token"] or match["hex"])
    shown = f"{token[:4]}…{token[-4:]}" if len(token) >= 16 else "…"
    return (match["before"] or "") + shown


def on_host(url: str, hosts: Collection[str]) -> bool:
    """Whether `url` is a link that `check` lets pass."""
    try:
        check(url, hosts)
    except LinkError:
        return False
    return True


def check(url: str, hosts: Collection[str]) -> None:
    """Raises LinkError, which says why, unless `url` may be opened.

    It must be http(s), and its host one of `hosts`.
    """
    # urlsplit() drops line ends and tabs, so that it would judge another link than the one stored.
    if " " in url or not url.isprintable():
        raise LinkError(f"observer link {mask(url)!r} must not hold spaces or control characters")
    try:
        parts = urlsplit(url)
        host = parts.hostname
        is_ours = host_list.has(hosts, url)
    except ValueError as error:
        raise LinkError(f"observer link {mask(url)!r} is malformed: {error}") from None
    if parts.scheme not in ("http", "https"):
        raise LinkError(f"observer link {mask(url)!r} must begin with https:// or http://")
    if parts.username is not None:
        raise LinkError(f"observer link {mask(url)!r} must not hold a user name")
    if not host:
        raise LinkError(f"observer link {mask(url)!r} names no host")
    if not is_ours:
        raise LinkError(
            f"observer link {mask(url)!r} is on {host}, which is not one of KZ_OBSERVER_HOSTS "
            f"({', '.join(hosts)})"
        )


class _MaskedRecord(logging.LogRecord):
    """A log record that cannot print a token: not in its message, not in its traceback.

    Nor does its message command a terminal, whatever a page put into it.
    """

    def getMessage(self) -> str:
        return _COMMANDS.sub("\ufffd", mask(super().getMessage()))

    # The formatter stores the formatted traceback here before it prints it.
    @property
    def exc_text(self) -> str | None:
        return self._exc_text

    @exc_text.setter
    def exc_text(self, text: str | None) -> None:
        self._exc_text = text and mask(text)


def mask_output() -> None:
    """From now on this process shows no token: in its log, whoever writes it, when it breaks down
    on an error that nobody expected, and in the list of processes.
    """
    logging.setLogRecordFactory(_MaskedRecord)
    sys.excepthook = _print_masked
    title = setproctitle.getproctitle()
    if mask(title) != title:  # links are arguments of some commands
        setproctitle.setproctitle(mask(title))


def _print_masked(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    sys.stderr.write(mask("".join(traceback.format_exception(kind, error, trace))))
