"""The whole of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from kzscraper.exceptions import StoreError
from kzscraper.store import registry
from kzscraper.store.adopt import alarms, days, visits
from kzscraper.store.adopt.choices import Choice
from kzscraper.store.adopt.mapping import Owners, Resolver
from kzscraper.store.adopt.source import TABLES, Source, opened
from kzscraper.store.adopt.tally import Tally
from kzscraper.store.adopt.target import Target
from kzscraper.store.database import Database
from kzscraper.store.turns import Turns

# For a number of rows, gives what is told of so many more that are done, and of what they are.
ProgressFactory = Callable[[int], AbstractContextManager[Callable[[int, str], None]]]


@dataclass(frozen=True)
class Adoption:
    owners: Owners
    tallies: list[Tally]


def adopt(
    database: Database,
    path: Path,
    choices: Sequence[Choice],
    hosts: Collection[str],
    turns: Turns,
    progress: ProgressFactory,
    *,
    dry_run: bool = False,
) -> Adoption:
    """Takes over the rows of our pools from the predecessor's database at `path`.

    Raises StoreError for a file that cannot be used, and for pools that it cannot know.
    """
    own = database.path.absolute()
    if path.exists() and path.samefile(own):
        raise StoreError(f"{path} is the database itself: name that of the predecessor")
    with opened(path, own.parent) as source:
        owners = Resolver(source, registry.pools(database), choices, hosts).resolve()
        if not dry_run:
            registry.import_all(database, owners.new.values(), replace=False)
        pools = [*registry.pools(database), *owners.new.values()]
        links = {pool.pool_id: pool.observer_url for pool in pools}
        rows = sum(map(source.count, source.tables))
        with progress(rows) as report:
            target = Target(database, turns, owners, links, dry_run, report)
            return Adoption(owners, _adopt(source, target))


def _adopt(source: Source, target: Target) -> list[Tally]:
    tallies = {table: Tally(table) for table in TABLES if table in source.tables}
    times: dict[str, list[str]] = {}
    if "pool_summary" in tallies:
        times = visits.summaries(source, target, tallies["pool_summary"])
    if "daily_earnings" in tallies:
        days.earnings(source, target, tallies["daily_earnings"])
    if "anomaly_log" in tallies:
        alarms.anomalies(source, target, tallies["anomaly_log"], times)
    if "worker_status" in tallies:
        visits.workers(source, target, tallies["worker_status"])
    return list(tallies.values())
