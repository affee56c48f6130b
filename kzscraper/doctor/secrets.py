"""Keeping the link that is examined out of whatever is printed or saved."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from kzscraper import observer_link

# A part of a link that is as long, or has digits in it, may be what gives the right to look.
_SHORTEST, _LONG = 6, 16


class LinkMask:
    """Masks what `observer_link.mask` does, and the secret parts of one link wherever they stand.

    The pool may put its token in another form, and its page carries it in other places.
    """

    def __init__(self, link: str) -> None:
        parts = urlsplit(link)
        values = [value for _, value in parse_qsl(f"{parts.query}&{parts.fragment}")]
        texts = [*parts.path.split("/"), *values, parts.fragment]
        secret = {one for text in texts for one in (text, unquote(text)) if _is_secret(one)}
        ordered = sorted(secret, key=len, reverse=True)
        self._pattern = re.compile("|".join(map(re.escape, ordered)) or "(?!)", re.IGNORECASE)

    def text(self, text: str) -> str:
        # The general form first: it leaves a few digits, by which links can be told apart.
        return self._pattern.sub("…", observer_link.mask(text))

    def everywhere(self, value: Any) -> Any:
        """`value` (of JSON) with every text in it masked, keys as well."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(key): self.everywhere(one) for key, one in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.everywhere(one) for one in value]
        return value


def _is_secret(text: str) -> bool:
    has_digit = any(map(str.isdigit, text))
    return len(text) >= _LONG or (has_digit and len(text) >= _SHORTEST)
