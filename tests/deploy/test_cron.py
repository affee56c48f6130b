"""The lines of `scrapy schedule cron`, run as cron runs them: by sh, with nothing around it."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from kzscraper.items import PoolScrape, Visit
from kzscraper.store import registry
from kzscraper.store.database import Database
from kzscraper.store.lock import RunLock
from kzscraper.store.spool import Spool
from tests.conftest import ROOT, Completed, Farm
from tests.crawl.scenarios import demo_pool

PLAIN = demo_pool("plain")


def line_of(farm: Farm, job: int) -> str:
    """The command of the crawl (1), prune (2) or backup (3) line."""
    printed = farm.scrapy("schedule", "cron").stdout.splitlines()[job]
    command = printed.split(" ", 5)[5].replace(r"\%", "%")
    assert " --jitter 30 " in command
    return command.replace(" --jitter 30 ", " ")  # which no test needs to wait for


def run(command: str) -> Completed:
    return subprocess.run(
        ["env", "-i", "/bin/sh", "-c", command],
        cwd="/",
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def test_the_crawl_speaks_when_something_changes(farm: Callable[..., Farm]) -> None:
    made = farm(PLAIN)
    command = line_of(made, 1)
    log = made.folder / "logs" / "crawl.log"
    made.site.set(replace(PLAIN, failure="revoked"))
    spoken = run(command)
    assert (spoken.returncode, spoken.stderr) == (2, "")
    assert spoken.stdout.splitlines() == [
        "scrapy crawl kzpool: something is wrong",
        f"kzpool_001 failed: {made.of_pool('scrape_log', 'plain')[-1]['error']}",
        f"The whole log: {log}",
    ]
    silent = run(command)
    assert (silent.returncode, silent.stdout, silent.stderr) == (2, "", "")
    made.site.set(PLAIN)
    again = run(command)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == f"scrapy crawl kzpool: all is well again\nThe whole log: {log}\n"
    visits = [row["status"] for row in made.of_pool("scrape_log", "plain")]
    assert visits == ["failed", "failed", "complete"]
    assert len(made.of_pool("worker_status", "plain")) == 24
    assert log.read_text("utf-8").count("1 pool(s): 1 ") == 3


def test_a_run_that_finds_another_one_is_silent(farm: Callable[..., Farm]) -> None:
    made = farm(PLAIN)
    lock = RunLock(made.database, "kzpool")
    lock.acquire()
    try:
        done = run(line_of(made, 1))
    finally:
        lock.release()
    assert (done.returncode, done.stdout, done.stderr) == (3, "", "")
    assert made.rows("SELECT * FROM scrape_log") == []


def test_what_cannot_run_is_told(farm: Callable[..., Farm]) -> None:
    made = farm(PLAIN)
    command = line_of(made, 1)
    made.database.unlink()
    done = run(command)
    assert done.returncode == 1
    assert done.stdout.startswith("scrapy crawl kzpool: cannot run\nerror: database ")
    assert "does not exist" in done.stdout
    assert run(command).stdout == ""


def test_health_is_told_once_while_it_is_the_same(farm: Callable[..., Farm]) -> None:
    made = farm(PLAIN)
    spool = Spool(made.database)
    printed = made.scrapy("schedule", "cron", "--health").stdout.splitlines()
    assert printed[4].startswith("5-59/10 * * * * ")
    command = printed[4].split(" ", 5)[5].replace(r"\%", "%")
    spool.put(Visit(PoolScrape("2026-11-23 10:00:00", "kzpool_001", "kzpool", "complete")))
    done = run(command)
    assert done.returncode == 2
    assert done.stdout.startswith("scrapy health: something is wrong\nUNHEALTHY: visits wait in")
    spool.put(Visit(PoolScrape("2026-11-23 10:10:00", "kzpool_001", "kzpool", "complete")))
    again = run(command)
    assert (again.returncode, again.stdout) == (2, "")
    assert "(2, " in (made.folder / "logs" / "health.log").read_text("utf-8")


def test_a_large_log_becomes_an_old_one(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "x.log"
    log.parent.mkdir()
    for number in range(1, 6):
        log.with_name(f"x.log.{number}").write_text(f"old {number}")
    log.write_bytes(b"0" * 5_000_000)
    job = [sys.executable, "-m", "kzscraper.deploy.job", "--log", str(log), "version"]
    for _ in range(2):  # only the first of them finds a large one
        done = subprocess.run(job, cwd=ROOT, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert log.read_text() == "Scrapy 2.19.0\n" * 2
    old = sorted(log.parent.glob("x.log.*"))
    assert [file.name for file in old] == [f"x.log.{number}" for number in range(1, 6)]
    assert [file.read_text()[:5] for file in old] == ["00000", "old 1", "old 2", "old 3", "old 4"]


def test_a_log_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "logs").touch()
    job = [sys.executable, "-m", "kzscraper.deploy.job", "--log", str(tmp_path / "logs" / "x.log")]
    done = subprocess.run([*job, "version"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"error: {tmp_path}/logs")


def test_prune_and_backup_are_silent_and_keep_a_copy(farm: Callable[..., Farm]) -> None:
    made = farm(PLAIN)
    for job in (2, 3, 3):  # the backup replaces the one of a week ago
        done = run(line_of(made, job))
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    [copy] = (made.folder / "backups").iterdir()
    weekday = datetime.now().astimezone().isoweekday()
    assert copy.name == f"pools-{weekday}.db.gz"
    plain = made.folder / "copy.db"
    plain.write_bytes(gzip.decompress(copy.read_bytes()))
    with Database.open(plain) as database:
        assert [pool.pool_id for pool in registry.pools(database)] == ["kzpool_001"]
