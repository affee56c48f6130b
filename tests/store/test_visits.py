"""Writing one visit: all of it or nothing, and what happens to days known before."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator

import pytest

from kzscraper.anomalies import Finding, Verdicts
from kzscraper.anomalies.incidents import Policy
from kzscraper.exceptions import StoreError
from kzscraper.items import DailyEarnings, PoolScrape, PoolSummary, Visit, WorkerStatus
from kzscraper.store import visits
from kzscraper.store.database import Database
from kzscraper.store.visits import Stored

POOL = "kzpool_001"
LINK = "https://btcpool.kz/observer-link/4828a3fecdaa48eebfa475021b4e8d8d"
FIRST = "2026-01-02 00:00:00"
SECOND = "2026-01-02 00:10:00"
TABLES = ("pool_summary", "worker_status", "daily_earnings", "anomaly_log", "scrape_log")


@pytest.fixture
def database(database: Database) -> Database:
    """One with a pool."""
    database.execute(
        "INSERT INTO pool_metadata (pool_id, observer_url) VALUES (?, ?)", (POOL, LINK)
    )
    return database


def write(database: Database, new: Visit) -> Stored:
    return visits.write(database, new, Policy.from_settings({}))


def day(date: str, income: str | None, hashrate: str | None = "38 PH/s") -> DailyEarnings:
    return DailyEarnings(POOL, LINK, date, income, hashrate)


def visit(timestamp: str, *days: DailyEarnings, verdicts: Verdicts | None = None) -> Visit:
    for one in days:
        one.recorded_at = timestamp
    scrape = PoolScrape(timestamp, POOL, "kzpool", "complete", verdicts=verdicts or {})
    return Visit(scrape, earnings=list(days))


def whole_visit() -> Visit:
    """A visit that writes to every table."""
    new = visit(FIRST, day("2026-01-01", "0.01"), verdicts={"HASHRATE_DROP": Finding("HIGH", "!")})
    new.summaries.append(PoolSummary(FIRST, POOL, LINK, "37.405 PH/s", online_workers=2))
    new.workers += [WorkerStatus(FIRST, POOL, LINK, name, "ONLINE") for name in ("a", "b")]
    return new


def counts(connection: Database | sqlite3.Connection) -> list[int]:
    return [connection.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in TABLES]


# All or nothing ---------------------------------------------------------------------------------


def test_a_visit_is_written_whole(database: Database) -> None:
    new = whole_visit()
    new.scrape.workers_expected, new.scrape.workers_read, new.scrape.earnings_read = 3, 2, 1
    new.scrape.status, new.scrape.duration_s, new.scrape.error = "partial", 2.5, "one is missing"
    stored = write(database, new)
    assert stored == Stored(earnings_new=1, anomalies_opened=1)
    assert counts(database) == [1, 2, 1, 1, 1]
    assert tuple(database.one("SELECT * FROM pool_summary")) == (
        *(1, FIRST, POOL, LINK, "37.405 PH/s"),
        *(None, 2, None, None, None),
    )
    assert [tuple(row) for row in database.rows("SELECT * FROM worker_status")] == [
        (1, FIRST, POOL, LINK, "a", "ONLINE", None, None, None, None),
        (2, FIRST, POOL, LINK, "b", "ONLINE", None, None, None, None),
    ]
    assert tuple(database.one("SELECT * FROM daily_earnings")) == (
        *(1, POOL, LINK, "2026-01-01", "0.01", "38 PH/s", FIRST),
    )
    assert tuple(database.one("SELECT * FROM anomaly_log")) == (
        *(1, FIRST, POOL, LINK, "HASHRATE_DROP", "!", "HIGH", 0),
    )
    columns = (
        "timestamp, pool_id, spider, status, workers_expected, workers_read, earnings_read, "
        "duration_s, error"
    )
    assert tuple(database.one(f"SELECT {columns} FROM scrape_log")) == (
        *(FIRST, POOL, "kzpool", "partial", 3, 2, 1, 2.5, "one is missing"),
    )


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("how", ["ABORT", "FAIL", "ROLLBACK"])
def test_a_refused_insert_leaves_nothing_of_the_visit(
    database: Database, table: str, how: str
) -> None:
    database.execute(
        f"CREATE TRIGGER refuse AFTER INSERT ON {table} "
        f"BEGIN SELECT RAISE({how}, 'refused by a trigger'); END"
    )
    with pytest.raises(StoreError, match="refused by a trigger"):
        write(database, whole_visit())
    assert counts(database) == [0, 0, 0, 0, 0]
    database.execute("DROP TRIGGER refuse")
    write(database, whole_visit())
    assert counts(database) == [1, 2, 1, 1, 1]


def test_a_visit_to_an_unregistered_pool_is_refused(database: Database) -> None:
    new = whole_visit()
    new.scrape.pool_id = "kzpool_009"  # the last row to be written
    with pytest.raises(StoreError, match="FOREIGN KEY"):
        write(database, new)
    assert counts(database) == [0, 0, 0, 0, 0]


class _Observed(list[WorkerStatus]):
    """Calls back when the store reads it, which it does within its transaction."""

    def __init__(self, workers: list[WorkerStatus], callback: Callable[[], None]) -> None:
        super().__init__(workers)
        self._callback = callback

    def __iter__(self) -> Iterator[WorkerStatus]:
        yield from super().__iter__()
        self._callback()


def test_readers_see_the_whole_visit_or_nothing(
    database: Database, other: sqlite3.Connection
) -> None:
    seen: list[list[int]] = []
    within: list[list[int]] = []

    def look() -> None:
        seen.append(counts(other))
        within.append(counts(database))

    new = whole_visit()
    new.workers = _Observed(new.workers, look)
    write(database, new)
    seen.append(counts(other))
    assert within[0][0] == 1  # it looked while the summary was written
    assert seen == [[0, 0, 0, 0, 0], [1, 2, 1, 1, 1]]


# Daily earnings ---------------------------------------------------------------------------------


def earnings(database: Database) -> dict[str, tuple[str | None, ...]]:
    rows = database.rows("SELECT date, total_income, hashrate, recorded_at FROM daily_earnings")
    return {date: tuple(rest) for date, *rest in map(tuple, rows)}


def test_a_new_day_is_added_beside_the_known_ones(database: Database) -> None:
    write(database, visit(FIRST, day("2026-01-01", "0.01")))
    stored = write(database, visit(SECOND, day("2026-01-01", "0.01"), day("2026-01-02", "0.02")))
    assert stored == Stored(earnings_new=1, earnings_unchanged=1)
    assert earnings(database) == {
        "2026-01-01": ("0.01", "38 PH/s", FIRST),
        "2026-01-02": ("0.02", "38 PH/s", SECOND),
    }


@pytest.mark.parametrize(
    ("known", "shown"),
    [
        (("0.01570138", "38.187 PH/s"), ("0.01570138", "38.187 PH/s")),
        (("0.01570138", "38.187 PH/s"), (None, "38.187 PH/s")),
        (("0.01570138", "38.187 PH/s"), ("0.01570138", None)),
        (("0.01570138", "38.187 PH/s"), (None, None)),
        ((None, None), (None, None)),
        # The same amount as another program may have written it.
        (("0.0157", "38.187 PH/s"), ("0.01570000", "38.187 PH/s")),
        (("0.01570138 BTC", "38.187 PH/s"), ("0.01570138", "38.187 PH/s")),
        (("0,01570138BTC", "38.187 PH/s"), ("0.01570138", "38.187 PH/s")),
        (("0", None), ("0.00000000", None)),
    ],
)
def test_an_unchanged_day_is_not_rewritten(
    database: Database, known: tuple[str | None, str | None], shown: tuple[str | None, str | None]
) -> None:
    write(database, visit(FIRST, day("2026-01-01", *known)))
    before = earnings(database)
    changes = database.one("SELECT total_changes()")[0]
    stored = write(database, visit(SECOND, day("2026-01-01", *shown)))
    assert stored == Stored(earnings_unchanged=1)
    assert earnings(database) == before
    assert database.one("SELECT total_changes()")[0] == changes + 1  # the row of scrape_log


@pytest.mark.parametrize(
    ("known", "shown", "expected"),
    [
        (("0.01", "38 PH/s"), ("0.02", "38 PH/s"), ("0.02", "38 PH/s")),
        (("0.01", "38 PH/s"), ("0.01", "39 PH/s"), ("0.01", "39 PH/s")),
        (("0.01", "38 PH/s"), ("0.02", "39 PH/s"), ("0.02", "39 PH/s")),
        (("0.01", "38 PH/s"), ("0.02", None), ("0.02", "38 PH/s")),  # NULL overwrites nothing
        (("0.01", "38 PH/s"), (None, "39 PH/s"), ("0.01", "39 PH/s")),
        ((None, None), ("0.02", "39 PH/s"), ("0.02", "39 PH/s")),
        (("", "38 PH/s"), ("0.02", "38 PH/s"), ("0.02", "38 PH/s")),
        (("0.01", "38 PH/s"), ("0.00000000", "38 PH/s"), ("0.00000000", "38 PH/s")),
        (("unreadable", "38 PH/s"), ("0.02", "38 PH/s"), ("0.02", "38 PH/s")),
    ],
)
def test_a_corrected_day_is_updated_and_counted(
    database: Database,
    known: tuple[str | None, str | None],
    shown: tuple[str | None, str | None],
    expected: tuple[str | None, str | None],
) -> None:
    write(database, visit(FIRST, day("2025-12-31", "1"), day("2026-01-01", *known)))
    stored = write(database, visit(SECOND, day("2025-12-31", "1"), day("2026-01-01", *shown)))
    assert stored == Stored(earnings_corrected=1, earnings_unchanged=1)
    assert earnings(database)["2026-01-01"] == (*expected, FIRST)
    assert earnings(database)["2025-12-31"] == ("1", "38 PH/s", FIRST)


def test_days_of_another_pool_are_not_touched(database: Database) -> None:
    database.execute("INSERT INTO pool_metadata (pool_id) VALUES ('kzpool_002')")
    write(database, visit(FIRST, day("2026-01-01", "0.01")))
    theirs = visit(SECOND, day("2026-01-01", "0.02"))
    theirs.scrape.pool_id = theirs.earnings[0].pool_id = "kzpool_002"
    assert write(database, theirs) == Stored(earnings_new=1)
    rows = database.rows("SELECT pool_id, total_income FROM daily_earnings ORDER BY pool_id")
    assert [tuple(row) for row in rows] == [(POOL, "0.01"), ("kzpool_002", "0.02")]
