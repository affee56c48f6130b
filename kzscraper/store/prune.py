"""Deleting what the retention policy lets go, without holding up crawls.

Before the first worker row of a day goes, worker_day gets what is kept of that day, all at once: a
process that is killed, wherever it was, leaves a day that is either not counted yet, or counted and
perhaps not wholly deleted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date

from kzscraper.store import worker_days
from kzscraper.store.database import Database
from kzscraper.store.retention import MAY_GO, OF_TASK, TABLES, Task
from kzscraper.store.turns import Turns
from kzscraper.store.worker_days import PoolDay

# In pieces, as a long SELECT holds up the commits of others.
_WORKERS = f"""
    SELECT * FROM worker_status WHERE {OF_TASK} AND (timestamp, id) > (:timestamp, :id)
    ORDER BY timestamp, id LIMIT 2000
"""
_COPY_WORKER = "INSERT INTO worker_status VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_VISITS = f"""
    SELECT timestamp, pool_id, spider, status, workers_expected, workers_read
    FROM scrape_log WHERE {OF_TASK}
"""
_COPY_VISIT = """
    INSERT INTO scrape_log (timestamp, pool_id, spider, status, workers_expected, workers_read)
    VALUES (?, ?, ?, ?, ?, ?)
"""
# From the index alone, as it is asked within a transaction.
_STATE = """
    SELECT COUNT(*), MAX(id) FROM worker_status
    WHERE pool_id = :pool_id AND timestamp >= :first AND timestamp < :end
"""
_IS_KEPT = "SELECT 1 FROM worker_day WHERE pool_id = :pool_id AND day = :first LIMIT 1"
_KEEP = """
    INSERT INTO worker_day (pool_id, worker_name, day, visits, online_visits, mean_hashrate_ths)
    VALUES (?, ?, ?, ?, ?, ?)
"""
_DELETE = (
    "DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE "
    + OF_TASK
    + " AND {may_go} LIMIT :rows)"
)


@dataclass
class Pruned:
    """What was done."""

    rows: dict[str, int]  # deleted, by table
    worker_days: int = 0  # rows that were added there


class Pruner:
    def __init__(self, database: Database, turns: Turns) -> None:
        self._database = database
        self._turns = turns
        self.pruned = Pruned(dict.fromkeys(TABLES, 0))

    def run(self, tasks: Iterable[Task], progress: Callable[[int, str], None]) -> None:
        """progress: is called with the number of rows just deleted, and what they were."""
        for task in tasks:
            if task.table == "worker_status":
                self._keep(task)
            deleted = wanted = 0
            while deleted == wanted:
                wanted = self._turns.batch
                deleted = self._delete(task, wanted)
                progress(deleted, f"{task.table} {task.pool_id} {task.first}")

    def _keep(self, task: Task) -> None:
        """Writes a day's worker_day, unless that was done before."""
        added = None
        while added is None:
            state = tuple(self._database.one(_STATE, task.values))
            day = _reckon(self._database, task)
            added = self._turns.take(lambda state=state, day=day: self._write(task, state, day))  # type: ignore[misc]
        self.pruned.worker_days += added

    def _write(self, task: Task, state: tuple[int, ...], day: PoolDay) -> int | None:
        """The rows added, or None if the day has got more rows since it was reckoned."""
        if self._database.one(_IS_KEPT, task.values):
            return 0
        if tuple(self._database.one(_STATE, task.values)) != state:
            return None
        rows = [
            (task.pool_id, name, task.first, w.visits, w.online_visits, w.mean_hashrate_ths)
            for name, w in day.workers.items()
        ]
        self._database.execute_many(_KEEP, rows)
        return len(rows)

    def _delete(self, task: Task, rows: int) -> int:
        sql = _DELETE.format(table=task.table, may_go=MAY_GO[task.table])
        values = {**task.values, "rows": rows}
        deleted = self._turns.take(lambda: self._database.execute(sql, values).rowcount)
        self.pruned.rows[task.table] += deleted
        return deleted


def _reckon(database: Database, task: Task) -> PoolDay:
    """What a pool's day says of its workers, reckoned apart from the database."""
    with Database.in_memory() as memory, memory.transaction():
        memory.execute_many(_COPY_VISIT, [tuple(r) for r in database.rows(_VISITS, task.values)])
        last: dict[str, object] = {"timestamp": "", "id": 0}
        while rows := database.rows(_WORKERS, {**task.values, **last}):
            memory.execute_many(_COPY_WORKER, [tuple(row) for row in rows])
            last = {"timestamp": rows[-1]["timestamp"], "id": rows[-1]["id"]}
        return worker_days.read(memory, task.pool_id, date.fromisoformat(task.first))
