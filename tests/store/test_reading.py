"""Opening a database only to read it."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from kzscraper.exceptions import BusyError, StoreError
from kzscraper.store.database import Database
from tests.seed.documented import DEFINITIONS


def test_it_reads_and_does_not_write(path: Path) -> None:
    Database.open(path, create=True).close()
    before = path.read_bytes()
    with Database.open_for_reading(path) as database:
        assert database.rows("SELECT * FROM pool_metadata") == []
        with pytest.raises(StoreError, match="readonly"):
            database.execute("INSERT INTO pool_metadata (pool_id) VALUES ('x')")
    assert path.read_bytes() == before


def test_a_missing_file_is_not_made(path: Path) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        Database.open_for_reading(path)
    assert not path.exists()


def test_a_database_of_other_programs_alone_is_not_changed(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for sql in DEFINITIONS:
            connection.execute(sql)
    before = path.read_bytes()
    with Database.open_for_reading(path) as database:
        assert database.rows("SELECT * FROM pool_summary") == []
        with pytest.raises(StoreError, match="no such table: scrape_log; `scrapy db init` adds"):
            database.rows("SELECT * FROM scrape_log")
    assert path.read_bytes() == before


def test_a_newer_version_is_refused(path: Path) -> None:
    Database.open(path, create=True).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 999")
    with pytest.raises(StoreError, match="newer version"):
        Database.open_for_reading(path)


def test_names_that_mean_something_in_a_uri_are_names(tmp_path: Path) -> None:
    path = tmp_path / "a b?mode=memory#c%20d.db"
    Database.open(path, create=True).close()
    Database.open_for_reading(path).close()
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


_CRASH = """
import os, signal, sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA cache_size = 1")
connection.execute("BEGIN IMMEDIATE")
rows = ((f"{n}" * 500,) for n in range(2000))
connection.executemany("INSERT INTO pool_metadata (pool_name) VALUES (?)", rows)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_crash_cut_off_is_undone(path: Path) -> None:
    Database.open(path, create=True, journal_mode="delete").close()
    subprocess.run([sys.executable, "-c", _CRASH, str(path)], check=False)
    assert Path(f"{path}-journal").stat().st_size > 0
    with Database.open_for_reading(path) as database:
        assert database.rows("SELECT * FROM pool_metadata") == []


@pytest.fixture
def locked_folder() -> Iterator[Path]:
    """A folder that this user may not write once it is left; root becomes another user."""
    with tempfile.TemporaryDirectory() as name:  # pytest's own is closed to other users
        folder = Path(name)
        yield folder
        folder.chmod(0o700)


@contextmanager
def reading_only(folder: Path) -> Iterator[None]:
    is_root = os.geteuid() == 0
    for file in folder.iterdir():
        file.chmod(0o444)
    folder.chmod(0o555)
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_a_folder_that_may_not_be_written_is_read(locked_folder: Path, mode: str) -> None:
    path = locked_folder / "pools.db"
    Database.open(path, create=True, journal_mode=mode).close()
    with reading_only(locked_folder), Database.open_for_reading(path) as database:
        assert database.rows("SELECT * FROM pool_metadata") == []
    assert [one.name for one in locked_folder.iterdir()] == [path.name]


def test_a_writer_is_waited_for_no_longer_than_told(path: Path) -> None:
    Database.open(path, create=True, journal_mode="delete").close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        with pytest.raises(BusyError, match="locked"):
            Database.open_for_reading(path, busy_timeout=0.05)
