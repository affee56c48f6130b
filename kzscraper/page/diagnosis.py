"""Why a page that shows no data shows none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kzscraper.observer_link import mask
from kzscraper.page import words
from kzscraper.page.document import Document

FailureKind = Literal[
    "http",
    "revoked",
    "challenge",
    "login",
    "foreign",
    "empty",
    "size",
    "timeout",
    "network",
    "error",
]

# As much of the page's own text as is quoted.
_QUOTED = 100


@dataclass(frozen=True)
class Failure:
    """A visit that read nothing: the kind is counted, the reason is for the operator."""

    kind: FailureKind
    reason: str

    @property
    def is_final(self) -> bool:
        """Whether waiting is in vain: a challenge may yet pass, and an empty page fill."""
        return self.kind in ("revoked", "login")


def diagnose(document: Document, status: int | None) -> Failure:
    """status: HTTP, of the page itself."""
    text = " ".join(line.text for line in document.lines)
    if words.mentioned(text, "challenge"):
        return Failure("challenge", f"a challenge page stands before the pool{_quote(text)}")
    if words.mentioned(text, "revoked"):
        return Failure("revoked", f"the link is unknown or was revoked{_quote(text)}")
    if status == 404:
        return Failure("revoked", "HTTP 404: the link is unknown or was revoked")
    if status is not None and status >= 400:
        return Failure("http", f"HTTP {status}{_quote(text)}")
    if document.asks_for_password:
        return Failure("login", f"the page asks for a login{_quote(text)}")
    return Failure("empty", f"the page never showed data{_quote(text)}")


def _quote(text: str) -> str:
    # What is cut off in the middle of a token would not be known for one.
    return f": {mask(text)[:_QUOTED]!r}" if text else ""
