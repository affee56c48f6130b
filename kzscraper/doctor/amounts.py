"""Amounts of money in a text: where they are, and other ones in their place."""

from __future__ import annotations

import hmac
import re
from collections.abc import Iterable

_SPACES = " \u00a0\u202f"
# 1 234,56  1,234.56  0.01864218
_NUMBER = rf"\d{{1,3}}(?:[{_SPACES}'’.,]\d{{3}})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,]\d+)?"
_MONEY = re.compile(
    rf"(?P<before>[₿$€₸₽]\s*|\bBTC\s*)?(?<![\d.,])(?P<number>{_NUMBER})(?![\d])"
    r"(?P<behind>\s*(?:[mµμk]?BTC|₿|sats?\b|satoshi|USDT?|EUR|KZT|RUB|[$€₸₽]|тг))?",
    re.IGNORECASE,
)
# As many decimals have amounts in BTC, and nothing else on the page.
_DECIMALS = re.compile(r"[.,]\d{5,}$")


class Amounts:
    """Gives every amount another one of the same form: the same for the same, zeros stay.

    key: secret, as who knew it could try out all amounts until one fits.
    """

    def __init__(self, key: str, amounts: Iterable[str], texts: Iterable[str]) -> None:
        """amounts: texts that are some; texts: in which some are told by what is around them."""
        self._key = key.encode()
        found = [match["number"] for text in amounts for match in _MONEY.finditer(text)]
        found += [
            match["number"] for text in texts for match in _MONEY.finditer(text) if _is(match)
        ]
        # Whole numbers stand for other things as well.
        self._known = {number for number in found if not number.isdecimal()}

    def hide(self, text: str, is_amount: bool = False) -> str:
        """is_amount: whatever number is in the text."""

        def hidden(match: re.Match[str]) -> str:
            number = match["number"]
            if not (is_amount or _is(match) or number in self._known):
                return match[0]
            return (match["before"] or "") + self._other(number) + (match["behind"] or "")

        return _MONEY.sub(hidden, text)

    def _other(self, number: str) -> str:
        """Every digit but 0 becomes another than itself and 0."""
        digits = "".join(str(int(char)) for char in number if char.isdecimal())
        shifts = hmac.digest(self._key, digits.lstrip("0").encode(), "sha512")
        place, other = 0, ""
        for char in number:
            digit = int(char) if char.isdecimal() else 0
            if digit:
                other += str((digit + shifts[place % len(shifts)] % 8) % 9 + 1)
                place += 1
            else:
                other += char
        return other


def _is(match: re.Match[str]) -> bool:
    """Whether what stands around a number, or its decimals, make it an amount."""
    return bool(match["before"] or match["behind"] or _DECIMALS.search(match["number"]))
