"""`scrapy db prune`, `stats`, `optimize`, `backup`, `restore`, `export-sql` and `adopt`."""

from __future__ import annotations

import gzip
import json
import os
import pty
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from kzscraper.store.database import Database
from kzscraper.store.lock import RunLock
from tests.commands.conftest import FIRST, LINKS, MASKED, SECOND, RunCommand, error_of, pools
from tests.conftest import ROOT, run_scrapy
from tests.seed.documented import statement
from tests.store.filled import count, dump, run, visit
from tests.store.predecessor import later

OLD = "2020-01-01 00:00:00"
WORKERS: dict[str, tuple[str, str | None]] = {f"w{n}": ("ONLINE", "1 TH/s") for n in range(3)}


@pytest.fixture
def filled(registered: Path) -> Path:
    """Two pools of ours and one of another scraper, each with an old visit and a new one."""
    with Database.open(registered) as database:
        database.execute(
            "INSERT INTO pool_metadata (pool_id, observer_url) VALUES ('antpool_001', 'https://a.b/c')"
        )
        for pool_id in ("kzpool_001", "kzpool_002", "antpool_001"):
            for timestamp in (OLD, database.one("SELECT CURRENT_TIMESTAMP")[0]):
                visit(database, pool_id, timestamp, WORKERS)
    return registered


def table_of(text: str) -> dict[str, list[str]]:
    """The cells by the first one of each line."""
    return {line.split()[0]: line.split()[1:] for line in text.splitlines() if line.split()}


# prune ------------------------------------------------------------------------------------------


def test_a_dry_run_tells_what_prune_then_does(scrapy: RunCommand, filled: Path) -> None:
    before = dump(filled)
    told = scrapy("db", "prune", "--dry-run")
    assert dump(filled) == before
    assert table_of(told.stdout)["worker_status"][:2] == ["6", "30"]
    assert table_of(told.stdout)["pool_summary"][:2] == ["2", "90"]
    done = scrapy("db", "prune")
    assert (done.returncode, done.stderr) == (0, "")
    assert table_of(done.stdout)["worker_status"][0] == "6"
    assert "6 worker days were added to worker_day" in done.stdout
    last = "of the pools whose link is on btcpool.kz, new.btcpool.kz; left alone: antpool_001"
    assert told.stdout.splitlines()[-1] == done.stdout.splitlines()[-1] == last
    with Database.open(filled) as database:
        assert count(database, "worker_status") == 3 * 3 + 3
        assert count(database, "worker_day") == 6


def test_prune_obeys_the_settings(scrapy: RunCommand, filled: Path) -> None:
    done = scrapy(
        *("db", "prune", "-s", "KZ_KEEP_WORKER_STATUS_DAYS=20000"), KZ_OBSERVER_HOSTS="btcpool.kz"
    )
    assert table_of(done.stdout)["worker_status"][:2] == ["0", "20000"]
    assert table_of(done.stdout)["pool_summary"][0] == "2"


def test_two_prunes_are_not_run_at_once(scrapy: RunCommand, filled: Path) -> None:
    lock = RunLock(filled, "prune-or-adopt")
    lock.acquire()
    try:
        done = scrapy("db", "prune")
    finally:
        lock.release()
    assert (done.returncode, done.stdout) == (3, "")
    assert "another run of prune-or-adopt on this database is going on" in done.stderr


def test_progress_is_one_line_on_a_terminal(filled: Path) -> None:
    with Database.open(filled) as database:
        for day in range(2, 9):
            visit(database, "kzpool_001", f"2020-01-{day:02} 00:00:00", WORKERS)
    ours, theirs = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "scrapy", "db", "prune"],
        cwd=ROOT,
        env={**os.environ, "KZ_DATABASE": str(filled), "TERM": "xterm"},
        stdout=subprocess.PIPE,
        stderr=theirs,
        timeout=60,
        check=True,
    )
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)
    assert "\n" not in shown
    assert "\r" in shown
    assert " of " in shown
    assert "worker_status kzpool_001 2020-01-0" in shown
    assert shown.endswith("\r\x1b[K")
    assert b"rows deleted" in done.stdout


# stats, optimize --------------------------------------------------------------------------------


def test_stats_for_people(scrapy: RunCommand, filled: Path) -> None:
    done = scrapy("db", "stats", KZ_DATABASE_LIMIT_MB="1")
    assert (done.returncode, done.stderr) == (0, "")
    head = done.stdout.splitlines()
    assert head[0].startswith(f"{filled}: ")
    assert "until the limit of 1.0 MB is reached, if nothing is pruned" in head[1]
    assert head[2].startswith("journal: ")
    assert head[3] == f"SQLite {sqlite3.sqlite_version}, schema 1"
    assert table_of(done.stdout)["worker_status"][0] == "18"
    assert "idx_worker_status_pool_id" not in done.stdout  # counted with its table


def test_a_locale_without_unicode_has_tables_too(scrapy: RunCommand, filled: Path) -> None:
    for args in (("db", "stats"), ("db", "prune", "--dry-run"), ("pools", "list"), ("config",)):
        done = scrapy(*args, PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (0, ""), args
        assert "---" in done.stdout


def test_stats_for_programs(scrapy: RunCommand, filled: Path) -> None:
    found = json.loads(scrapy("db", "stats", "--format", "json", "--limit", "7").stdout)
    assert found["bytes"] == filled.stat().st_size
    assert found["limit_bytes"] == 7_000_000
    [workers] = [one for one in found["sizes"] if one["name"] == "worker_status"]
    assert (workers["rows"], workers["first"], workers["kind"]) == (18, OLD, "table")


def test_stats_change_nothing(scrapy: RunCommand, filled: Path) -> None:
    before = filled.read_bytes()
    filled.chmod(0o400)
    assert scrapy("db", "stats").returncode == 0
    assert filled.read_bytes() == before


def test_optimize_and_vacuum(scrapy: RunCommand, filled: Path) -> None:
    run(filled, ["CREATE TABLE big (x)", "INSERT INTO big VALUES (zeroblob(2000000))"])
    run(filled, ["DROP TABLE big"])
    full = filled.stat().st_size
    done = scrapy("db", "optimize")
    assert done.stdout == "the query planner's statistics are up to date\n"
    assert filled.stat().st_size >= full
    done = scrapy("db", "optimize", "--vacuum")
    assert "2.2 MB before, " in done.stdout.replace("2.1 MB", "2.2 MB")
    assert filled.stat().st_size < full / 2
    with closing(sqlite3.connect(filled)) as connection:
        analysed = {row[0] for row in connection.execute("SELECT tbl FROM sqlite_stat1")}
    assert "worker_status" in analysed


# backup, restore, export-sql --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["copy.db", "copy.db.gz"])
def test_backup_and_restore(scrapy: RunCommand, filled: Path, tmp_path: Path, name: str) -> None:
    file = str(tmp_path / name)
    done = scrapy("db", "backup", file)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{file}: ")
    assert done.stdout.endswith(", checked\n")
    assert f"{file} exists: name another file" in error_of(scrapy("db", "backup", file))
    assert scrapy("db", "backup", file, "--force").returncode == 0
    before = dump(filled)
    run(filled, ["DELETE FROM worker_status"])
    done = scrapy("db", "restore", file)
    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.splitlines()
    assert first == (
        f"{filled} is {file} now: 3 pool_metadata, 6 pool_summary, 18 worker_status, "
        "0 daily_earnings, 0 anomaly_log"
    )
    assert second.startswith(f"the replaced database is {tmp_path}/pools.replaced-")
    assert dump(filled) == before


def test_restore_waits_for_no_crawl(scrapy: RunCommand, filled: Path, tmp_path: Path) -> None:
    file = str(tmp_path / "copy.db")
    scrapy("db", "backup", file)
    lock = RunLock(filled, "kzpool_summary")
    lock.acquire()
    try:
        done = scrapy("db", "restore", file)
    finally:
        lock.release()
    assert done.returncode == 3
    assert "another run of kzpool_summary on this database is going on" in done.stderr


@pytest.mark.parametrize("name", ["-", "out.sql", "out.sql.gz"])
def test_export_sql(scrapy: RunCommand, registered: Path, tmp_path: Path, name: str) -> None:
    run(registered, ["UPDATE pool_metadata SET observer_url = NULL"])
    file = name if name == "-" else str(tmp_path / name)
    done = scrapy("db", "export-sql", file)
    assert (done.returncode, done.stderr) == (0, "")
    if name == "-":
        sql = done.stdout
    else:
        content = Path(file).read_bytes()
        sql = (gzip.decompress(content) if name.endswith(".gz") else content).decode()
        assert done.stdout.startswith(f"{file}: ")
    with closing(sqlite3.connect(tmp_path / "made.db")) as connection:
        connection.executescript(sql)
    assert dump(tmp_path / "made.db") == dump(registered)


# adopt ------------------------------------------------------------------------------------------


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A database of the predecessor with one known link and one that is not."""
    other = "https://btcpool.kz/observer-link/ffff00001111222233334444555566ff"
    days = [
        {"observer_url": link, "date": "11/22/2025 12:00:00 AM", "total_income": "0.01"}
        for link in (LINKS[0], other)
    ]
    folder = tmp_path / "old"
    folder.mkdir()
    return later(folder / "old.db", {"daily_earnings": days})


def test_adopt_asks_for_what_it_cannot_know(
    scrapy: RunCommand, registered: Path, old: Path
) -> None:
    done = scrapy("db", "adopt", str(old))
    assert (done.returncode, done.stdout) == (1, "")
    first, option, *_ = done.stderr.splitlines()
    assert first.startswith(f"error: {old} has rows of pools that are not known here.")
    assert option == "  --map ffff=POOL_ID   # 1 rows"
    assert "Nothing was adopted." in done.stderr
    done = scrapy("db", "adopt", str(old), "--map", "ffff=kzpool_003", "--dry-run")
    assert done.stdout.startswith("a dry run: nothing was written\n")
    assert pools(registered) == [FIRST, SECOND]
    done = scrapy("db", "adopt", str(old), "--map", "ffff=kzpool_003")
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == f"{MASKED[0]} -> kzpool_001"
    assert lines[1].endswith("ffff…66ff -> kzpool_003, newly registered")
    assert table_of(done.stdout)["daily_earnings"] == ["2", "2", "2", "0", "0", "0"]


def test_adopt_for_programs(scrapy: RunCommand, registered: Path, old: Path) -> None:
    done = scrapy("db", "adopt", str(old), "--map", "ffff=kzpool_003", "--format", "json")
    told = json.loads(done.stdout)
    assert [one["pool_id"] for one in told["pools"]] == ["kzpool_001", "kzpool_003"]
    assert told["pools"][0]["source_link"] == MASKED[0]
    days = told["tables"][0]
    assert (days["table"], days["read"], days["taken"]) == ("daily_earnings", 2, 2)


def test_adopt_makes_the_database(scrapy: RunCommand, path: Path, old: Path) -> None:
    done = scrapy("db", "adopt", str(old), "--map", "4828=kzpool_001", "--map", "ffff=kzpool_002")
    assert done.returncode == 0
    assert [pool.pool_id for pool in pools(path)] == ["kzpool_001", "kzpool_002"]


def test_a_predecessors_database_says_how_it_is_adopted(scrapy: RunCommand, old: Path) -> None:
    error = error_of(scrapy("pools", "list", KZ_DATABASE=str(old)))
    assert "`scrapy db adopt FILE` takes over what this one holds" in error


# An operator's own column -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "args",
    [
        ("pools", "list"),
        ("pools", "show", "kzpool_001"),
        ("pools", "update", "kzpool_001", "--name", "New"),
        ("pools", "add", "kzpool_003", "--url", LINKS[0]),
        ("pools", "deactivate", "kzpool_001"),
        ("pools", "export", "-"),
        ("db", "init"),
        ("db", "stats"),
        ("db", "prune"),
        ("db", "optimize", "--vacuum"),
        ("db", "export-sql", "-"),
        ("show", "status"),
        ("anomalies", "list"),
    ],
    ids=" ".join,
)
def test_a_column_of_the_operator_breaks_no_command(filled: Path, args: tuple[str, ...]) -> None:
    run(filled, [statement("ADD COLUMN notes"), "UPDATE pool_metadata SET notes = 'rack 7'"])
    done = run_scrapy(*args, env={"KZ_DATABASE": str(filled)})
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(filled)) as connection:
        notes = connection.execute("SELECT notes FROM pool_metadata WHERE pool_id <> 'kzpool_003'")
        assert notes.fetchall() == [("rack 7",)] * 3


def test_a_column_of_the_operator_outlives_backup_restore_and_adopt(
    scrapy: RunCommand, filled: Path, old: Path, tmp_path: Path
) -> None:
    run(filled, [statement("ADD COLUMN notes"), "UPDATE pool_metadata SET notes = 'rack 7'"])
    file = str(tmp_path / "copy.db.gz")
    assert scrapy("db", "backup", file).returncode == 0
    assert scrapy("db", "restore", file).returncode == 0
    assert scrapy("db", "adopt", str(old), "--map", "ffff=kzpool_003").returncode == 0
    with Database.open(filled) as database:
        visit(database, "kzpool_001", "2099-01-01 00:00:00", WORKERS)
        assert count(database, "daily_earnings") == 2
        sql = "SELECT notes FROM pool_metadata ORDER BY pool_id"
        assert [row[0] for row in database.rows(sql)] == ["rack 7"] * 3 + [None]
