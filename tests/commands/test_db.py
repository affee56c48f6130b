"""`scrapy db`, as an operator runs it."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.commands.conftest import FIRST, SECOND, RunCommand, error_of, pools
from tests.seed.documented import DEFINITIONS, TABLES, statement


def test_init_makes_a_private_database_and_may_be_repeated(scrapy: RunCommand, path: Path) -> None:
    for _ in range(2):
        done = scrapy("db", "init")
        assert (done.returncode, done.stdout, done.stderr) == (0, f"{path} is ready\n", "")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert {*TABLES, "latest_pool_status", "scrape_log"} <= {name for (name,) in rows}


def test_init_keeps_what_is_there(scrapy: RunCommand, registered: Path) -> None:
    assert scrapy("db", "init").returncode == 0
    assert pools(registered) == [FIRST, SECOND]


def test_init_adds_what_a_documented_database_lacks(scrapy: RunCommand, path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for sql in (*DEFINITIONS, statement("'Main KZ Pool'"), statement("INTO pool_summary")):
            connection.execute(sql)
    assert scrapy("db", "init").returncode == 0
    with closing(sqlite3.connect(path)) as connection:
        numbers = connection.execute("SELECT current_hashrate_ths FROM pool_summary_numeric")
        assert numbers.fetchall() == [(37405.0,)]


def test_the_command_line_goes_before_the_environment(
    scrapy: RunCommand, path: Path, tmp_path: Path
) -> None:
    wanted = tmp_path / "wanted.db"
    done = scrapy("db", "init", "-s", f"KZ_DATABASE={wanted}")
    assert done.stdout == f"{wanted} is ready\n"
    assert wanted.exists()
    assert not path.exists()


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "one of init, stats, prune, optimize, backup, restore, export-sql, adopt is needed"),
        (["init", "x.db"], "`scrapy db init` takes 0 argument(s)"),
        (["init", "--force"], "--force goes with backup, restore, export-sql"),
        (["init", "--nosuch"], "unknown option --nosuch"),
    ],
)
def test_a_mistake_is_explained_and_makes_no_file(
    scrapy: RunCommand, path: Path, args: list[str], says: str
) -> None:
    assert says in error_of(scrapy("db", *args))
    assert not path.exists()


def test_a_file_that_is_no_database_is_left_as_it_is(scrapy: RunCommand, path: Path) -> None:
    path.write_text("a text file, not a database at all\n" * 50)
    error = error_of(scrapy("db", "init"))
    assert f"database {path}: file is not a database; name another file" in error
    assert path.read_text() == "a text file, not a database at all\n" * 50


def test_a_folder_that_is_missing_is_named(scrapy: RunCommand, tmp_path: Path) -> None:
    wanted = str(tmp_path / "no" / "such" / "folder.db")
    error = error_of(scrapy("db", "init", KZ_DATABASE=wanted))
    assert f"database {wanted} cannot be made: No such file or directory" in error
    assert "check that the folder exists" in error
