"""What an operator says with --map: whose an id or a link of the source is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from kzscraper import observer_link
from kzscraper.exceptions import StoreError
from kzscraper.store import snapshot

SHORTEST = 4  # characters of a token that may stand for it
_PART = re.compile(r"(?P<begin>[\w-]{4,}?)(?:(?:…|\.\.\.)(?P<end>[\w-]*))?")


def token(link: str) -> str:
    """What makes a link that of one pool, on whichever host."""
    try:
        return urlsplit(link).path.rstrip("/").rpartition("/")[2].lower() or link
    except ValueError:
        return link


@dataclass(frozen=True)
class Choice:
    """`key` is an id of the source, a link, or a part of its token."""

    key: str
    pool_id: str

    def check(self, tokens: Collection[str], ids: Collection[str | None], path: Path) -> None:
        """Raises StoreError unless it is about one pool of the source."""
        if self.key in ids:
            return
        meant = [one for one in tokens if self._is_token(one)]
        if len(meant) != 1:
            found = "no" if not meant else "more than one"
            raise StoreError(
                f"--map {observer_link.mask(self.key)}={self.pool_id}: {path} has {found} pool or "
                "observer link of that name"
            )

    def is_for(self, pool_id: str | None, links: Iterable[str]) -> bool:
        return self.key == pool_id or any(self._is_token(token(link)) for link in links)

    def _is_token(self, full: str) -> bool:
        if "/" in self.key:
            return token(self.key) == full
        part = _PART.fullmatch(self.key.lower())
        return bool(part and full.startswith(part["begin"]) and full.endswith(part["end"] or ""))


def read(texts: Iterable[str]) -> list[Choice]:
    """Of `KEY=POOL_ID` each, or `@FILE` with one a line."""
    return [_read_one(line) for one in texts for line in _lines(one)]


def _lines(given: str) -> Iterator[str]:
    """Links are secrets, which the command line would show to everybody on this machine."""
    if not given.startswith("@"):
        yield given
        return
    path = Path(given[1:])
    try:
        with snapshot.explained(path, "cannot be read"):
            lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise StoreError(f"{path} cannot be read: {error}") from None
    for line in lines:
        if line.strip() and not line.strip().startswith("#"):
            yield line.strip()


def _read_one(line: str) -> Choice:
    key, found, pool_id = line.rpartition("=")
    if not found or not key.strip() or not pool_id.strip():
        raise StoreError(
            f"--map {observer_link.mask(line)!r} is not of the form LINK=POOL_ID, such as "
            "4828=kzpool_001"
        )
    return Choice(key.strip(), pool_id.strip())
