"""Copies of the database: whole, private, and never over something else."""

from __future__ import annotations

import gzip
import io
import os
import shutil
import sqlite3
import stat
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from kzscraper.exceptions import StoreError
from kzscraper.store import backup
from kzscraper.store.database import Database
from tests.store.filled import dump, files, register, visit

WORKERS: dict[str, tuple[str, str | None]] = {f"w{n}": ("ONLINE", "1 TH/s") for n in range(50)}


@pytest.fixture
def filled(database: Database) -> Database:
    register(database)
    visit(database, "kzpool_001", "2026-01-01 00:00:00", WORKERS)
    database.execute("UPDATE pool_metadata SET client_name = 'ТОО «Клиент»; it''s'")
    return database


def unpacked(path: Path) -> Path:
    plain = path.with_name("unpacked.db")
    plain.write_bytes(gzip.decompress(path.read_bytes()))
    return plain


@pytest.mark.parametrize("name", ["copy.db", "copy.db.gz"])
def test_a_backup_is_the_same_database_and_private(filled: Database, name: str) -> None:
    target = filled.path.with_name(name)
    before = os.umask(0)
    try:
        size = backup.backup(filled, target)
    finally:
        os.umask(before)
    assert size == target.stat().st_size
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert dump(unpacked(target) if name.endswith(".gz") else target) == dump(filled.path)
    assert set(files(filled.path.parent)) - {"unpacked.db"} == {"pools.db", name}


def test_a_backup_of_a_wal_database_is_one_file_in_rollback_mode(tmp_path: Path) -> None:
    path, target = tmp_path / "wal.db", tmp_path / "copy.db"
    with Database.open(path, create=True, journal_mode="wal") as database:
        register(database)
        assert Path(f"{path}-wal").stat().st_size > 0
        backup.backup(database, target)
    with closing(sqlite3.connect(f"file:{target}?mode=ro&immutable=1", uri=True)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert connection.execute("SELECT COUNT(*) FROM pool_metadata").fetchone() == (3,)


def test_a_backup_can_be_made_by_a_connection_that_only_reads(filled: Database) -> None:
    with Database.open_for_reading(filled.path) as reader:
        backup.backup(reader, filled.path.with_name("copy.db"))


def test_a_backup_while_visits_are_written_has_whole_visits_only(filled: Database) -> None:
    stop = threading.Event()
    written = 0

    def write() -> None:
        nonlocal written
        with Database.open(filled.path) as writer:
            while not stop.is_set():
                visit(writer, "kzpool_001", f"2026-02-01 00:{written:04}", WORKERS)
                written += 1

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for number in range(5):
            backup.backup(filled, filled.path.with_name(f"copy{number}.db"))
    finally:
        stop.set()
        thread.join()
    seen = []
    for number in range(5):
        with closing(sqlite3.connect(filled.path.with_name(f"copy{number}.db"))) as connection:
            sql = "SELECT COUNT(*) FROM {} GROUP BY timestamp"
            workers = connection.execute(sql.format("worker_status")).fetchall()
            summaries = connection.execute(sql.format("pool_summary")).fetchall()
        assert set(workers) == {(len(WORKERS),)}
        assert len(workers) == len(summaries)
        seen.append(len(workers))
    assert seen == sorted(seen)
    assert written > 0


# What is refused --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("there.db", "there.db exists: name another file, or overwrite it with --force"),
        ("pools.db", "pools.db is the database itself"),
        ("link.db", "link.db is the database itself"),
        ("pools.db-wal", "is the database itself"),
        ("folder", "folder exists"),
        ("no/such/copy.db", "no/such/copy.db cannot be written: No such file or directory"),
    ],
)
@pytest.mark.parametrize("write", [backup.backup, backup.export_sql])
def test_a_target_that_cannot_be_used_is_left_as_it_is(
    filled: Database, name: str, says: str, write: object
) -> None:
    folder = filled.path.parent
    (folder / "there.db").write_text("something else")
    (folder / "folder").mkdir()
    (folder / "link.db").symlink_to(filled.path)
    before = files(folder)
    assert callable(write)
    with pytest.raises(StoreError, match=says):
        write(filled, folder / name)
    assert files(folder) == before


def test_force_overwrites_a_file_but_never_the_database(filled: Database) -> None:
    target = filled.path.with_name("there.db")
    target.write_text("something else")
    backup.backup(filled, target, overwrite=True)
    assert dump(target) == dump(filled.path)
    with pytest.raises(StoreError, match="is the database itself"):
        backup.backup(filled, filled.path, overwrite=True)


@pytest.mark.parametrize("write", [backup.backup, backup.export_sql])
def test_what_is_no_plain_file_is_never_replaced(filled: Database, write: object) -> None:
    folder, pipe = filled.path.with_name("folder"), filled.path.with_name("pipe")
    folder.mkdir()
    os.mkfifo(pipe)
    assert callable(write)
    for target in (folder, pipe):
        with pytest.raises(StoreError, match="is not a plain file"):
            write(filled, target, overwrite=True)
    assert folder.is_dir()
    assert pipe.is_fifo()


def test_a_full_disk_leaves_no_half_backup(
    filled: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(filled.path.parent)
    usage = shutil.disk_usage(filled.path.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=10))
    for name in ("copy.db", "copy.db.gz"):
        with pytest.raises(StoreError, match=r"MB of room are needed in .*, 0 MB are free"):
            backup.backup(filled, filled.path.with_name(name))
    assert files(filled.path.parent) == before


@pytest.mark.parametrize("name", ["copy.db", "copy.db.gz"])
def test_a_damaged_database_gives_no_backup(filled: Database, name: str) -> None:
    path = filled.path
    filled.close()
    content = bytearray(path.read_bytes())
    begin = content.index(b"w49")  # in the middle of a page of worker_status
    content[begin - 2000 : begin] = b"\xff" * 2000
    path.write_bytes(content)
    with (
        Database.open_for_reading(path) as reader,
        pytest.raises(StoreError, match=r"damaged.*nothing was written"),
    ):
        backup.backup(reader, path.with_name(name))
    assert set(files(path.parent)) == {"pools.db"}


# As SQL -----------------------------------------------------------------------------------------


def _made_of(sql: str, path: Path) -> Path:
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(sql)
    return path


@pytest.mark.parametrize("name", ["out.sql", "out.sql.gz"])
def test_the_sql_makes_the_same_database(filled: Database, tmp_path: Path, name: str) -> None:
    target = tmp_path / name
    backup.export_sql(filled, target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    content = target.read_bytes()
    sql = (gzip.decompress(content) if name.endswith(".gz") else content).decode()
    made = _made_of(sql, tmp_path / "made.db")
    assert dump(made) == dump(filled.path)
    with Database.open(made) as database:  # with its version
        assert database.one("SELECT COUNT(*) FROM worker_status")[0] == 50


def test_the_sql_on_standard_output_is_utf8(
    filled: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with (tmp_path / "out").open("wb") as file:
        out = io.TextIOWrapper(file, "ascii")
        monkeypatch.setattr(sys, "stdout", out)
        backup.export_sql(filled, None)
        out.flush()
        monkeypatch.undo()
    made = _made_of((tmp_path / "out").read_text("utf-8"), tmp_path / "made.db")
    assert dump(made) == dump(filled.path)
