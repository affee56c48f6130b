"""Asking the operator whose rows they are, in words that can be typed as they stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

from kzscraper.store.adopt.choices import SHORTEST, token
from kzscraper.store.adopt.source import Origin


def about(
    path: Path,
    unknown: Mapping[Origin, int],
    links: Callable[[Origin], Sequence[str]],
    tokens: Collection[str],
) -> str:
    rows: Counter[str] = Counter()
    for origin, count in unknown.items():
        own = links(origin)
        rows[origin.pool_id or _shortest(token(own[0]), tokens)] += count
    lines = [f"  --map {key}=POOL_ID   # {count:,} rows" for key, count in sorted(rows.items())]
    return "\n".join(
        [
            f"{path} has rows of pools that are not known here. Say which they are, each with the "
            "id of a registered pool (`scrapy pools list`) or a new one:",
            *lines,
            "What stands before = is an id of that database or the beginning of an observer "
            "link's token; --map @FILE reads such lines, which may hold whole links. Nothing was "
            "adopted.",
        ]
    )


def _shortest(one: str, tokens: Collection[str]) -> str:
    """The shortest beginning that no other token has."""
    for length in range(SHORTEST, len(one)):
        if not any(other != one and other.startswith(one[:length]) for other in tokens):
            return one[:length]
    return one
