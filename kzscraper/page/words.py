"""The words of the page: the table words.csv, and how a text is compared with them.

A new label is one more line in words.csv: what it means, its language, the phrase. Within one
meaning a phrase that stands earlier wins where a page shows both.
"""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass
from importlib.resources import files

_IN_PARENTHESES = re.compile(r"\([^()]*\)")


@dataclass(frozen=True)
class Phrase:
    """One line of words.csv; rank is its place in the file."""

    meaning: str
    language: str
    text: str
    rank: int


def key(text: str) -> str:
    """`text` without case, spaces, punctuation and the х/э and е/ё spellings.

    A text of punctuation only, such as `>`, is its own key.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    letters = "".join(filter(str.isalnum, folded))
    return letters.replace("э", "е").replace("ё", "е") or folded.strip()


def find(text: str, meanings: Collection[str]) -> Phrase | None:
    """The phrase that is `text`, as one of `meanings`; `Workers (202)` is `Workers`."""
    if len(text) > _longest():
        return None
    return next((phrase for phrase in _phrases(text) if phrase.meaning in meanings), None)


# A page asks for the same few texts again and again: a status for each worker.
@functools.lru_cache(maxsize=1024)
def _phrases(text: str) -> tuple[Phrase, ...]:
    candidates = (text, _IN_PARENTHESES.sub("", text))
    return tuple(phrase for one in candidates for phrase in _by_key().get(key(one), ()))


def mentioned(text: str, meaning: str) -> Phrase | None:
    """The first phrase of that meaning that stands anywhere in `text`."""
    whole = key(text)
    for phrases in _by_key().values():
        for phrase in phrases:
            if phrase.meaning == meaning and key(phrase.text) in whole:
                return phrase
    return None


@functools.cache
def _by_key() -> dict[str, tuple[Phrase, ...]]:
    table = files("kzscraper.page").joinpath("words.csv").read_text("utf-8")
    phrases: dict[str, tuple[Phrase, ...]] = {}
    for rank, line in enumerate(csv.DictReader(table.splitlines())):
        phrase = Phrase(line["meaning"], line["language"], line["phrase"], rank)
        phrases[key(phrase.text)] = (*phrases.get(key(phrase.text), ()), phrase)
    return phrases


@functools.cache
def _longest() -> int:
    # Room for spaces, punctuation and a count in parentheses.
    return 2 * max(map(len, _by_key())) + 16
