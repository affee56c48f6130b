"""Which pools an operator asks for: also those that another program's rows alone speak of."""

from __future__ import annotations

from collections.abc import Collection

from kzscraper.exceptions import RegistryError
from kzscraper.store import registry
from kzscraper.store.database import Database
from kzscraper.store.registry import Pool

_TABLES = ("pool_summary", "worker_status", "daily_earnings", "anomaly_log")
# Jumps from id to id in the index: DISTINCT would read all of it.
_IDS = """
    WITH RECURSIVE ids(pool_id) AS (
        SELECT MIN(pool_id) FROM {table}
        UNION ALL
        SELECT (SELECT MIN(t.pool_id) FROM {table} t WHERE t.pool_id > ids.pool_id)
        FROM ids WHERE ids.pool_id IS NOT NULL
    )
    SELECT pool_id FROM ids WHERE pool_id IS NOT NULL
"""


def choose(
    database: Database, pool_ids: Collection[str] = (), client: str | None = None
) -> dict[str, Pool]:
    """By id, in its order; all pools if nothing is asked for.

    Raises RegistryError for an id or a client that is not known, and if none has both.
    """
    known = _known(database)
    for pool_id in pool_ids:
        if pool_id not in known:
            raise RegistryError(f"pool {pool_id} is not known: `scrapy pools list` shows them")
    if client is not None and client not in {pool.client_name for pool in known.values()}:
        raise RegistryError(f"no pool of client {client!r}: `scrapy pools list` shows them")
    chosen = {
        pool_id: pool
        for pool_id, pool in known.items()
        if (not pool_ids or pool_id in pool_ids) and client in (None, pool.client_name)
    }
    if known and not chosen:
        raise RegistryError(f"none of {', '.join(pool_ids)} is a pool of client {client!r}")
    return chosen


def _known(database: Database) -> dict[str, Pool]:
    registered = {pool.pool_id: pool for pool in registry.pools(database) if pool.pool_id}
    with_rows = {
        row["pool_id"]
        for table in _TABLES
        for row in database.rows(_IDS.format(table=table))
        if row["pool_id"] not in registered
    }
    return dict(sorted({**registered, **{one: Pool(one) for one in with_rows}}.items()))
