"""Finding the counters: a label, and its value on the same line or the next."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from kzscraper import units
from kzscraper.page import words
from kzscraper.page.document import Control, Document, Line

# What each counter is read as.
READERS: dict[str, Callable[[str], Any]] = {
    "current_hashrate": units.parse_hashrate,
    "avg_hashrate_24h": units.parse_hashrate,
    "online_workers": units.parse_count,
    "offline_workers": units.parse_count,
    "total_workers": units.parse_count,
    "balance": units.parse_btc,
    "last_income": units.parse_btc,
}

# A label has fewer words, and fewer elements.
_MOST_WORDS = 8
_MOST_PIECES = 16
# A bare amount and what stands in the line behind it: without that, it would be taken for BTC.
_AMOUNT_APART = re.compile(r"[\d.,\s]+ (?:[mµμ]?BTC|sats?|satoshi|USDT?|EUR|KZT|RUB|[₿$€₸₽])")


@dataclass(frozen=True)
class Counter:
    """A label of the page and the text that stands for its value, readable or not."""

    phrase: words.Phrase
    text: str
    readable: bool


def find(document: Document) -> dict[str, Counter]:
    """The page's counters by meaning. A label without anything like a value beside it is none."""
    found: dict[str, Counter] = {}
    blocks = [block for block in document.blocks if not isinstance(block, Control)]
    labels = [_label(block) if isinstance(block, Line) else None for block in blocks]
    texts = [  # of what may be a value: a label and a table end the search for one
        block.text if isinstance(block, Line) and not label else ""
        for block, label in zip(blocks, labels, strict=True)
    ]
    for place, label in enumerate(labels):
        if not label:
            continue
        phrase, value = label
        following = list(takewhile(bool, texts[place + 1 : place + 3]))
        counter = _read(phrase, [value] if value else _values(phrase, following))
        present = found.get(phrase.meaning)
        if counter and (present is None or _preference(counter) < _preference(present)):
            found[phrase.meaning] = counter
    return found


def _preference(counter: Counter) -> tuple[bool, int, bool]:
    return not counter.readable, counter.phrase.rank, units.is_blank(counter.text)


def _label(line: Line) -> tuple[words.Phrase, str | None] | None:
    """The label that `line` begins with, and the value that it holds as well, if it does."""
    if phrase := words.find(line.text, READERS):
        return phrase, None
    for label, value in _splits(line):
        if phrase := words.find(label, READERS):
            return phrase, value
    return None


def _splits(line: Line) -> Iterator[tuple[str, str]]:
    """`line` cut in two at each place where a label may end: between elements, then words."""
    for cut in range(1, min(len(line.pieces), _MOST_PIECES)):
        yield "".join(line.pieces[:cut]), "".join(line.pieces[cut:]).strip(" :")
    tokens = line.text.split()
    for cut in range(min(len(tokens), _MOST_WORDS) - 1, 0, -1):
        yield " ".join(tokens[:cut]), " ".join(tokens[cut:]).strip(" :")


def _values(phrase: words.Phrase, following: list[str]) -> list[str]:
    """What may be the value of a label with these lines behind it, best first."""
    both = " ".join(following)  # a number and its unit may stand in lines of their own
    if READERS[phrase.meaning] is units.parse_btc and _AMOUNT_APART.fullmatch(both):
        return [both]
    return [following[0], both] if following else []


def _read(phrase: words.Phrase, candidates: list[str]) -> Counter | None:
    for text in candidates:
        try:
            READERS[phrase.meaning](text)
        except ValueError:
            continue
        return Counter(phrase, text, readable=True)
    if candidates and _looks_like_value(candidates[0]):
        return Counter(phrase, candidates[0], readable=False)
    return None


def _looks_like_value(text: str) -> bool:
    """`12.5 mBTC` does; not what else may stand behind a word: `Workers (202)`, a sentence."""
    return len(text) <= units.MAX_LENGTH and bool(re.match(r"[\W_]*\d", text))
