"""What is older than the retention policy: of our own pools, by whole UTC days."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from kzscraper import observer_link, options
from kzscraper.store import registry
from kzscraper.store.database import Database

# What may be deleted of a day. An anomaly that an operator has resolved may go on, and be told
# again only if it gets worse: it stays as long as its incident lasts. The newest visit that read
# anything tells for how long a pool has not been readable.
MAY_GO = {
    "worker_status": "1",
    "pool_summary": "1",
    "anomaly_log": """resolved = 1 AND NOT EXISTS (
        SELECT 1 FROM incident WHERE anomaly_id = anomaly_log.id AND ended IS NULL)""",
    "scrape_log": """id <> COALESCE((
        SELECT id FROM scrape_log WHERE pool_id = :pool_id AND status <> 'failed'
        ORDER BY timestamp DESC LIMIT 1), 0)""",
}
TABLES = tuple(MAY_GO)
# Other programs' timestamps may be in another form: only what begins with a date is ever deleted.
OF_TASK = """
    pool_id = :pool_id AND timestamp >= :first AND timestamp < :end
    AND date(substr(timestamp, 1, 10), '+0 days') = substr(timestamp, 1, 10)
"""
_COUNT = "SELECT COUNT(*) FROM {table} WHERE " + OF_TASK + " AND {may_go}"
_NEXT_DAY = f"SELECT substr(MIN(timestamp), 1, 10) FROM worker_status WHERE {OF_TASK}"
_BITCOINS_FIRST_DAY = "2009-01-03"


@dataclass(frozen=True)
class Policy:
    """Days that rows of each table are kept."""

    worker_status: int
    pool_summary: int
    anomaly_log: int
    scrape_log: int

    @classmethod
    def from_settings(cls, settings: options.SettingsLike) -> Policy:
        workers = options.KEEP_WORKER_STATUS_DAYS.read(settings)
        return cls(
            workers,
            options.KEEP_POOL_SUMMARY_DAYS.read(settings),
            options.KEEP_RESOLVED_ANOMALY_DAYS.read(settings),
            # It tells which worker lists are whole.
            max(workers, options.KEEP_SCRAPE_LOG_DAYS.read(settings)),
        )

    def first_day_kept(self, table: str, now: datetime) -> str:
        day: date = (now - timedelta(days=getattr(self, table))).date()
        return day.isoformat()


@dataclass(frozen=True)
class Task:
    """Rows of one pool that may go: of worker_status, those of one UTC day."""

    table: str
    pool_id: str
    first: str  # day
    end: str  # above the timestamps of the last day
    rows: int = 0

    @property
    def values(self) -> dict[str, str]:
        """The parameters of OF_TASK and MAY_GO."""
        return {"pool_id": self.pool_id, "first": self.first, "end": self.end}


@dataclass(frozen=True)
class Plan:
    tasks: list[Task]
    foreign: list[str]  # pools that are not ours

    @property
    def rows(self) -> int:
        return sum(task.rows for task in self.tasks)


def plan(database: Database, hosts: Collection[str], policy: Policy, now: datetime) -> Plan:
    """What is due at `now` (UTC) of the pools whose observer link is on one of `hosts`."""
    pools = registry.pools(database)
    ours = {p.pool_id for p in pools if observer_link.on_host(p.observer_url or "", hosts)}
    tasks = [
        task
        for table in TABLES
        for pool_id in sorted(ours)
        for task in _due(database, table, pool_id, policy.first_day_kept(table, now))
    ]
    return Plan(tasks, [pool.pool_id for pool in pools if pool.pool_id not in ours])


def _due(database: Database, table: str, pool_id: str, end: str) -> Iterator[Task]:
    every = Task(table, pool_id, _BITCOINS_FIRST_DAY, end)
    tasks = _days(database, every) if table == "worker_status" else [every]
    for task in tasks:
        rows = database.one(_COUNT.format(table=table, may_go=MAY_GO[table]), task.values)[0]
        if rows:
            yield replace(task, rows=rows)


def _days(database: Database, task: Task) -> Iterator[Task]:
    rest = task
    while day := database.one(_NEXT_DAY, rest.values)[0]:
        # Above every time of that day, also one that is written with a T.
        yield replace(task, first=day, end=f"{day}~")
        rest = replace(rest, first=f"{day}~")
