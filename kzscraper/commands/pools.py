"""`scrapy pools`: the registry of pools."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from scrapy.exceptions import UsageError

from kzscraper import observer_link, options
from kzscraper.command_base import KzCommand
from kzscraper.exceptions import RegistryError
from kzscraper.output import screen
from kzscraper.store import registry
from kzscraper.store.database import Database
from kzscraper.store.registry import Pool
from kzscraper.table import Column, as_table

# The fields of a pool that have an option, and the option's help.
_FIELDS = {
    "observer_url": ("--url", "observer link"),
    "pool_name": ("--name", "name of the pool"),
    "client_name": ("--client", "client that the pool belongs to"),
    "country": ("--country", "country of operation"),
    "company": ("--company", "operating company"),
    "location": ("--location", "city or place"),
    "contact_email": ("--email", "whom to write to"),
    "tags": ("--tags", "tags, with commas between them"),
}
_LIST = (
    "pool",
    Column("name", least=7),
    Column("client", least=6),
    Column("country", rank=1),
    Column("observer link", least=len("https://btcpool.kz/observer-link/0123…cdef")),
    "active",
)
_ACTIONS = "list | show ID | add ID | update ID | activate ID | deactivate ID | remove ID"


class Command(KzCommand):
    def syntax(self) -> str:
        return f"[options] {_ACTIONS} | import FILE | export FILE"

    def short_desc(self) -> str:
        return "List, add, change, import and export the pools to crawl"

    def long_desc(self) -> str:
        return (
            "The registry of pools. FILE may be - for standard input or output. `import` adds the "
            "pools of a JSON file, or changes those with --update; all of them or none."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        for field, (flag, text) in _FIELDS.items():
            parser.add_argument(flag, dest=field, metavar="TEXT", help=text)
        parser.add_argument("--update", action="store_true", help="import: change known pools")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        actions: dict[str, tuple[int, Callable[..., None]]] = {
            "list": (0, self._list),
            "show": (1, self._show),
            "add": (1, self._add),
            "update": (1, self._update),
            "activate": (1, self._activate),
            "deactivate": (1, self._deactivate),
            "remove": (1, self._remove),
            "import": (1, self._import),
            "export": (1, self._export),
        }
        action, values = self.choose(actions, args)
        name = args[0]
        given = {field: getattr(opts, field) for field in _FIELDS}
        changes = {field: value for field, value in given.items() if value is not None}
        if changes and name not in ("add", "update"):
            raise UsageError(f"`scrapy pools {name}` takes none of the pool's fields")
        if opts.update and name != "import":
            raise UsageError("--update goes with import")
        self._hosts = options.OBSERVER_HOSTS.read(self.kz_settings)
        self._changes = changes
        self._replace_known = opts.update
        with Database.from_settings(self.kz_settings, create=name in ("add", "import")) as database:
            action(database, *values)

    def _list(self, database: Database) -> None:
        rows = [
            (
                pool.pool_id,
                pool.pool_name,
                pool.client_name,
                pool.country,
                observer_link.mask(pool.observer_url or ""),
                "yes" if pool.active else "no",
            )
            for pool in registry.pools(database)
        ]
        screen.say(as_table(_LIST, rows, screen.room()))

    def _show(self, database: Database, pool_id: str) -> None:
        pool = registry.get(database, pool_id)
        shown = {**asdict(pool), "observer_url": observer_link.mask(pool.observer_url or "")}
        shown["tags"] = ", ".join(pool.tags)
        shown["active"] = "yes" if pool.active else "no"
        screen.say(as_table(("field", "value"), shown.items()))

    def _add(self, database: Database, pool_id: str) -> None:
        pool = registry.check({"pool_id": pool_id, **self._fields()}, self._hosts)
        registry.add(database, pool)
        _warn_of_unusual(pool)
        print(f"added {pool_id}")

    def _update(self, database: Database, pool_id: str) -> None:
        if not self._changes:
            raise UsageError("nothing to change: name at least one of the pool's fields")
        known = registry.get(database, pool_id)
        pool = registry.check({**asdict(known), **self._fields()}, self._hosts)
        registry.update(database, pool)
        print(f"updated {pool_id}")

    def _activate(self, database: Database, pool_id: str) -> None:
        registry.update(database, replace(registry.get(database, pool_id), active=True))
        print(f"activated {pool_id}")

    def _deactivate(self, database: Database, pool_id: str) -> None:
        registry.update(database, replace(registry.get(database, pool_id), active=False))
        print(f"deactivated {pool_id}")

    def _remove(self, database: Database, pool_id: str) -> None:
        registry.remove(database, pool_id)
        print(f"removed {pool_id}")

    def _import(self, database: Database, file: str) -> None:
        try:
            text = sys.stdin.read() if file == "-" else Path(file).read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise RegistryError(f"{file} cannot be read: {error}") from None
        try:
            pools = registry.from_json(text, self._hosts)
            added, updated = registry.import_all(database, pools, self._replace_known)
        except RegistryError as error:
            raise RegistryError(f"{file}: {error}; nothing was imported") from None
        for pool in pools:
            _warn_of_unusual(pool)
        print(f"added {added}, updated {updated}")

    def _export(self, database: Database, file: str) -> None:
        pools = registry.pools(database)
        ours = [p for p in pools if observer_link.on_host(p.observer_url or "", self._hosts)]
        text = registry.to_json(ours)
        if file == "-":
            sys.stdout.write(text)
        else:
            _write_private(Path(file), text, database)
        for pool in pools:
            if pool not in ours:
                print(f"left out {pool.pool_id}: not on KZ_OBSERVER_HOSTS", file=sys.stderr)
        print(f"exported {len(ours)}", file=sys.stderr)

    def _fields(self) -> dict[str, Any]:
        fields: dict[str, Any] = dict(self._changes)
        if "tags" in fields:
            fields["tags"] = [tag.strip() for tag in fields["tags"].split(",") if tag.strip()]
        return fields


def _warn_of_unusual(pool: Pool) -> None:
    if not registry.follows_convention(pool.pool_id):
        print(
            f"warning: {pool.pool_id} is not of the documented form kzpool_001",
            file=sys.stderr,
        )


def _write_private(path: Path, text: str, database: Database) -> None:
    """For its owner's eyes only, as it holds observer links."""
    try:
        if path.exists() and path.samefile(database.path):
            raise RegistryError(f"{path} is the database: name another file")
        path.touch(mode=0o600)
        path.write_text(text, "utf-8")
    except OSError as error:
        raise RegistryError(f"{path} cannot be written: {error.strerror}") from None
