"""Finding the counters: a label, and its value on the same line or the next."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from kzscraper import units
from kzscraper.page import words
from kzscraper.page.document import Document, Line

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


@dataclass(frozen=True)
class Counter:
    """A label of the page and the text that stands for its value, readable or not."""

    phrase: words.Phrase
    text: str
    readable: bool


def find(document: Document) -> dict[str, Counter]:
    """The page's counters by meaning. A label without anything like a value beside it is none."""
    found: dict[str, Counter] = {}
    lines = document.lines
    for place, line in enumerate(lines):
        for phrase, candidates in _labels(line, lines[place + 1 : place + 3]):
            counter = _choose(phrase, candidates)
            present = found.get(phrase.meaning)
            if counter and (present is None or _preference(counter) < _preference(present)):
                found[phrase.meaning] = counter
    return found


def _preference(counter: Counter) -> tuple[bool, int]:
    return not counter.readable, counter.phrase.rank


def _labels(line: Line, following: list[Line]) -> Iterator[tuple[words.Phrase, list[str]]]:
    """The labels that `line` begins with, each with the texts that may be its value, best first."""
    if phrase := words.find(line.text, READERS):
        texts = [after.text for after in following]
        # A number and its unit may stand in lines of their own.
        yield phrase, [*texts[:1], " ".join(texts)]
        return
    for label, value in _splits(line):
        if phrase := words.find(label, READERS):
            yield phrase, [value]
            return


def _splits(line: Line) -> Iterator[tuple[str, str]]:
    """`line` cut in two at each place where a label may end: between elements, then words."""
    for cut in range(1, len(line.pieces)):
        yield "".join(line.pieces[:cut]), "".join(line.pieces[cut:]).strip(" :")
    tokens = line.text.split()
    for cut in range(min(len(tokens), 8) - 1, 0, -1):
        yield " ".join(tokens[:cut]), " ".join(tokens[cut:]).strip(" :")


def _choose(phrase: words.Phrase, candidates: list[str]) -> Counter | None:
    read = READERS[phrase.meaning]
    for text in candidates:
        if words.find(text, READERS):
            return None  # the next label: this one has no value
        try:
            read(text)
        except ValueError:
            continue
        return Counter(phrase, text, readable=True)
    if candidates and any(map(str.isdigit, candidates[0])):
        return Counter(phrase, candidates[0], readable=False)
    return None
