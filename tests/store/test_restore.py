"""A backup takes the place of the database: checked, at once, and the old file is kept."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from kzscraper.exceptions import AlreadyRunningError, BusyError, StoreError
from kzscraper.store import backup
from kzscraper.store.database import Database
from kzscraper.store.lock import RunLock
from kzscraper.store.restore import Restored, restore
from tests.seed.documented import DEFINITIONS, statement
from tests.store.filled import dump, files, register, run
from tests.store.predecessor import LINKS, later

OLD, NEW = "kzpool_001", "kzpool_002"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A backup, in a folder of its own, of a database with the pool NEW."""
    folder = tmp_path / "backups"
    folder.mkdir()
    with Database.open(folder / "original.db", create=True) as database:
        register(database, NEW)
        backup.backup(database, folder / "backup.db")
        backup.backup(database, folder / "backup.db.gz")
    return folder / "backup.db"


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A database in use, with the pool OLD."""
    folder = tmp_path / "live"
    folder.mkdir()
    with Database.open(folder / "pools.db", create=True) as database:
        register(database, OLD)
    return folder / "pools.db"


def pools(path: Path) -> list[str]:
    with Database.open(path) as database:
        return [row[0] for row in database.rows("SELECT pool_id FROM pool_metadata")]


def kept(done: Restored) -> Path:
    assert done.kept
    return done.kept


@pytest.mark.parametrize("name", ["backup.db", "backup.db.gz"])
def test_a_backup_takes_the_place_and_the_old_file_is_kept(
    place: Path, source: Path, name: str
) -> None:
    before = files(source.parent)
    place.chmod(0o640)
    done = restore(place, source.with_name(name))
    assert pools(place) == [NEW]
    assert pools(kept(done)) == [OLD]
    assert kept(done).name.startswith("pools.replaced-20")
    assert done.rows["pool_metadata"] == 1
    assert not done.upgraded
    assert stat.S_IMODE(place.stat().st_mode) == 0o640
    assert set(files(place.parent)) == {"pools.db", kept(done).name}
    assert files(source.parent) == before


def test_where_there_is_no_database_the_new_one_is_private(tmp_path: Path, source: Path) -> None:
    place = tmp_path / "new.db"
    assert restore(place, source).kept is None
    assert pools(place) == [NEW]
    assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_a_link_is_kept_and_what_it_leads_to_is_replaced(
    tmp_path: Path, place: Path, source: Path
) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(place)
    restore(link, source)
    assert link.is_symlink()
    assert pools(place) == [NEW]


def test_a_documented_database_is_upgraded(place: Path, source: Path) -> None:
    made = source.with_name("documented.db")
    run(made, [*DEFINITIONS, statement("'Main KZ Pool'"), statement("INTO pool_summary")])
    before = files(source.parent)
    assert restore(place, made).upgraded
    with Database.open(place) as database:
        assert database.one("SELECT current_hashrate_ths FROM pool_summary_numeric")[0] == 37405.0
    assert files(source.parent) == before


def test_a_backup_that_was_copied_while_it_was_written_is_read_with_its_journal(
    place: Path, source: Path
) -> None:
    live = source.with_name("live.db")
    with Database.open(live, create=True, journal_mode="wal") as database:
        register(database, NEW)
        for suffix in ("", "-wal"):
            shutil.copyfile(f"{live}{suffix}", f"{source.with_name('copied.db')}{suffix}")
    before = files(source.parent)
    restore(place, source.with_name("copied.db"))
    assert pools(place) == [NEW]
    assert files(source.parent) == before


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_the_journal_mode_of_the_replaced_file_is_kept(
    tmp_path: Path, source: Path, mode: str
) -> None:
    place = tmp_path / "pools.db"
    Database.open(place, create=True, journal_mode=mode).close()
    restore(place, source)
    with closing(sqlite3.connect(place)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == (mode,)


# What stands beside the replaced file -----------------------------------------------------------


def test_what_stands_in_the_replaced_files_wal_is_kept(tmp_path: Path, source: Path) -> None:
    place = tmp_path / "pools.db"
    crashed = tmp_path / "crashed.db"
    with Database.open(crashed, create=True, journal_mode="wal") as database:
        register(database, OLD)
        for suffix in ("", "-wal"):  # as a crash leaves them
            shutil.copyfile(f"{crashed}{suffix}", f"{place}{suffix}")
    done = restore(place, source)
    assert pools(place) == [NEW]
    assert pools(kept(done)) == [OLD]
    assert not Path(f"{place}-wal").exists()


def test_a_journal_that_a_crash_left_is_played_into_the_replaced_file_only(
    place: Path, source: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(place, isolation_level=None)) as connection:
        connection.execute("PRAGMA cache_size = 1")
        connection.execute("BEGIN")
        connection.execute("UPDATE pool_metadata SET pool_id = 'half'")
        connection.executemany(
            "INSERT INTO pool_metadata (pool_id) VALUES (?)", [(f"x{n}",) for n in range(5000)]
        )
        for suffix in ("", "-journal"):
            shutil.copyfile(f"{place}{suffix}", f"{tmp_path / 'crashed.db'}{suffix}")
        connection.execute("ROLLBACK")
    for suffix in ("", "-journal"):
        shutil.copyfile(f"{tmp_path / 'crashed.db'}{suffix}", f"{place}{suffix}")
    done = restore(place, source)
    assert pools(place) == [NEW]
    assert pools(kept(done)) == [OLD]


def test_a_damaged_database_is_replaced_and_its_journal_does_not_touch_the_new_one(
    place: Path, source: Path
) -> None:
    place.write_bytes(b"damaged" * 1000)
    Path(f"{place}-wal").write_bytes(b"its journal")
    done = restore(place, source)
    assert pools(place) == [NEW]
    assert kept(done).read_bytes() == b"damaged" * 1000
    assert Path(f"{kept(done)}-wal").read_bytes() == b"its journal"


def test_a_journal_without_its_database_is_set_aside(tmp_path: Path, source: Path) -> None:
    folder = tmp_path / "empty"
    folder.mkdir()
    (folder / "pools.db-journal").write_bytes(b"a journal of long ago")
    restore(folder / "pools.db", source)
    assert pools(folder / "pools.db") == [NEW]
    [aside] = folder.glob("pools.stray-*-journal")
    assert aside.read_bytes() == b"a journal of long ago"


# What is refused --------------------------------------------------------------------------------


def _damaged(source: Path) -> None:
    with Database.open(source) as database:
        database.execute("INSERT INTO pool_summary (pool_id) VALUES ('kzpool_002')")
    content = bytearray(source.read_bytes())
    content[-3000:] = b"\xff" * 3000
    source.write_bytes(content)


def _cut_off(source: Path) -> None:
    packed = source.with_name("backup.db.gz").read_bytes()
    source.write_bytes(packed[: len(packed) // 2])


def _sql(source: Path) -> None:
    source.write_text("PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\n" * 10)


def _others(source: Path) -> None:
    source.unlink()
    run(source, ["CREATE TABLE books (title)"])


def _predecessor(source: Path) -> None:
    source.unlink()
    later(source, {"daily_earnings": [{"observer_url": LINKS[0], "date": "11/22/2025"}]})


def _newer(source: Path) -> None:
    run(source, ["PRAGMA user_version = 99"])


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_damaged, "backup.db is damaged: .*; nothing was changed"),
        (_cut_off, "backup.db cannot be read: Compressed file ended"),
        (_sql, r"not an SQLite database, but SQL: `sqlite3 NEW.db < FILE`"),
        (_others, "backup.db has none of the tables pool_metadata, "),
        (_predecessor, "backup.db is a database of another program.*scrapy db adopt FILE"),
        (_newer, "backup.db was written by a newer version"),
        (Path.unlink, "backup.db cannot be read: No such file"),
        (lambda path: path.write_bytes(b""), "not an SQLite database"),
    ],
)
def test_a_backup_that_cannot_be_used_changes_nothing(
    place: Path, source: Path, spoil: object, says: str
) -> None:
    assert callable(spoil)
    spoil(source)
    before = files(place.parent)
    with pytest.raises(StoreError, match=says):
        restore(place, source)
    assert files(place.parent) == before


def test_only_plain_files_are_replaced_and_read(place: Path, source: Path) -> None:
    folder, pipe = place.with_name("folder"), place.with_name("pipe")
    folder.mkdir()
    os.mkfifo(pipe)
    for special in (folder, pipe):
        with pytest.raises(StoreError, match="is not a plain file"):
            restore(special, source)
        with pytest.raises(StoreError, match="is not a plain file"):
            restore(place, special)
    assert pipe.is_fifo()
    assert pools(place) == [OLD]


def test_rows_without_their_pool_are_taken_only_if_told(place: Path, source: Path) -> None:
    run(source, ["INSERT INTO pool_summary (pool_id) VALUES ('nobody')"])  # no foreign keys there
    with pytest.raises(StoreError, match=r"1 of pool_summary\): --force restores it as it is"):
        restore(place, source)
    assert pools(place) == [OLD]
    restore(place, source, force=True)
    assert pools(place) == [NEW]


def test_incidents_without_their_anomaly_are_harmless(place: Path, source: Path) -> None:
    columns = "anomaly_id, pool_id, anomaly_type, last_seen, visits, measure, peak, good_visits"
    values = "9, 'kzpool_002', 'HASHRATE_DROP', '2026-01-01 00:00:00', 1, 0, 0, 0, '{}'"
    run(source, [f"INSERT INTO incident ({columns}, memory) VALUES ({values})"])
    restore(place, source)
    assert pools(place) == [NEW]


def test_the_database_is_not_its_own_backup(place: Path) -> None:
    with pytest.raises(StoreError, match="is the database itself"):
        restore(place, place)


def test_a_running_spider_is_not_robbed_of_its_database(place: Path, source: Path) -> None:
    lock = RunLock(place, "kzpool")
    lock.acquire()
    try:
        with pytest.raises(AlreadyRunningError, match="another run of kzpool"):
            restore(place, source)
    finally:
        lock.release()
    assert pools(place) == [OLD]
    restore(place, source)


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_another_program_is_not_robbed_in_the_middle_of_its_work(
    tmp_path: Path, source: Path, mode: str
) -> None:
    place = tmp_path / "pools.db"
    with Database.open(place, create=True, journal_mode=mode) as database:
        register(database, OLD)
    before = dump(place)
    with closing(sqlite3.connect(place, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        other.execute("SELECT * FROM pool_metadata").fetchall()
        with pytest.raises(BusyError, match="another program is using it"):
            restore(place, source, busy_timeout=0.01)
        other.execute("ROLLBACK")
    assert dump(place) == before
    assert [path.name for path in tmp_path.glob("pools.*")] == ["pools.db"]


def test_who_has_the_file_open_learns_that_it_was_moved(place: Path, source: Path) -> None:
    with Database.open(place) as database:
        restore(place, source)
        with pytest.raises(StoreError, match="readonly database"):
            register(database, "antpool_001")
    assert pools(place) == [NEW]


def test_a_process_that_is_killed_before_the_swap_leaves_the_old_database(
    place: Path, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        os._exit(9)

    monkeypatch.setattr(Path, "replace", killed)
    child = os.fork()
    if not child:
        restore(place, source)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    monkeypatch.undo()
    assert pools(place) == [OLD]


def test_two_files_that_are_kept_have_two_names(place: Path, source: Path) -> None:
    names = {kept(restore(place, source)) for _ in range(3)}
    assert len(names) == 3
