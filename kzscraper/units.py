"""Text as the page shows it -> exact values, and values -> the one form in which they are stored.

Every `parse_*` that may meet an empty cell gives `None` for it; text that is there but is not what
was expected raises `ValueError`, and nothing else is ever raised. Each reads its own output back.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from unicodedata import normalize

from dateutil import parser as dateutil_parser

from kzscraper.observer_link import mask

MAX_LENGTH = 64  # no value is longer; a longer text is a sentence, or an attack
MAX_BTC = Decimal(21_000_000)
YEARS = range(2009, 2101)  # Bitcoin's first year, and a typing error's distance

_PLACEHOLDERS = {"n/a", "н/д", "нет данных", "null", "undefined", "nan"}
_DASHES = "-–—"
# Zero-width and direction marks are dropped; the typographic minus and apostrophe become ASCII.
_PLAIN: dict[int, str | None] = dict.fromkeys(
    [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x206A), 0xFEFF]
)
_PLAIN |= {0x2212: "-", 0x2019: "'"}

_NUMBER = r"""(?P<number> [+-]? (?:
    \d+ (?:[.,]\d+)? (?:e[+-]?\d{1,2})?                              # 38.4  38,4  1e-8
  | [1-9]\d{0,2} (?P<group>[ ',.])\d{3} (?:(?P=group)\d{3})*         # 1 234  1,234,567
    (?:(?!(?P=group))[.,]\d+)?                                       # 1,234.5  1.234,5
))"""
_FLAGS = re.VERBOSE | re.ASCII | re.IGNORECASE
_DECIMAL = re.compile(_NUMBER, _FLAGS)
_HASHRATE = re.compile(_NUMBER + r"\s* (?P<unit>\D*)", _FLAGS)
_CURRENCY = re.compile(r"^(-?) (?:₿|BTC) [ ]? | \s* (?:₿|BTC)$", _FLAGS)
_COUNT = re.compile(r"\d{1,9}|[1-9]\d{0,2}([ ',.])\d{3}(?:\1\d{3})?", re.ASCII)

# Steps of 1000, and the letters (lower case) for each: Latin, Cyrillic, and what looks like them.
_PREFIXES: dict[str, Sequence[str]] = {
    "H/s": [""], "kH/s": "kк", "MH/s": "mм", "GH/s": "gг",
    "TH/s": "tт", "PH/s": "pпр", "EH/s": "eэе", "ZH/s": "zз",
}  # fmt: skip
_EXPONENTS = {unit: 3 * step for step, unit in enumerate(_PREFIXES)}
_PER_SECOND = [f"{hash_}/{second}" for hash_ in "hхнx" for second in "sсcѕ"]
# `TH` will do, but not a bare `H`, which is also an hour; nor look-alikes, which would take `10px`.
_SPELLINGS = {
    prefix + rest: unit
    for unit, prefixes in _PREFIXES.items()
    for prefix in prefixes
    for rest in ([*_PER_SECOND, "h", "х"] if prefix else _PER_SECOND)
}

_SATOSHI = Decimal("1e-8")
_EXACT = Context(prec=200)  # wide enough that nothing of MAX_LENGTH is rounded

_ISO = re.compile(
    r"\d{4}-(?P<month>\d\d)-(?P<day>\d\d)(?P<clock>[T ]\d\d:\d\d(?::\d\d(?:\.\d{3})?)?Z?)?",
    re.ASCII,
)
# Slashes are en-US. With a 24-hour clock or `am` they would be British, day first: not accepted.
_SLASHES = re.compile(
    r"(?P<month>\d\d?)/(?P<day>\d\d?)/\d{4}(?P<clock>,? \d\d?:\d\d(?::\d\d)? ?[AP]M)?", re.ASCII
)
_DOTS = re.compile(
    r"(?P<day>\d\d?)\.(?P<month>\d\d?)\.\d{4}(?P<clock>,? \d\d?:\d\d(?::\d\d)?)?", re.ASCII
)


def is_blank(text: str | None) -> bool:
    """Whether nothing is shown: no text, only space, dashes, or a placeholder such as `N/A`."""
    return not _clean(text)


@dataclass(frozen=True, slots=True)
class Hashrate:
    value: Decimal
    unit: str  # one of H/s kH/s MH/s GH/s TH/s PH/s EH/s ZH/s

    @property
    def hashes_per_second(self) -> Decimal:
        return self.value.scaleb(_EXPONENTS[self.unit], context=_EXACT)

    @property
    def text(self) -> str:
        """`37.405 PH/s`: the digits of the page, trailing zeros included."""
        return f"{self.value:f} {self.unit}"


def parse_hashrate(text: str | None) -> Hashrate | None:
    """A unit is required, in Latin or Cyrillic and in any case, except for a plain `0`."""
    clean = _present(text)
    if not clean:
        return None
    match = _HASHRATE.fullmatch("0 H/s" if clean == "0" else clean)
    unit = match and _SPELLINGS.get(match["unit"].casefold())
    if not match or not unit:
        raise unreadable("hashrate", clean)
    value = _to_decimal(match)
    hashrate = Hashrate(value.copy_abs(), unit)  # "-0" is 0
    if value < 0 or len(hashrate.text) > MAX_LENGTH:  # 1e99
        raise unreadable("hashrate", clean)
    return hashrate


def parse_btc(text: str | None) -> Decimal | None:
    """Always with eight decimals. More of them, or another unit (`mBTC`), is a `ValueError`."""
    clean = _present(text)
    if not clean:
        return None
    match = _DECIMAL.fullmatch(_CURRENCY.sub(r"\1", clean))
    if not match:
        raise unreadable("BTC amount", clean)
    return _in_satoshis(_to_decimal(match))


def format_btc(amount: Decimal) -> str:
    """`0.01570138`"""
    return f"{_in_satoshis(amount):f}"


def format_balance(amount: Decimal) -> str:
    """`0.01864218BTC`"""
    return f"{format_btc(amount)}BTC"


def parse_decimal(text: str) -> Decimal:
    """With comma and point, the last is the decimal mark and the other one groups thousands.

    Alone, either is the decimal mark, also in `1,234` (= 1.234): the site prints three decimals, so
    in a locale with a decimal comma every hashrate looks like that. Space, apostrophe, and a comma
    or point that occurs several times, group thousands, by three digits and nothing else.
    """
    clean = _present(text)
    match = _DECIMAL.fullmatch(clean)
    if not match:
        raise unreadable("number", clean)
    return _to_decimal(match)


def parse_count(text: str | None) -> int | None:
    """A count has no decimals: `1.234`, like `1,234` and `1 234`, is 1234."""
    clean = _present(text)
    if not clean:
        return None
    match = _COUNT.fullmatch(clean)
    if not match:
        raise unreadable("count", clean)
    return int(clean.replace(match[1], "") if match[1] else clean)


def parse_day(text: str | None) -> date | None:
    """`11/22/2025` (month first), `22.11.2025` (day first) or ISO; a time of day is ignored."""
    clean = _present(text)
    return _read_date(clean)[0].date() if clean else None


def parse_moment(text: str | None) -> datetime | None:
    """The forms of `parse_day`, but the time is required; naive, the clock as it is shown."""
    clean = _present(text)
    if not clean:
        return None
    moment, has_clock = _read_date(clean)
    if not has_clock:
        raise unreadable("date with a time", clean)
    return moment


def format_moment(moment: datetime) -> str:
    """`2025-11-23 04:45:00`"""
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds")


def utc_text(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise ValueError(f"no time zone: {moment}")
    return format_moment(moment.astimezone(UTC))


def parse_utc(text: str) -> datetime:
    """The inverse of `utc_text`, aware; no other form is read."""
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
    except ValueError as error:
        raise unreadable("UTC timestamp", text) from error
    if utc_text(moment) != text:
        raise unreadable("UTC timestamp", text)
    return moment


def unreadable(kind: str, text: str) -> ValueError:
    """What is said of text that is not what was expected, of which it quotes the beginning."""
    return ValueError(f"not a {kind}: {mask(text)[:40]!r}")


def _clean(text: str | None) -> str:
    """The text in plain characters, `""` if blank. `²` and `½` stay, and no pattern takes them."""
    if text is None:
        return ""
    if not text.isascii() and not any(c.isnumeric() and not c.isdecimal() for c in text):
        text = normalize("NFKC", text).translate(_PLAIN)
    text = text.strip()
    return "" if not text.strip(_DASHES) or text.casefold() in _PLACEHOLDERS else text


def _present(text: str | None) -> str:
    clean = _clean(text)
    if len(clean) > MAX_LENGTH:
        raise unreadable("value (too long)", clean)
    return clean


def _to_decimal(match: re.Match[str]) -> Decimal:
    number = match["number"].replace(match["group"] or " ", "")
    return Decimal(number.replace(",", "."))


def _in_satoshis(amount: Decimal) -> Decimal:
    if not amount.is_finite() or amount.copy_abs() > MAX_BTC:
        raise unreadable("possible BTC amount", str(amount))
    exact = amount.quantize(_SATOSHI, context=_EXACT)
    if exact != amount:  # money is never rounded silently
        raise unreadable("whole number of satoshis", str(amount))
    return exact or exact.copy_abs()  # "-0" is 0


def _read_date(clean: str) -> tuple[datetime, bool]:
    """The date, and whether a time of day was shown with it."""
    try:
        if match := _ISO.fullmatch(clean):
            moment = datetime.fromisoformat(clean.removesuffix("Z"))
        elif match := _SLASHES.fullmatch(clean):
            moment = dateutil_parser.parse(clean, dayfirst=False)
        elif match := _DOTS.fullmatch(clean):
            moment = dateutil_parser.parse(clean, dayfirst=True)
        else:
            raise unreadable("date", clean)
    except ValueError as error:
        raise unreadable("date", clean) from error
    # dateutil swaps day and month where that makes an impossible date possible.
    as_written = (moment.month, moment.day) == (int(match["month"]), int(match["day"]))
    if not as_written or moment.year not in YEARS:
        raise unreadable("date", clean)
    return moment, match["clock"] is not None
