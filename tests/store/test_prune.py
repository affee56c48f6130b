"""Pruning: what is kept of worker lists, what a crash leaves, and that nobody waits for long."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from kzscraper.exceptions import BusyError
from kzscraper.store import retention, turns, worker_days
from kzscraper.store.database import Database
from kzscraper.store.prune import Pruned, Pruner
from kzscraper.store.retention import Policy
from kzscraper.store.turns import Turns
from kzscraper.store.worker_days import PoolDay
from tests.conftest import ROOT
from tests.store.filled import HOSTS, count, dump, register, visit
from tools.bench_database import build

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
POLICY = Policy(30, 90, 365, 365)
OLD, OLDER = date(2026, 10, 2), date(2026, 10, 1)


@pytest.fixture
def database(database: Database) -> Database:
    """Two old days of two pools, one of them another scraper's, and one day that stays."""
    database.execute("PRAGMA synchronous = OFF")  # only to be quick
    register(database)
    for pool_id in ("kzpool_001", "antpool_001"):
        for day in (OLDER, OLD, date(2026, 11, 20)):
            for hour in range(24):
                workers: dict[str, tuple[str, str | None]] = {
                    f"w{n}": ("ONLINE", f"{100 + n}.5 TH/s")
                    if (n + hour) % 7
                    else ("OFFLINE", "0 H/s")
                    for n in range(9)
                }
                visit(database, pool_id, f"{day} {hour:02}:00:00", workers)
    return database


def prune(
    database: Database,
    policy: Policy = POLICY,
    rest: Callable[[float], None] = lambda _: None,
    patience: float = 30,
) -> Pruned:
    pruner = Pruner(database, Turns(database, patience, rest))
    pruner.run(retention.plan(database, HOSTS, policy, NOW).tasks, lambda *_: None)
    return pruner.pruned


def days(database: Database) -> list[PoolDay]:
    """What reports see."""
    return [worker_days.read(database, "kzpool_001", day) for day in (OLDER, OLD)]


def kept(database: Database) -> list[tuple[object, ...]]:
    return [tuple(row) for row in database.rows("SELECT * FROM worker_day")]


def test_old_rows_go_and_reports_see_the_same_as_before(database: Database) -> None:
    before = days(database)
    pruned = prune(database)
    assert pruned.rows["worker_status"] == 2 * 24 * 9
    assert pruned.worker_days == 2 * 9
    assert count(database, "worker_status", "kzpool_001") == 24 * 9
    after = days(database)
    assert after == before
    assert after[0].workers["w0"].visits == 24
    assert after[0].workers["w0"].online_visits == 24 - 4


def test_the_documented_policy_deletes_the_same_rows_of_our_pools(
    database: Database, path: Path
) -> None:
    with closing(sqlite3.connect(path)) as connection:
        sql = "SELECT id FROM {} WHERE pool_id = 'kzpool_001' AND timestamp >= ? ORDER BY id"
        expected = [
            connection.execute(sql.format(table), (first,)).fetchall()
            for table, first in (("worker_status", "2026-10-24"), ("pool_summary", "2026-08-25"))
        ]
        prune(database)
        left = "SELECT id FROM {} WHERE pool_id = 'kzpool_001' ORDER BY id"
        assert [
            connection.execute(left.format(table)).fetchall()
            for table in ("worker_status", "pool_summary")
        ] == expected


def test_other_scrapers_rows_are_not_touched(database: Database) -> None:
    prune(database, Policy(1, 1, 1, 1))
    assert count(database, "worker_status", "antpool_001") == 3 * 24 * 9
    assert count(database, "pool_summary", "antpool_001") == 3 * 24
    assert {row[0] for row in kept(database)} == {"kzpool_001"}


def test_twice_is_as_once(database: Database, path: Path) -> None:
    prune(database)
    before = dump(path)
    assert prune(database) == Pruned(dict.fromkeys(retention.TABLES, 0))
    assert dump(path) == before


def test_visits_that_did_not_read_the_whole_list_do_not_count(database: Database) -> None:
    one: dict[str, tuple[str, str | None]] = {"w0": ("ONLINE", "1 TH/s")}
    visit(database, "kzpool_001", f"{OLD} 12:30:00", one, "partial", expected=9)
    visit(database, "kzpool_001", f"{OLD} 12:40:00", one, status=None)  # another program's
    prune(database)
    sql = "SELECT visits FROM worker_day WHERE worker_name = ? AND day = ?"
    assert database.one(sql, ("w0", str(OLD)))[0] == 25
    assert database.one(sql, ("w1", str(OLD)))[0] == 24
    assert count(database, "worker_status", "kzpool_001") == 24 * 9


def test_workers_without_a_name_go_without_a_trace(database: Database) -> None:
    database.execute(
        "INSERT INTO worker_status (timestamp, pool_id, status) "
        "VALUES ('2026-10-01 00:00:00', 'kzpool_001', 'ONLINE')"
    )
    assert prune(database).worker_days == 2 * 9


class _KilledError(BaseException):
    pass


@pytest.mark.parametrize("after", range(1, 9))
def test_a_prune_that_ends_anywhere_counts_nothing_twice(
    database: Database, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    monkeypatch.setattr(turns, "_BATCHES", range(80, 80))  # a day takes four transactions
    before = days(database)
    left = after

    def rest(_: float) -> None:
        nonlocal left
        assert days(database) == before  # at every moment
        left -= 1
        if not left:
            raise _KilledError

    pruner = Pruner(database, Turns(database, 30, rest))
    tasks = retention.plan(database, HOSTS, POLICY, NOW).tasks
    with pytest.raises(_KilledError):
        pruner.run(tasks, lambda *_: None)
    assert days(database) == before
    prune(database)
    assert days(database) == before
    assert count(database, "worker_status", "kzpool_001") == 24 * 9


def test_kill_9_at_any_moment_is_harmless(database: Database, path: Path) -> None:
    before = days(database)
    database.close()
    for wait in (0.0, 0.1, 0.2, 0.3):
        child = subprocess.Popen(
            [sys.executable, "-m", "tests.store.programs", "prune", str(path), "50"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
        )
        assert child.stdout
        child.stdout.readline()  # it has begun
        time.sleep(wait)  # whichever moment this is
        child.kill()
        child.communicate()
        with Database.open(path) as again:
            assert days(again) == before
            assert again.one("PRAGMA integrity_check")[0] == "ok"
    with Database.open(path) as again:
        prune(again)
        assert days(again) == before
        assert count(again, "worker_status", "kzpool_001") == 24 * 9


def test_rows_that_come_while_a_day_is_reckoned_are_counted(
    database: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = worker_days.read
    late: dict[str, tuple[str, str | None]] = {"late": ("ONLINE", None)}

    def slow(memory: Database, pool_id: str, day: date) -> PoolDay:
        monkeypatch.setattr(worker_days, "read", read)
        with Database.open(path) as other:
            visit(other, "kzpool_001", f"{OLDER} 23:30:00", late)
        return read(memory, pool_id, day)

    monkeypatch.setattr(worker_days, "read", slow)
    prune(database)
    assert "late" in [row[1] for row in kept(database)]


def test_a_program_that_keeps_the_database_busy_is_waited_for(
    database: Database, other: sqlite3.Connection
) -> None:
    waits = 0

    def rest(_: float) -> None:
        nonlocal waits
        waits += 1
        if waits == 3:
            other.execute("ROLLBACK")

    other.execute("BEGIN IMMEDIATE")
    pruned = prune(database, rest=rest)
    assert pruned.rows["worker_status"] == 2 * 24 * 9
    assert pruned.worker_days == 2 * 9


def test_reading_waits_for_a_program_that_writes_for_long(database: Database, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        end = threading.Timer(0.4, other.execute, ["COMMIT"])
        rests = 0

        def rest(_: float) -> None:
            nonlocal rests
            rests += 1
            if rests == 2:  # the first day is done, the next one is to be read
                other.execute("BEGIN EXCLUSIVE")
                end.start()

        assert prune(database, rest=rest).worker_days == 2 * 9
        end.join()


def test_a_program_that_never_ends_is_told_of(
    database: Database, other: sqlite3.Connection
) -> None:
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(BusyError, match="another program holds the write lock"):
        prune(database, patience=0.01)
    assert database.one("PRAGMA busy_timeout")[0] == 30_000  # as it was


# How long others wait: `make bench-prune` measures it -------------------------------------------


def test_others_write_between_short_transactions(tmp_path: Path) -> None:
    path = tmp_path / "a day.db"
    now = datetime(2026, 1, 1, 23, 50, tzinfo=UTC)
    build(path, worker_days=1, summary_days=1, workers=20, now=now)
    with (
        Database.open(path) as database,
        closing(sqlite3.connect(path, timeout=0, isolation_level=None)) as other,
    ):
        database.execute("PRAGMA synchronous = OFF")  # only to be quick
        changes = [database.one("SELECT total_changes()")[0]]

        def rest(seconds: float) -> None:
            assert seconds >= 0.1  # in which every program that waits asks for the lock again
            other.execute("INSERT INTO anomaly_log (pool_id) VALUES ('pool_001')")
            changes.append(database.one("SELECT total_changes()")[0])

        tasks = retention.plan(database, HOSTS, Policy(1, 1, 1, 1), now + timedelta(days=2)).tasks
        assert sum(task.rows for task in tasks if task.table == "worker_status") == 3 * 144 * 20
        Pruner(database, Turns(database, 0, rest)).run(tasks, lambda *_: None)
        rows = [after - before for before, after in pairwise(changes)]
        assert sum(rows) >= 3 * 144 * 20
        assert max(rows) <= 4000
        assert count(database, "worker_status") == 0
