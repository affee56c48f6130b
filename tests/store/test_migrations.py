"""Steps of the schema: taken once, in order, whole, and with a backup before the first."""

from __future__ import annotations

import shutil
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from kzscraper.exceptions import StoreError
from kzscraper.store import migrations, snapshot
from kzscraper.store.database import Database
from kzscraper.store.migrations import SCHEMA_VERSION, STEPS, Step
from tests.seed.documented import DEFINITIONS, statement
from tests.store.filled import dump, files, register, run


def _add_a_table(database: Database) -> None:
    database.execute("CREATE TABLE second (x)")
    database.execute("INSERT INTO second VALUES (1)")


def _fail_half_way(database: Database) -> None:
    _add_a_table(database)
    database.execute("INSERT INTO nowhere VALUES (1)")


NEXT = SCHEMA_VERSION + 1


def documented(path: Path) -> None:
    """A database made by the documented definitions, with rows."""
    run(path, [*DEFINITIONS, statement("'Main KZ Pool'"), statement("INTO pool_summary")])


def backups(path: Path) -> list[Path]:
    return sorted(path.parent.glob(f"{path.stem}.before-version-*"))


def test_steps_are_numbered_from_one() -> None:
    assert [step.version for step in STEPS] == list(range(1, SCHEMA_VERSION + 1))


def test_a_new_file_takes_all_steps_and_leaves_no_backup(database: Database) -> None:
    assert [row[0] for row in database.rows("SELECT version FROM schema_step")] == [
        step.version for step in STEPS
    ]
    assert migrations.version(database) == SCHEMA_VERSION
    assert backups(database.path) == []


def test_a_database_with_rows_is_copied_before_the_first_step(path: Path) -> None:
    documented(path)
    before = dump(path)
    Database.open(path).close()
    [backup] = backups(path)
    assert dump(backup) == before
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    Database.open(path).close()
    assert backups(path) == [backup]


def test_a_database_without_rows_is_not_worth_a_backup(path: Path) -> None:
    run(path, DEFINITIONS)
    Database.open(path).close()
    assert backups(path) == []


def test_a_second_step_is_taken_once(database: Database) -> None:
    register(database)
    steps = (*STEPS, Step(NEXT, _add_a_table))
    for _ in range(2):
        migrations.upgrade(database, steps)
        assert migrations.version(database) == NEXT
        assert database.one("PRAGMA user_version")[0] == NEXT
        assert database.one("SELECT COUNT(*) FROM second")[0] == 1
        assert len(backups(database.path)) == 1


def test_a_step_that_fails_leaves_the_version_before_it(database: Database) -> None:
    register(database)
    before = dump(database.path)
    steps = (*STEPS, Step(NEXT, _fail_half_way))
    with pytest.raises(StoreError, match="nowhere"):
        migrations.upgrade(database, steps)
    assert dump(database.path) == before
    assert database.one("PRAGMA user_version")[0] == SCHEMA_VERSION


def test_the_steps_before_one_that_fails_stay_taken(database: Database) -> None:
    steps = (*STEPS, Step(NEXT, _add_a_table), Step(NEXT + 1, _fail_half_way))
    with pytest.raises(StoreError):
        migrations.upgrade(database, steps)
    assert migrations.version(database) == NEXT
    assert database.one("SELECT COUNT(*) FROM second")[0] == 1


def test_a_step_that_another_process_takes_meanwhile_is_not_taken_again(
    path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(database)
    steps = (*STEPS, Step(NEXT, _add_a_table))
    copy = snapshot.beside

    def faster(first: Database, label: str) -> Path:
        monkeypatch.setattr(snapshot, "beside", copy)
        with Database.open(path) as second:
            migrations.upgrade(second, steps)
        return copy(first, label)

    monkeypatch.setattr(snapshot, "beside", faster)
    migrations.upgrade(database, steps)
    assert database.one("SELECT COUNT(*) FROM second")[0] == 1


def test_without_room_for_a_backup_nothing_is_changed(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documented(path)
    before = files(path.parent)
    usage = shutil.disk_usage(path.parent)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(StoreError, match=r"no backup of it can be made first.*nothing was changed"):
        Database.open(path)
    assert files(path.parent) == before


# Other versions, and other programs -------------------------------------------------------------


def test_a_newer_database_is_refused_and_left_as_it_is(path: Path, database: Database) -> None:
    migrations.upgrade(database, (*STEPS, Step(NEXT, _add_a_table)))
    database.close()
    before = files(path.parent)
    for opening in (Database.open, Database.open_for_reading):
        with pytest.raises(StoreError, match=f"schema {NEXT}, .* knows {SCHEMA_VERSION}"):
            opening(path)
    assert files(path.parent) == before


def test_a_user_version_that_is_too_high_is_refused_with_a_way_out(
    path: Path, database: Database
) -> None:
    database.execute("PRAGMA user_version = 99")
    database.close()
    with pytest.raises(StoreError, match=r"newer version.*`PRAGMA user_version = 1` sets it back"):
        Database.open(path)
    run(path, ["PRAGMA user_version = 1"])
    Database.open(path).close()


def test_a_user_version_that_was_set_back_repeats_no_step(path: Path, database: Database) -> None:
    register(database)
    migrations.upgrade(database, STEPS)
    database.execute("PRAGMA user_version = 0")
    before = dump(path)
    Database.open(path).close()
    assert dump(path) == before
    assert backups(path) == []


def test_a_user_version_of_another_program_hides_no_missing_step(path: Path) -> None:
    documented(path)
    run(path, [f"PRAGMA user_version = {SCHEMA_VERSION}"])
    with Database.open(path) as database:
        assert database.one("SELECT COUNT(*) FROM scrape_log")[0] == 0
        assert migrations.version(database) == SCHEMA_VERSION


def test_an_operators_column_survives(path: Path) -> None:
    documented(path)
    run(path, [statement("ADD COLUMN notes"), "UPDATE pool_metadata SET notes = 'rack 7'"])
    Database.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT notes FROM pool_metadata").fetchall() == [("rack 7",)]
