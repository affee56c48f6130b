"""Whether the crawls do their work: a pure judgement, for monitors and people."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from kzscraper import units
from kzscraper.output import human
from kzscraper.store.watch import HighIncident, Seen

# A visit that is stored a second later than its predecessor, whatever the clock says, is no error.
_CLOCK_TOLERANCE = timedelta(minutes=5)


@dataclass(frozen=True)
class Limits:
    stale_after: timedelta
    disk_min_mb: int


@dataclass(frozen=True)
class Facts:
    """What was found; `now` is UTC."""

    now: datetime
    pools: Sequence[Seen]
    high_incidents: Sequence[HighIncident]
    disk_free_mb: int
    spool_files: int
    spool_bytes: int


def problems(facts: Facts, limits: Limits) -> list[str]:
    """What is wrong, one short text each; what changes while it lasts stands in parentheses."""
    return [
        *(text for pool in facts.pools for text in _of_pool(pool, facts.now, limits)),
        *(
            f"{one.pool_id}: HIGH {one.anomaly_type} since {one.since}"
            for one in facts.high_incidents
            if not one.is_muted
        ),
        *_of_disk(facts, limits),
    ]


def _of_pool(pool: Seen, now: datetime, limits: Limits) -> Iterator[str]:
    if pool.since is None:
        yield f"{pool.pool_id}: never read completely"
        return
    age = now - pool.since
    if age > limits.stale_after:
        what = "no complete visit since" if pool.newest_complete else "not read since it was added,"
        spans = [human.age(span.total_seconds()) for span in (age, limits.stale_after)]
        when = units.utc_text(pool.since)
        yield f"{pool.pool_id}: {what} {when} ({spans[0]}, limit {spans[1]})"
    elif age < -_CLOCK_TOLERANCE:
        yield f"{pool.pool_id}: its newest visit lies in the future: is the clock right?"


def _of_disk(facts: Facts, limits: Limits) -> Iterator[str]:
    if facts.disk_free_mb < limits.disk_min_mb:
        yield f"less than {limits.disk_min_mb} MB free ({facts.disk_free_mb} MB)"
    if facts.spool_files:
        kilobytes = facts.spool_bytes / 1e3
        yield f"visits wait in the spool to be stored ({facts.spool_files}, {kilobytes:.0f} kB)"


def age_of(pool: Seen, now: datetime) -> timedelta | None:
    """Since the newest complete visit, or since the pool was registered; None: nobody knows."""
    return None if pool.since is None else now - pool.since


def in_one_line(facts: Facts, found: Sequence[str]) -> str:
    if found:
        return f"UNHEALTHY: {'; '.join(found)}"
    ages = [age for pool in facts.pools if (age := age_of(pool, facts.now)) is not None]
    oldest = human.age(max(ages).total_seconds())
    new = sum(pool.newest_complete is None for pool in facts.pools)
    read = f"{new} of them new and not read yet" if new else f"read completely {oldest} ago or less"
    muted = f" ({len(facts.high_incidents)} in maintenance)" if facts.high_incidents else ""
    return (
        f"healthy: {len(facts.pools)} pool(s), {read}; no open HIGH incident{muted}; "
        f"{facts.disk_free_mb} MB free; spool empty"
    )
