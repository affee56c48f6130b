"""Whose rows they are: a pool of the registry for each id and link of the source."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, fields

from kzscraper import observer_link
from kzscraper.exceptions import RegistryError, StoreError
from kzscraper.store import registry
from kzscraper.store.adopt import question
from kzscraper.store.adopt.choices import Choice, token
from kzscraper.store.adopt.source import Origin, Source, text
from kzscraper.store.registry import Pool


@dataclass
class Owners:
    pools: dict[Origin, str] = field(default_factory=dict)  # ids
    refused: dict[Origin, str] = field(default_factory=dict)  # and why
    new: dict[str, Pool] = field(default_factory=dict)  # to be registered, by id


class Resolver:
    """Knows the pools of both databases, and what the operator has said."""

    def __init__(
        self,
        source: Source,
        known: Sequence[Pool],
        choices: Sequence[Choice],
        hosts: Collection[str],
    ) -> None:
        self._source = source
        self._choices = choices
        self._hosts = hosts
        self._known = {pool.pool_id: pool for pool in known}
        self._known_by_token = _unique({p.pool_id: p.observer_url for p in known})
        rows = source.pools()
        self._rows = {found: row for row in rows if (found := text(row, "pool_id"))}
        self._ids_by_token = _unique(
            {found: text(row, "observer_url") for found, row in self._rows.items()}
        )

    def resolve(self) -> Owners:
        """Raises StoreError, which asks for what cannot be known."""
        owners = Owners()
        origins = self._source.origins()
        tokens = {token(one) for origin in origins for one in self._links(origin)}
        for choice in self._choices:
            choice.check(tokens, {one.pool_id for one in origins}, self._source.path)
        unknown: dict[Origin, int] = {}
        for origin, rows in origins.items():
            links = self._links(origin)
            if not links and not origin.pool_id:
                owners.refused[origin] = "they name neither a pool nor a link"
                continue
            pool_id = self._chosen(origin, links)
            if pool_id is None and links and not any(map(self._is_ours, links)):
                owners.refused[origin] = "their pool's link is not on KZ_OBSERVER_HOSTS"
                continue
            pool_id = pool_id or self._found(origin, links)
            if pool_id is None:
                unknown[origin] = rows
            elif pool_id not in self._known:
                owners.new[pool_id] = owners.new.get(pool_id) or self._new(pool_id, origin, links)
                owners.pools[origin] = pool_id
            elif self._is_ours(self._known[pool_id].observer_url or ""):
                owners.pools[origin] = pool_id
            else:
                owners.refused[origin] = "their pool's link is not on KZ_OBSERVER_HOSTS"
        if unknown:
            raise StoreError(question.about(self._source.path, unknown, self._links, tokens))
        return owners

    def _links(self, origin: Origin) -> list[str]:
        """The link of the rows, and that which the source's registry has for their pool."""
        registered = text(self._rows.get(origin.pool_id or "", {}), "observer_url")
        return list(dict.fromkeys(link for link in (origin.link, registered) if link))

    def _is_ours(self, link: str) -> bool:
        return observer_link.on_host(link, self._hosts)

    def _chosen(self, origin: Origin, links: Sequence[str]) -> str | None:
        for choice in self._choices:
            if choice.is_for(origin.pool_id, links):
                return choice.pool_id
        return None

    def _found(self, origin: Origin, links: Sequence[str]) -> str | None:
        """The pool that has the link, else the one that the source itself names."""
        for link in links:
            if found := self._known_by_token.get(token(link)):
                return found
        named = origin.pool_id
        for link in links:
            named = named or self._ids_by_token.get(token(link))
        if named is None or not links:
            return None
        # The same id for another link may be another pool.
        return None if named in self._known and self._known[named].observer_url else named

    def _new(self, pool_id: str, origin: Origin, links: Sequence[str]) -> Pool:
        named = origin.pool_id or next(
            (found for link in links if (found := self._ids_by_token.get(token(link)))), ""
        )
        row = self._rows.get(named, {})
        entry = {one.name: text(row, one.name) for one in fields(Pool)}
        ours = [link for link in links if self._is_ours(link)]
        try:
            return registry.check(
                {
                    **entry,
                    "pool_id": pool_id,
                    # The registry's link is the newer one.
                    "observer_url": ours[-1] if ours else None,
                    "tags": _tags(entry["tags"]),
                    "active": entry["active"] != "0",
                },
                self._hosts,
            )
        except RegistryError as error:
            raise StoreError(
                f"{self._source.path}: pool {pool_id} cannot be registered: {error}"
            ) from None


def _unique(links: Mapping[str, str | None]) -> dict[str, str]:
    """Ids by token; without the tokens that two ids have."""
    found: dict[str, str] = {}
    twice = set()
    for pool_id, link in links.items():
        if link and found.setdefault(token(link), pool_id) != pool_id:
            twice.add(token(link))
    return {one: pool_id for one, pool_id in found.items() if one not in twice}


def _tags(found: str | None) -> list[str]:
    try:
        tags = json.loads(found or "[]")
    except json.JSONDecodeError:
        tags = [found]
    return [str(tag) for tag in (tags if isinstance(tags, list) else [tags])]
