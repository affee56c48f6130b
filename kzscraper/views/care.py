"""What `scrapy db` tells: texts for people."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import asdict
from datetime import datetime

from kzscraper import observer_link
from kzscraper.store.adopt.job import Adoption
from kzscraper.store.adopt.tally import Tally
from kzscraper.store.prune import Pruned
from kzscraper.store.retention import TABLES, Plan, Policy
from kzscraper.store.stats import Stats
from kzscraper.table import Column, as_table

_SIZES = (
    Column("table", least=12),
    "rows",
    "size",
    Column("first", rank=1),
    Column("last", rank=2),
    "rows a day",
    "size a day",
)


def size(count: float) -> str:
    """`512 B`, `12.3 kB`, `905.9 MB`."""
    for unit, worth in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if count >= worth:
            return f"{count / worth:,.1f} {unit}"
    return f"{count:.0f} B"


def plan(due: Plan, policy: Policy, now: datetime) -> str:
    """What a dry run tells."""
    rows = dict.fromkeys(TABLES, 0)
    for task in due.tasks:
        rows[task.table] += task.rows
    return _by_table("rows that would go", rows, policy, now)


def pruned(done: Pruned, policy: Policy, now: datetime) -> str:
    table = _by_table("rows deleted", done.rows, policy, now)
    return f"{table}\n{done.worker_days:,} worker days were added to worker_day"


def _by_table(heading: str, rows: dict[str, int], policy: Policy, now: datetime) -> str:
    cells = [
        (table, rows[table], getattr(policy, table), policy.first_day_kept(table, now))
        for table in TABLES
    ]
    return as_table(("table", heading, "days kept", "from (UTC)"), cells)


def scope(due: Plan, hosts: Collection[str]) -> str:
    """Whose rows they are: the database is shared."""
    ours = f"of the pools whose link is on {', '.join(hosts)}"
    return f"{ours}; left alone: {', '.join(due.foreign)}" if due.foreign else ours


def stats(found: Stats, room: int | None) -> str:
    return "\n".join([*_head(found), "", _sizes(found, room)])


def _head(found: Stats) -> Iterator[str]:
    yield f"{found.path}: {size(found.bytes)}, of it free: {size(found.free_bytes)}"
    yield _growth(found)
    yield f"journal: {found.journal_mode} ({found.journal_reason})"
    versions = f"SQLite {found.sqlite_version}, schema {found.schema_version}"
    if found.user_version != found.schema_version:
        versions += f"; user_version is {found.user_version}, which another program must have set"
    yield versions
    if not found.sizes_are_exact:
        yield "sizes are estimates, with those of the indexes: this SQLite has no dbstat"


def _growth(found: Stats) -> str:
    if found.growth_bytes_per_day is None:
        return "growth: not known before there are rows of a whole day"
    if found.days_until_limit is None:
        return "growth: no new rows in the last week"
    limit = (
        f"the limit of {size(found.limit_bytes)} is reached"
        if found.limit_reason == "setting"
        else "the disk is full"
    )
    return (
        f"growth: {size(found.growth_bytes_per_day)} a day; {found.days_until_limit:,.0f} days "
        f"until {limit}, if nothing is pruned"
    )


def _sizes(found: Stats, room: int | None) -> str:
    """The tables; each with its indexes, which --format json tells apart."""
    cells = [
        (
            table.name,
            table.rows,
            size(sum(one.bytes for one in found.sizes if one.table == table.name)),
            table.first and table.first[: len("2026-11-25")],
            table.last and table.last[: len("2026-11-25")],
            None if table.rows_per_day is None else round(table.rows_per_day),
            None if table.bytes_per_day is None else size(table.bytes_per_day),
        )
        for table in found.sizes
        if table.kind == "table"
    ]
    return as_table(_SIZES, cells, room)


def adoption(done: Adoption, dry_run: bool, room: int | None) -> str:
    tallies = _tallies(done.tallies, room)
    return "\n".join([*_owners(done, dry_run), tallies, *_notes(done.tallies)])


def adoption_values(done: Adoption) -> dict[str, object]:
    """For programs."""
    pools = [
        {
            "pool_id": pool_id,
            "source_pool_id": origin.pool_id,
            "source_link": origin.link and observer_link.mask(origin.link),
            "new": pool_id in done.owners.new,
        }
        for origin, pool_id in sorted(done.owners.pools.items(), key=lambda one: one[1])
    ]
    tables = [
        {
            **asdict(tally),
            "notes": dict(tally.notes),
            "examples": {
                what: [observer_link.mask(one) for one in examples]
                for what, examples in tally.examples.items()
            },
        }
        for tally in done.tallies
    ]
    return {"pools": pools, "tables": tables}


def _owners(done: Adoption, dry_run: bool) -> Iterator[str]:
    if dry_run:
        yield "a dry run: nothing was written"
    for origin, pool_id in sorted(done.owners.pools.items(), key=lambda one: one[1]):
        names = [origin.pool_id, origin.link and observer_link.mask(origin.link)]
        is_new = ", newly registered" if pool_id in done.owners.new else ""
        yield f"{' '.join(name for name in names if name)} -> {pool_id}{is_new}"


def _tallies(tallies: Collection[Tally], room: int | None) -> str:
    cells = [
        (one.table, one.read, one.taken, one.changed, one.merged, one.present, one.refused)
        for one in tallies
    ]
    headers = ("table", "read", "taken", "of these changed", "merged", "here already", "refused")
    return as_table(headers, cells, room)


def _notes(tallies: Collection[Tally]) -> Iterator[str]:
    for tally in tallies:
        for what, count in tally.notes.most_common():
            examples = "; ".join(map(observer_link.mask, tally.examples[what]))
            yield f"{tally.table}: {count:,} x {what} ({examples}{'; …' if count > 3 else ''})"
