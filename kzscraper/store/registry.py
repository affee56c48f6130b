"""The registry of pools: the table pool_metadata. A JSON file is a way in and out of it."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from sqlite3 import Row
from typing import Any, NoReturn

from kzscraper import observer_link
from kzscraper.exceptions import LinkError, RegistryError
from kzscraper.store.database import Database

_POOL_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_DOCUMENTED_ID = re.compile(r"(kzpool|antpool|f2pool|custom)_[0-9]{3}")

_COLUMNS = (
    "pool_id, pool_name, observer_url, client_name, country, company, location, contact_email, "
    "tags, active"
)
_SELECT = f"SELECT {_COLUMNS} FROM pool_metadata"
_INSERT = f"""
    INSERT INTO pool_metadata ({_COLUMNS}, created_at, updated_at)
    VALUES (:pool_id, :pool_name, :observer_url, :client_name, :country, :company, :location,
            :contact_email, :tags, :active, CURRENT_TIMESTAMP, CURRENT_TIMESTAMP)
"""
_UPDATE = """
    UPDATE pool_metadata
    SET pool_name = :pool_name, observer_url = :observer_url, client_name = :client_name,
        country = :country, company = :company, location = :location,
        contact_email = :contact_email, tags = :tags, active = :active,
        updated_at = CURRENT_TIMESTAMP
    WHERE pool_id = :pool_id
"""
_HISTORY = ("pool_summary", "worker_status", "daily_earnings", "anomaly_log", "scrape_log")


@dataclass(frozen=True)
class Pool:
    """One pool of the registry."""

    pool_id: str
    pool_name: str | None = None
    observer_url: str | None = None
    client_name: str | None = None
    country: str | None = None
    company: str | None = None
    location: str | None = None
    contact_email: str | None = None
    tags: tuple[str, ...] = ()
    active: bool = True


_TEXT_FIELDS = tuple(f.name for f in fields(Pool) if f.name not in ("tags", "active"))


def check(entry: Mapping[str, Any], hosts: Collection[str]) -> Pool:
    """The pool that `entry` describes; raises RegistryError naming the field that is wrong."""
    unknown = sorted(set(entry) - {f.name for f in fields(Pool)})
    if unknown:
        raise RegistryError(f"unknown field {unknown[0]!r}")
    for name in _TEXT_FIELDS:
        if not isinstance(entry.get(name), (str, type(None))):
            raise RegistryError(f"{name} must be text")
        _check_unicode(name, entry.get(name) or "")
    pool_id = entry.get("pool_id")
    if not pool_id or not _POOL_ID.fullmatch(pool_id):
        raise RegistryError(
            f"pool_id {pool_id!r} must be 1 to 64 letters, digits, _ . or -, such as kzpool_001"
        )
    if not entry.get("observer_url"):
        raise RegistryError("observer_url is missing")
    try:
        observer_link.check(entry["observer_url"], hosts)
    except LinkError as error:
        raise RegistryError(f"observer_url: {error}") from None
    tags = [] if entry.get("tags") is None else entry["tags"]
    if not isinstance(tags, (list, tuple)) or not all(isinstance(tag, str) for tag in tags):
        raise RegistryError("tags must be a list of texts")
    _check_unicode("tags", "".join(tags))
    active = entry.get("active", True)
    if not isinstance(active, bool):
        raise RegistryError("active must be true or false")
    texts = {name: entry.get(name) or None for name in _TEXT_FIELDS}
    return Pool(**{**texts, "pool_id": pool_id, "tags": tuple(tags), "active": active})


def _check_unicode(name: str, text: str) -> None:
    # JSON can spell half a surrogate pair, and so does Python for bytes that are not UTF-8.
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise RegistryError(f"{name} is not valid Unicode")


def follows_convention(pool_id: str) -> bool:
    """Whether the id is of the documented form, `kzpool_001`."""
    return bool(_DOCUMENTED_ID.fullmatch(pool_id))


def pools(database: Database) -> list[Pool]:
    """Every pool, other programs' included, in the order of their ids."""
    return [_from_row(row) for row in database.rows(f"{_SELECT} ORDER BY pool_id")]


def get(database: Database, pool_id: str) -> Pool:
    row = database.one(f"{_SELECT} WHERE pool_id = ?", (pool_id,))
    if row is None:
        raise RegistryError(f"pool {pool_id} is not registered: `scrapy pools list` shows all")
    return _from_row(row)


def add(database: Database, pool: Pool) -> None:
    """Raises RegistryError if its id is registered already."""
    with database.transaction():
        _add(database, pool)


def update(database: Database, pool: Pool) -> None:
    """Writes all fields of a pool that is registered."""
    with database.transaction():
        database.execute(_UPDATE, _to_row(pool))


def import_all(database: Database, pools: Iterable[Pool], replace: bool) -> tuple[int, int]:
    """Adds all pools, or none; with `replace` those that are registered are changed.

    Gives the numbers of pools added and changed.
    """
    added = changed = 0
    with database.transaction():
        for pool in pools:
            if replace and database.execute(_UPDATE, _to_row(pool)).rowcount:
                changed += 1
            else:
                _add(database, pool)
                added += 1
    return added, changed


def _add(database: Database, pool: Pool) -> None:
    if database.one("SELECT 1 FROM pool_metadata WHERE pool_id = ?", (pool.pool_id,)):
        raise RegistryError(
            f"pool {pool.pool_id} is registered already: `scrapy pools update`, or "
            "`scrapy pools import --update`, changes it"
        )
    database.execute(_INSERT, _to_row(pool))


def remove(database: Database, pool_id: str) -> None:
    """Removes a pool without history; one with history is refused, as its rows refer to it."""
    get(database, pool_id)
    with database.transaction():
        for table in _HISTORY:
            if database.one(f"SELECT 1 FROM {table} WHERE pool_id = ? LIMIT 1", (pool_id,)):
                raise RegistryError(
                    f"pool {pool_id} has rows in {table}, which would lose their pool: "
                    f"`scrapy pools deactivate {pool_id}` stops its crawls and keeps them"
                )
        database.execute("DELETE FROM pool_metadata WHERE pool_id = ?", (pool_id,))


def from_json(text: str, hosts: Collection[str]) -> list[Pool]:
    """The pools of a pools file; raises RegistryError naming the entry and field that is wrong."""
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise RegistryError(f"line {error.lineno}, column {error.colno}: {error.msg}") from None
    except (ValueError, RecursionError) as error:  # thousands of digits, or of brackets
        raise RegistryError(f"this JSON cannot be read: {error}") from None
    entries = document.get("pools") if isinstance(document, dict) else None
    if not isinstance(entries, list):
        raise RegistryError('the file must have the form {"pools": [{"pool_id": …}, …]}')
    found: dict[str, Pool] = {}
    for number, entry in enumerate(entries, start=1):
        pool_id = entry.get("pool_id") if isinstance(entry, dict) else None
        where = f"entry {number} ({pool_id})" if pool_id else f"entry {number}"
        if not isinstance(entry, dict):
            raise RegistryError(f"{where}: must be an object")
        try:
            pool = check(entry, hosts)
        except RegistryError as error:
            raise RegistryError(f"{where}: {error}") from None
        if pool.pool_id in found:
            raise RegistryError(f"{where}: pool_id {pool.pool_id} stands in the file twice")
        found[pool.pool_id] = pool
    return list(found.values())


def to_json(exported: Iterable[Pool]) -> str:
    document = {"pools": [asdict(pool) for pool in exported]}
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _to_row(pool: Pool) -> dict[str, Any]:
    return {
        **asdict(pool),
        "tags": json.dumps(pool.tags, ensure_ascii=False),
        "active": int(pool.active),
    }


def _from_row(row: Row) -> Pool:
    return Pool(
        **{name: row[name] for name in _TEXT_FIELDS},
        tags=_read_tags(row["tags"]),
        active=bool(row["active"]),
    )


def _read_tags(text: str | None) -> tuple[str, ...]:
    # Other programs write this column too: what is not a JSON list is shown as one tag.
    try:
        tags = json.loads(text or "[]")
    except json.JSONDecodeError:
        tags = [text]
    return tuple(map(str, tags if isinstance(tags, list) else [tags]))


def choose(
    database: Database, hosts: Collection[str], pool_ids: Collection[str], client: str | None
) -> list[Pool]:
    """The pools to visit; raises RegistryError if there are none, LinkError for a foreign link.

    Without ids or client: every active pool whose link is on one of `hosts`. A pool that is asked
    for by its id is visited even while it is inactive.
    """
    if pool_ids:
        chosen = [get(database, pool_id) for pool_id in dict.fromkeys(pool_ids)]
        for pool in chosen:
            observer_link.check(pool.observer_url or "", hosts)
        return [pool for pool in chosen if client in (None, pool.client_name)] or _none(client)
    ours = [
        pool
        for pool in pools(database)
        if pool.active and observer_link.on_host(pool.observer_url or "", hosts)
    ]
    if not ours:
        raise RegistryError(
            f"no active pool with an observer link on {', '.join(hosts)} is registered in "
            f"{database.path}: `scrapy pools add kzpool_001 --url LINK` registers one"
        )
    return [pool for pool in ours if client in (None, pool.client_name)] or _none(client)


def _none(client: str | None) -> NoReturn:
    raise RegistryError(f"no active pool of client {client!r}: `scrapy pools list` shows them")
