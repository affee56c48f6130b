"""Adopting whole databases: once, twice, and after a crash."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kzscraper.exceptions import StoreError
from kzscraper.store import retention
from kzscraper.store.adopt import job
from kzscraper.store.adopt.source import TABLES
from kzscraper.store.database import Database
from kzscraper.store.prune import Pruner
from kzscraper.store.turns import Turns
from tests.store.adopt.conftest import HOSTS, Adopt, quiet, rows, tally
from tests.store.filled import count, dump, files, run
from tests.store.predecessor import LINKS, Rows, earlier, later

LINK = LINKS[0]
POOL = "kzpool_001"
MAP = f"4828={POOL}"


def clock(number: int) -> str:
    """The time of the visit of that number, every ten minutes."""
    return f"2025-11-22 {number // 6:02}:{number % 6}0:00"


def summary(number: int, **values: object) -> dict[str, object]:
    return {
        "timestamp": clock(number),
        "observer_url": LINK,
        "current_hashrate": "37.405 PH/s",
        "online_workers": 200,
        **values,
    }


def worker(number: int, name: str, **values: object) -> dict[str, object]:
    own = {"timestamp": clock(number), "observer_url": LINK, "worker_name": name}
    return {**own, "status": "ONLINE", "hashrate_10m": "187.650 TH/s", **values}


def income(
    date: str, amount: str | None, recorded: str | None, **values: object
) -> dict[str, object]:
    own = {"observer_url": LINK, "date": date, "total_income": amount, "recorded_at": recorded}
    return {**own, **values}


def alarm(number: int, kind: str = "OFFLINE_WORKERS", **values: object) -> dict[str, object]:
    own = {"timestamp": clock(number), "observer_url": LINK, "anomaly_type": kind}
    return {**own, "description": f"alarm {number}", "severity": "MEDIUM", **values}


EVERYTHING: Rows = {
    "pool_summary": [summary(n) for n in range(12)]
    + [summary(12, current_hashrate="0", online_workers=0)],
    "worker_status": [worker(n, name) for n in range(12) for name in ("a", "b", "c")]
    + [worker(3, "b", status="OFFLINE"), worker(0, "d", timestamp="soon")],
    "daily_earnings": [
        income("11/22/2025 12:00:00 AM", "0.01", "2025-11-23 00:00:00"),
        income("2025-11-22", "0.02", "2025-11-23 06:00:00"),
        income("11/21/2025 12:00:00 AM", "0.03", "2025-11-22 00:00:00"),
    ],
    "anomaly_log": [alarm(n) for n in (1, 2, 3, 8, 9)],
}


def with_ids(given: Rows) -> Rows:
    """The same in the earlier form."""
    owned = {table: [{**row, "pool_id": "pool_001"} for row in of] for table, of in given.items()}
    return {"pool_metadata": [{"pool_id": "pool_001", "observer_url": LINK}], **owned}


@pytest.fixture(params=["earlier", "later"])
def source(request: pytest.FixtureRequest, old: Path) -> Path:
    """EVERYTHING in one of the two forms."""
    return (
        earlier(old, with_ids(EVERYTHING)) if request.param == "earlier" else later(old, EVERYTHING)
    )


@pytest.fixture
def known(database: Database) -> Database:
    """A database in which the pool is registered."""
    database.execute(
        "INSERT INTO pool_metadata (pool_id, observer_url) VALUES (?, ?)", (POOL, LINK)
    )
    return database


# The whole --------------------------------------------------------------------------------------


def test_everything_is_taken_over(known: Database, adopt: Adopt, source: Path) -> None:
    done = adopt(source)
    numbers = {t.table: (t.read, t.taken, t.changed, t.merged, t.refused) for t in done.tallies}
    assert numbers == {
        "daily_earnings": (3, 2, 2, 1, 0),
        "anomaly_log": (5, 2, 0, 3, 0),
        "pool_summary": (13, 12, 0, 0, 1),
        "worker_status": (38, 36, 0, 1, 1),
    }
    assert count(known, "pool_summary") == 12
    assert count(known, "worker_status") == 36
    assert {row["pool_id"] for table in TABLES for row in rows(known, table)} == {POOL}
    assert {row["observer_url"] for table in TABLES for row in rows(known, table)} == {LINK}
    assert known.rows("PRAGMA foreign_key_check") == []


def test_twice_gives_the_same_as_once(
    known: Database, adopt: Adopt, source: Path, path: Path
) -> None:
    adopt(source)
    before = dump(path)
    done = adopt(source)
    assert dump(path) == before
    for table in TABLES:
        assert tally(done, table).taken == 0


def test_both_forms_of_the_same_rows_give_the_same_as_one(
    known: Database, adopt: Adopt, tmp_path: Path, path: Path
) -> None:
    adopt(earlier(tmp_path / "earlier.db", with_ids(EVERYTHING)))
    before = dump(path)
    adopt(later(tmp_path / "later.db", EVERYTHING))
    assert dump(path) == before


def test_a_dry_run_tells_the_same_and_writes_nothing(
    adopt: Adopt, source: Path, path: Path
) -> None:
    before = dump(path)
    maps = [f"{LINK}={POOL}"]
    told = adopt(source, *maps, dry_run=True)
    assert dump(path) == before
    assert told == adopt(source, *maps)


class _KilledError(BaseException):
    pass


@pytest.mark.parametrize("after", [0, 1, 2, 3])
def test_a_run_that_was_cut_off_is_finished_by_the_next(
    known: Database,
    adopt: Adopt,
    source: Path,
    path: Path,
    tmp_path: Path,
    after: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = tmp_path / "whole.db"
    shutil.copyfile(path, whole)
    take, left = Turns.take, after

    def cut_off(turns: Turns, work: Callable[[], object]) -> object:
        nonlocal left
        turns.batch = 10
        if not left:
            raise _KilledError
        left -= 1
        return take(turns, work)

    monkeypatch.setattr(Turns, "take", cut_off)
    with pytest.raises(_KilledError):
        adopt(source)
    monkeypatch.setattr(Turns, "take", take)
    adopt(source)
    cut = dump(path)
    known.close()
    shutil.copyfile(whole, path)
    with Database.open(path) as again:
        job.adopt(again, source, [], HOSTS, Turns(again, 30, lambda _: None), quiet)
    assert cut == dump(path)


@pytest.mark.parametrize("mode", ["delete", "wal", "wal with its journal", "after a crash"])
def test_the_source_is_not_changed(known: Database, adopt: Adopt, old: Path, mode: str) -> None:
    later(old, EVERYTHING)
    if mode != "delete":
        run(old, ["PRAGMA journal_mode = wal"] if mode.startswith("wal") else [])
    with closing(sqlite3.connect(old, isolation_level=None)) as other:
        if mode == "wal with its journal":
            other.execute("UPDATE pool_summary SET balance = '1 BTC'")
        if mode == "after a crash":
            other.execute("PRAGMA cache_size = 1")
            other.execute("BEGIN")
            other.execute("UPDATE worker_status SET worker_name = 'half'")
            other.execute("UPDATE pool_summary SET balance = '2 BTC'")
        for suffix in ("", "-wal", "-journal"):
            if Path(f"{old}{suffix}").exists():
                shutil.copyfile(f"{old}{suffix}", f"{old.with_name('copy.db')}{suffix}")
        if mode == "after a crash":
            other.execute("ROLLBACK")
    copy = old.with_name("copy.db")
    before = files(old.parent)
    adopt(copy)
    assert files(old.parent) == before
    assert count(known, "worker_status") == 36
    balances = {row["balance"] for row in rows(known, "pool_summary")}
    assert balances == ({"1.00000000BTC"} if "journal" in mode else {None})


def test_a_source_in_a_folder_that_may_only_be_read(
    known: Database, adopt: Adopt, source: Path
) -> None:
    source.chmod(0o400)
    source.parent.chmod(0o500)
    try:
        adopt(source)
    finally:
        source.parent.chmod(0o700)
    assert count(known, "pool_summary") == 12


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.write_text("text"), "old.db is not an SQLite database"),
        (lambda path: run(path, ["CREATE TABLE books (x)"]), "has none of the tables"),
        (lambda path: run(path, ["CREATE TABLE pool_summary (x)"]), "has none of the tables"),
        (lambda path: None, "old.db cannot be read: No such file"),
    ],
)
def test_a_source_that_is_none_is_refused(
    adopt: Adopt, old: Path, make: Callable[[Path], object], says: str
) -> None:
    make(old)
    with pytest.raises(StoreError, match=says):
        adopt(old)


def test_the_database_does_not_adopt_itself(adopt: Adopt, path: Path) -> None:
    with pytest.raises(StoreError, match="is the database itself"):
        adopt(path)


def test_an_operators_column_in_the_source_does_no_harm(
    known: Database, adopt: Adopt, source: Path
) -> None:
    run(source, ["ALTER TABLE pool_summary ADD COLUMN notes TEXT"])
    adopt(source)
    assert count(known, "pool_summary") == 12


# Visits -----------------------------------------------------------------------------------------


def test_a_visit_that_is_here_already_is_left_as_it_is(
    known: Database, adopt: Adopt, old: Path
) -> None:
    sql = "INSERT INTO pool_summary (timestamp, pool_id, balance) VALUES (?, ?, 'ours')"
    known.execute(sql, (clock(3), POOL))
    done = adopt(later(old, {"pool_summary": [summary(n) for n in (2, 3, 4)]}))
    assert tally(done, "pool_summary").present == 1
    assert [row["balance"] for row in rows(known, "pool_summary")] == ["ours", None, None]


def test_of_a_worker_that_a_visit_lists_twice_the_last_row_counts(
    known: Database, adopt: Adopt, old: Path
) -> None:
    given = [worker(0, "a"), worker(0, "b"), worker(0, "a", status="OFFLINE")]
    done = adopt(later(old, {"worker_status": given}))
    assert tally(done, "worker_status").merged == 1
    assert {row["worker_name"]: row["status"] for row in rows(known, "worker_status")} == {
        "a": "OFFLINE",
        "b": "ONLINE",
    }


def test_days_that_were_pruned_are_not_counted_again(
    known: Database, adopt: Adopt, source: Path, path: Path
) -> None:
    adopt(source)
    tasks = retention.plan(
        known, HOSTS, retention.Policy(30, 90, 365, 365), datetime(2026, 1, 1, tzinfo=UTC)
    ).tasks
    Pruner(known, Turns(known, 30, lambda _: None)).run(tasks, lambda *_: None)
    assert count(known, "worker_status") == 0
    before = dump(path)
    done = adopt(source)
    assert dump(path) == before
    assert (
        tally(done, "worker_status").notes["prune has moved their day to worker_day already"] == 37
    )


# Earnings ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "expected", "merged"),
    [
        ([("0.01", 1), ("0.02", 2)], "0.02000000", 1),
        ([("0.02", 2), ("0.01", 1)], "0.02000000", 1),
        ([("0.01", 1), (None, 2)], "0.01000000", 1),  # an absence corrects nothing
        ([("0.01", 1), ("0.02", 1)], "0.02000000", 1),
        ([("0.01", None), ("0.02", 1)], "0.02000000", 1),
    ],
)
def test_of_one_day_the_last_recorded_counts(
    known: Database,
    adopt: Adopt,
    old: Path,
    given: list[tuple[str | None, int | None]],
    expected: str,
    merged: int,
) -> None:
    days = [
        income(
            "11/22/2025 12:00:00 AM",
            amount,
            f"2025-11-23 0{hour}:00:00" if hour else None,
            hashrate="1 PH/s",
        )
        for amount, hour in given
    ]
    done = adopt(later(old, {"daily_earnings": days}))
    assert tally(done, "daily_earnings").merged == merged
    [row] = rows(known, "daily_earnings")
    assert (row["date"], row["total_income"]) == ("2025-11-22", expected)


@pytest.mark.parametrize(
    ("here", "recorded", "expected"),
    [
        (("2025-11-22", "0.05"), "2025-11-23 09:00:00", "0.05"),  # the newer one is ours
        (("2025-11-22", "0.05"), "2025-11-22 09:00:00", "0.01000000"),
        (("2025-11-22", None), "2025-11-23 09:00:00", "0.01000000"),
        (("11/22/2025 12:00:00 AM", "0.05"), "2025-11-23 09:00:00", "0.05"),
    ],
)
def test_a_day_that_is_here_already(
    known: Database,
    adopt: Adopt,
    old: Path,
    path: Path,
    here: tuple[str, str | None],
    recorded: str,
    expected: str,
) -> None:
    known.execute(
        "INSERT INTO daily_earnings (pool_id, date, total_income, recorded_at) VALUES (?, ?, ?, ?)",
        (POOL, *here, recorded),
    )
    given = {"daily_earnings": [income("11/22/2025", "0.01", "2025-11-23 04:00:00")]}
    adopt(later(old, given))
    [row] = rows(known, "daily_earnings")
    assert row["total_income"] == expected
    before = dump(path)
    adopt(old)
    assert dump(path) == before


# Anomalies --------------------------------------------------------------------------------------


def incidents(database: Database) -> list[tuple[object, ...]]:
    return [
        (row["timestamp"], row["description"], row["severity"], row["resolved"])
        for row in rows(database, "anomaly_log")
    ]


def test_alarms_of_one_incident_become_one_row(known: Database, adopt: Adopt, old: Path) -> None:
    alarms = [alarm(n, severity="HIGH" if n == 2 else "LOW") for n in (1, 2, 3, 4)]
    later(old, {"pool_summary": [summary(n) for n in range(10)], "anomaly_log": alarms})
    done = adopt(old)
    assert incidents(known) == [
        (clock(1), f"alarm 4 (told 4 times until {clock(4)} UTC)", "HIGH", 1)
    ]
    assert tally(done, "anomaly_log").merged == 3


@pytest.mark.parametrize(
    ("alarms", "begins"),
    [
        ([1, 2, 3], [1]),
        ([1, 3], [1]),  # one good visit between is not the end
        ([1, 4], [1, 4]),  # two are
        ([1, 2, 7, 8, 9], [1, 7]),
    ],
)
def test_an_incident_ends_after_two_good_visits(
    known: Database, adopt: Adopt, old: Path, alarms: list[int], begins: list[int]
) -> None:
    given = {"pool_summary": [summary(n) for n in range(12)]}
    adopt(later(old, {**given, "anomaly_log": [alarm(n) for n in alarms]}))
    assert [one[0] for one in incidents(known)] == [clock(n) for n in begins]


def test_alarms_some_seconds_after_their_visits(known: Database, adopt: Adopt, old: Path) -> None:
    alarms = [alarm(n, timestamp=clock(n)[:-2] + "37") for n in (1, 2, 3)]
    given = {"pool_summary": [summary(n) for n in range(4)]}
    adopt(later(old, {**given, "anomaly_log": alarms}))
    [one] = incidents(known)
    assert one[3] == 0  # the last visit has it


def test_without_visits_an_hour_divides_incidents(known: Database, adopt: Adopt, old: Path) -> None:
    adopt(later(old, {"anomaly_log": [alarm(n) for n in (0, 6, 13)]}))
    assert [one[0] for one in incidents(known)] == [clock(0), clock(13)]


def test_types_and_pools_have_incidents_of_their_own(
    known: Database, adopt: Adopt, old: Path
) -> None:
    given = [alarm(1), alarm(1, "HASHRATE_DROP"), alarm(2), alarm(1, observer_url=LINKS[1])]
    adopt(later(old, {"anomaly_log": given}), f"{LINKS[1]}=kzpool_002")
    assert sorted((row["pool_id"], row["anomaly_type"]) for row in rows(known, "anomaly_log")) == [
        (POOL, "HASHRATE_DROP"),
        (POOL, "OFFLINE_WORKERS"),
        ("kzpool_002", "OFFLINE_WORKERS"),
    ]


@pytest.mark.parametrize(("resolved", "expected"), [(0, 0), (1, 1)])
def test_what_the_last_visits_still_show_is_open_unless_somebody_resolved_it(
    known: Database, adopt: Adopt, old: Path, resolved: int, expected: int
) -> None:
    given = {
        "pool_summary": [summary(n) for n in range(4)],
        "anomaly_log": [alarm(2), alarm(3, resolved=resolved)],
    }
    adopt(
        earlier(old, with_ids(given))
        if resolved
        else later(old, {**given, "anomaly_log": [alarm(2), alarm(3)]})
    )
    assert [one[3] for one in incidents(known)] == [expected]


# What is left behind ----------------------------------------------------------------------------


def test_nothing_is_left_beside_the_database(
    known: Database, adopt: Adopt, source: Path, path: Path
) -> None:
    adopt(source)
    assert {one.name for one in path.parent.iterdir()} == {source.parent.name, path.name}
