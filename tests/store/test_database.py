"""Opening a database, what is refused, and how it waits for other programs."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from scrapy.settings import Settings

from kzscraper.exceptions import ConfigurationError, StoreError
from kzscraper.store.database import Database, has_wal_reset_fix
from kzscraper.store.migrations import SCHEMA_VERSION
from tests.seed.documented import DEFINITIONS, TABLES, statement

HAS_FIX = has_wal_reset_fix(sqlite3.sqlite_version_info)

# The tables of the program before this one: an observer link where ours have the pool's id.
PREDECESSOR = {
    "pool_summary": "id INTEGER PRIMARY KEY, timestamp DATETIME, observer_url TEXT, balance TEXT",
    "worker_status": "id INTEGER PRIMARY KEY, timestamp DATETIME, observer_url TEXT, status TEXT",
    "daily_earnings": "id INTEGER PRIMARY KEY, observer_url TEXT, date TEXT, total_income TEXT",
    "anomaly_log": "id INTEGER PRIMARY KEY, timestamp DATETIME, observer_url TEXT, severity TEXT",
}


def make(path: Path, *statements: str) -> None:
    """A database of another program."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for sql in statements:
            connection.execute(sql)


def files(folder: Path) -> dict[str, bytes | None]:
    """All that stands in a folder."""
    return {
        one.name: None if one.is_dir() else one.read_bytes() for one in sorted(folder.iterdir())
    }


# A new file -------------------------------------------------------------------------------------


def test_a_new_file_is_for_its_owner_only(path: Path) -> None:
    before = os.umask(0)
    try:
        Database.open(path, create=True).close()
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_mode_of_a_file_that_is_there_is_kept(path: Path) -> None:
    path.touch()
    path.chmod(0o640)
    Database.open(path, create=True).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_connections_are_set_up(database: Database) -> None:
    assert database.one("PRAGMA foreign_keys")[0] == 1
    assert database.one("PRAGMA synchronous")[0] == 2  # FULL
    assert database.one("PRAGMA busy_timeout")[0] == 30_000
    assert database.one("PRAGMA user_version")[0] == SCHEMA_VERSION
    assert database.one("PRAGMA integrity_check")[0] == "ok"


def test_a_row_of_an_unregistered_pool_is_refused(database: Database) -> None:
    with pytest.raises(StoreError, match="FOREIGN KEY"):
        database.execute("INSERT INTO pool_summary (pool_id) VALUES ('nobody')")


def test_opening_once_more_changes_nothing(path: Path, database: Database) -> None:
    database.execute("INSERT INTO pool_metadata (pool_id) VALUES ('kzpool_001')")
    before = path.read_bytes()
    with Database.open(path) as again:
        assert again.one("SELECT COUNT(*) FROM pool_metadata")[0] == 1
    assert path.read_bytes() == before


def test_a_file_with_an_odd_name_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Database.open(Path(":memory:"), create=True).close()
    with Database.open(Path(":memory:")) as database:
        assert database.one("SELECT COUNT(*) FROM pool_metadata")[0] == 0
    assert (tmp_path / ":memory:").stat().st_size > 0


def test_settings_choose_file_timeout_and_journal(tmp_path: Path) -> None:
    path = tmp_path / "from settings.db"
    settings = Settings(
        {"KZ_DATABASE": str(path), "KZ_BUSY_TIMEOUT": "1.5", "KZ_JOURNAL_MODE": "truncate"}
    )
    with Database.from_settings(settings, create=True) as database:
        assert database.path == path
        assert database.one("PRAGMA busy_timeout")[0] == 1500
        assert database.one("PRAGMA journal_mode")[0] == "truncate"


def test_a_bad_setting_makes_no_file(path: Path) -> None:
    settings = Settings({"KZ_DATABASE": str(path), "KZ_JOURNAL_MODE": "memory"})
    with pytest.raises(ConfigurationError, match="KZ_JOURNAL_MODE"):
        Database.from_settings(settings, create=True)
    assert not path.exists()


# What is refused --------------------------------------------------------------------------------


def _text_file(path: Path) -> None:
    path.write_text("pool_id;hashrate\nkzpool_001;37.405 PH/s\n" * 100)


def _newer(path: Path) -> None:
    make(path, "CREATE TABLE pool_summary (x)", f"PRAGMA user_version = {SCHEMA_VERSION + 1}")


def _newer_in_wal_mode(path: Path) -> None:
    _newer(path)
    make(path, "PRAGMA journal_mode = wal", "INSERT INTO pool_summary VALUES (1)")


def _predecessor(path: Path) -> None:
    make(path, *(f"CREATE TABLE {name} ({columns})" for name, columns in PREDECESSOR.items()))


def _predecessor_in_wal_mode(path: Path) -> None:
    _predecessor(path)
    make(path, "PRAGMA journal_mode = wal")


@pytest.mark.parametrize("create", [False, True])
@pytest.mark.parametrize(
    ("prepare", "says"),
    [
        (_text_file, "not a database; name another file with KZ_DATABASE"),
        (Path.mkdir, "unable to open database file; check that the folder exists"),
        (_newer, "written by a newer version of this program .*: update the program"),
        (_newer_in_wal_mode, "written by a newer version of this program"),
        (_predecessor, "another program: its table pool_summary has no pool_id; name another file"),
        (_predecessor_in_wal_mode, "another program: its table pool_summary has no pool_id"),
    ],
)
def test_a_file_that_is_not_ours_is_refused_and_left_as_it_is(
    path: Path, prepare: object, says: str, create: bool
) -> None:
    assert callable(prepare)
    prepare(path)
    before = files(path.parent)
    with pytest.raises(StoreError, match=says) as caught:
        Database.open(path, create=create)
    assert str(path) in str(caught.value)
    assert files(path.parent) == before


@pytest.mark.parametrize("table", PREDECESSOR)
def test_any_table_of_the_predecessor_is_recognised(path: Path, table: str) -> None:
    make(path, f"CREATE TABLE {table} ({PREDECESSOR[table]})")
    before = path.read_bytes()
    with pytest.raises(StoreError, match=f"its table {table} has no pool_id"):
        Database.open(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "create", "says"),
    [
        ("absent.db", False, "does not exist: `scrapy db init` makes it"),
        ("no/such/folder.db", False, "does not exist"),
        ("no/such/folder.db", True, "cannot be made: No such file .*; check that the folder"),
        ("a file/x.db", False, "does not exist"),
        ("a file/x.db", True, "cannot be made: Not a directory; check that the folder"),
        ("long" * 100, False, "cannot be opened: File name too long"),
        ("long" * 100, True, "cannot be made: File name too long"),
    ],
)
def test_a_path_that_cannot_be_used_is_named(
    tmp_path: Path, name: str, create: bool, says: str
) -> None:
    (tmp_path / "a file").write_text("text")
    before = files(tmp_path)
    with pytest.raises(StoreError, match=says) as caught:
        Database.open(tmp_path / name, create=create)
    assert str(tmp_path / name) in str(caught.value)
    assert files(tmp_path) == before


@pytest.mark.parametrize("create", [False, True])
def test_a_file_that_may_not_be_written_is_refused(path: Path, create: bool) -> None:
    Database.open(path, create=True).close()
    path.chmod(0o400)
    if os.access(path, os.W_OK):
        pytest.skip("this user, such as root, may write every file")
    with pytest.raises(StoreError, match="give this user the right to write the file") as caught:
        Database.open(path, create=create)
    assert str(path) in str(caught.value)


def test_a_folder_that_may_not_be_written_is_refused(path: Path) -> None:
    Database.open(path, create=True).close()
    path.parent.chmod(0o500)
    try:
        if os.access(path.parent, os.W_OK):
            pytest.skip("this user, such as root, may write every folder")
        with pytest.raises(StoreError, match="right to write the file and its folder"):
            Database.open(path, journal_mode="delete")
    finally:
        path.parent.chmod(0o700)


# A database made by the documented definitions --------------------------------------------------


def _documented(path: Path) -> None:
    inserts = ["'Main KZ Pool'", *(f"INTO {table}" for table in TABLES[1:])]
    make(path, *DEFINITIONS, *map(statement, inserts))


def _rows(connection: sqlite3.Connection) -> dict[str, list[tuple[object, ...]]]:
    return {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}


def test_a_documented_database_is_upgraded_without_losing_rows(path: Path) -> None:
    _documented(path)
    with closing(sqlite3.connect(path)) as connection:
        before = _rows(connection)
    assert [len(rows) for rows in before.values()] == [1, 1, 1, 1, 1]
    with Database.open(path) as database:
        assert database.one("SELECT current_hashrate_ths FROM pool_summary_numeric")[0] == 37405.0
        assert database.one("SELECT COUNT(*) FROM scrape_log")[0] == 0
        assert database.one("PRAGMA user_version")[0] == SCHEMA_VERSION
    with closing(sqlite3.connect(path)) as connection:
        assert _rows(connection) == before


def test_a_documented_database_gets_the_better_indexes(path: Path) -> None:
    _documented(path)
    Database.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        columns = {
            index: [name for _, _, name in connection.execute(f"PRAGMA index_info({index})")]
            for index in ("idx_pool_summary_pool_id", "idx_worker_status_pool_id")
        }
    assert columns == {
        "idx_pool_summary_pool_id": ["pool_id", "timestamp"],
        "idx_worker_status_pool_id": ["pool_id", "timestamp", "worker_name"],
    }


def test_the_documented_definitions_are_upgraded_to_what_a_new_file_has(
    path: Path, tmp_path: Path
) -> None:
    _documented(path)
    Database.open(path).close()
    Database.open(tmp_path / "new.db", create=True).close()
    assert _schema(path) == _schema(tmp_path / "new.db")


def _schema(path: Path) -> dict[str, str | None]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master").fetchall()
    # SQLite keeps the text of a definition; that of the upgraded tables is the document's.
    return {name: sql and " ".join(sql.split()) for name, sql in rows}


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(path: Path) -> None:
    # The name of one of our views is taken by a table, which is noticed half-way.
    make(path, *DEFINITIONS, "CREATE TABLE worker_status_numeric (x)")
    before = _schema(path)
    with pytest.raises(StoreError, match="worker_status_numeric"):
        Database.open(path)
    assert _schema(path) == before


# The journal ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("version", "fixed"),
    [
        ((3, 7, 0), False),
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 44, 7), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 0), False),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_versions_with_the_wal_reset_fix(version: tuple[int, int, int], fixed: bool) -> None:
    assert has_wal_reset_fix(version) is fixed


@pytest.mark.parametrize(
    ("present", "wanted", "expected"),
    [
        (None, "auto", "wal" if HAS_FIX else "delete"),
        (None, "wal", "wal"),
        (None, "delete", "delete"),
        (None, "truncate", "truncate"),
        ("delete", "auto", "delete"),
        ("wal", "auto", "wal" if HAS_FIX else "delete"),
        ("delete", "wal", "wal"),
        ("wal", "delete", "delete"),
    ],
)
def test_the_journal_mode(path: Path, present: str | None, wanted: str, expected: str) -> None:
    if present:
        make(path, *DEFINITIONS, f"PRAGMA journal_mode = {present}")
    with Database.open(path, create=True, journal_mode=wanted) as database:
        assert database.one("PRAGMA journal_mode")[0] == expected


# Transactions -----------------------------------------------------------------------------------


class _StopError(Exception):
    pass


@pytest.mark.parametrize("error", [_StopError, KeyboardInterrupt])
def test_a_transaction_is_undone_by_an_error(
    database: Database, error: type[BaseException]
) -> None:
    def work() -> None:
        with database.transaction():
            database.execute("INSERT INTO pool_metadata (pool_id) VALUES ('kzpool_001')")
            raise error

    with pytest.raises(error):
        work()
    assert database.rows("SELECT * FROM pool_metadata") == []
    with database.transaction():  # and the next one works
        database.execute("INSERT INTO pool_metadata (pool_id) VALUES ('kzpool_002')")
    assert database.one("SELECT pool_id FROM pool_metadata")[0] == "kzpool_002"


def test_a_transaction_that_sqlite_has_undone_by_itself_raises_what_undid_it(
    database: Database,
) -> None:
    database.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON pool_metadata "
        "BEGIN SELECT RAISE(ROLLBACK, 'refused'); END"
    )
    with pytest.raises(StoreError, match="refused"), database.transaction():
        database.execute("INSERT INTO pool_metadata (pool_id) VALUES ('kzpool_001')")
    with database.transaction():
        assert database.rows("SELECT * FROM pool_metadata") == []


def test_an_error_names_the_file(database: Database, path: Path) -> None:
    for run in (database.rows, database.one, database.execute):
        with pytest.raises(StoreError, match="no such table: nowhere") as caught:
            run("SELECT * FROM nowhere")
        assert str(path) in str(caught.value)
    with pytest.raises(StoreError, match="no such table: nowhere"):
        database.execute_many("INSERT INTO nowhere VALUES (?)", [(1,)])


# Other programs' locks --------------------------------------------------------------------------

INSERT = "INSERT INTO pool_metadata (pool_id) VALUES (?)"


@pytest.fixture
def locked(other: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """Another program that holds the write lock."""
    other.execute("BEGIN IMMEDIATE")
    yield other
    if other.in_transaction:
        other.execute("ROLLBACK")


def _write_while_locked(path: Path, locked: sqlite3.Connection, busy_timeout: float) -> None:
    """Lets a thread write until the lock is released, which happens once it has begun to."""
    begun = threading.Event()
    errors: list[Exception] = []

    def write(database: Database) -> None:
        begun.set()
        try:
            with database.transaction():
                database.execute(INSERT, ("kzpool_002",))
        except StoreError as error:
            errors.append(error)

    locked.execute("ROLLBACK")  # opening writes, too
    with Database.open(path, busy_timeout=busy_timeout) as database:
        locked.execute("BEGIN IMMEDIATE")
        thread = threading.Thread(target=write, args=(database,))
        thread.start()
        assert begun.wait(10)
        # Far more work than what is left for the thread to do before it meets the lock.
        locked.executemany(INSERT, [(f"custom_{number:05}",) for number in range(20_000)])
        locked.execute("COMMIT")
        thread.join()
    if errors:
        raise errors[0]


def test_a_writer_waits_for_the_lock(path: Path, locked: sqlite3.Connection) -> None:
    _write_while_locked(path, locked, busy_timeout=30)
    rows = locked.execute("SELECT COUNT(*), MAX(pool_id) FROM pool_metadata").fetchall()
    assert rows == [(20_001, "kzpool_002")]


def test_a_writer_that_does_not_wait_meets_the_lock(path: Path, locked: sqlite3.Connection) -> None:
    # Shows that the test above does make its writer wait.
    with pytest.raises(StoreError, match="database is locked"):
        _write_while_locked(path, locked, busy_timeout=0.000_1)


def test_past_the_busy_timeout_an_open_database_says_which_file(
    path: Path, database: Database, other: sqlite3.Connection
) -> None:
    says = pytest.raises(StoreError, match=r"locked; another program.*KZ_BUSY_TIMEOUT")
    with Database.open(path, busy_timeout=0.01) as impatient:
        other.execute("BEGIN IMMEDIATE")
        with says as caught, impatient.transaction():
            impatient.execute(INSERT, ("kzpool_001",))
        assert str(path) in str(caught.value)
        other.execute("ROLLBACK")
        with impatient.transaction():
            impatient.execute(INSERT, ("kzpool_001",))
    assert database.one("SELECT pool_id FROM pool_metadata")[0] == "kzpool_001"


def test_past_the_busy_timeout_opening_says_which_file(
    path: Path, locked: sqlite3.Connection
) -> None:
    with pytest.raises(StoreError, match="another program holds the write lock") as caught:
        Database.open(path, busy_timeout=0.01)
    assert str(path) in str(caught.value)


def test_a_reader_that_keeps_reading_makes_the_commit_fail_whole(
    path: Path, other: sqlite3.Connection
) -> None:
    other.execute(INSERT, ("kzpool_001",))
    with Database.open(path, busy_timeout=0.01, journal_mode="delete") as database:
        other.execute("BEGIN")
        other.execute("SELECT * FROM pool_metadata").fetchall()
        with pytest.raises(StoreError, match="locked"), database.transaction():
            database.execute(INSERT, ("kzpool_002",))
        other.execute("COMMIT")
        assert [row[0] for row in database.rows("SELECT pool_id FROM pool_metadata")] == [
            "kzpool_001"
        ]
