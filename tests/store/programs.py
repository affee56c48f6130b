"""Programs that use one database at the same time, each in a process of its own:
`python -m tests.store.programs NAME PATH [ARGUMENT …]`. Those that have no end of their own stop
when their standard input is closed; what they print at the end is JSON."""

from __future__ import annotations

import json
import select
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from kzscraper.anomalies.incidents import Policy as Incidents
from kzscraper.items import PoolScrape, PoolSummary, Visit, WorkerStatus
from kzscraper.store import backup, retention, visits
from kzscraper.store.database import Database
from kzscraper.store.prune import Pruner
from kzscraper.store.turns import Turns
from tests.seed.documented import statement
from tests.store.filled import HOSTS, LINKS

WORKERS = 40


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def begin() -> None:
    tell("begun")


def is_over() -> bool:
    return bool(select.select([sys.stdin], [], [], 0)[0])


def moment(number: int) -> str:
    return f"2099-01-01 {number // 3600:02}:{number // 60 % 60:02}:{number % 60:02}"


def our_crawl(path: Path, pool_id: str, count: str) -> None:
    """Writes visits as the store pipeline does."""
    begin()
    with Database.open(path) as database:
        for number in range(int(count)):
            at, link = moment(number), LINKS[pool_id]
            new = Visit(PoolScrape(at, pool_id, "kzpool", "complete", WORKERS, WORKERS))
            new.summaries = [PoolSummary(at, pool_id, link, "37.405 PH/s", online_workers=WORKERS)]
            new.workers = [
                WorkerStatus(at, pool_id, link, f"w{n}", "ONLINE", "1 TH/s") for n in range(WORKERS)
            ]
            visits.write(database, new, Incidents(1, 2))


def second_scraper(path: Path, pool_id: str, count: str) -> None:
    """Writes with the documented positional INSERTs, as a program that knows nothing of ours."""
    begin()
    with closing(sqlite3.connect(path, timeout=30)) as connection:
        for number in range(int(count)):
            at, link = moment(number), LINKS[pool_id]
            with connection:
                connection.execute(
                    "INSERT INTO pool_summary VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (at, pool_id, link, "1 PH/s", "1 PH/s", WORKERS, 0, "0.1BTC", "0.1BTC"),
                )
                connection.executemany(
                    "INSERT INTO worker_status VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    [
                        (at, pool_id, link, f"w{n}", "ONLINE", "1 TH/s", "1 TH/s", "1 TH/s", at)
                        for n in range(WORKERS)
                    ],
                )
                connection.execute(
                    "INSERT INTO anomaly_log VALUES (NULL, ?, ?, ?, 'PAYMENT_DELAY', '', 'LOW', 0)",
                    (at, pool_id, link),
                )


def reader(path: Path) -> None:
    """Runs documented queries, and looks whether each visit that it sees is whole."""
    sizes, rounds = set(), 0
    newest = statement("-- Current status of all workers")
    begin()
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
        while not is_over():
            for pool_id in LINKS:
                found = connection.execute(newest.replace("pool_001", pool_id)).fetchall()
                sizes.add(len(found))
                connection.execute("BEGIN")
                for table, size in (("pool_summary", 1), ("worker_status", WORKERS)):
                    sql = f"SELECT timestamp, COUNT(*) FROM {table} WHERE pool_id = ? GROUP BY 1"
                    seen = dict(connection.execute(sql, (pool_id,)).fetchall())
                    if table == "pool_summary":
                        times = {at for at in seen if at.startswith("2099")}
                    elif times != {at for at in seen if at.startswith("2099")}:
                        raise AssertionError("a visit of which only a part is there")
                    if {n for at, n in seen.items() if at in times} - {size}:
                        raise AssertionError(f"a visit that is not whole in {table}")
                connection.execute("COMMIT")
            connection.execute("SELECT * FROM latest_pool_status").fetchall()
            connection.execute(statement("-- Query all pools for a client")).fetchall()
            rounds += 1
    tell(json.dumps({"rounds": rounds, "sizes": sorted(sizes)}))


def backups(path: Path) -> None:
    made = 0
    begin()
    with Database.open(path) as database:
        while not is_over():
            backup.backup(database, path.with_name(f"backup{made}.copy"))
            made += 1
            time.sleep(0.05)
    tell(json.dumps(made))


def prune(path: Path, batch: str = "500") -> None:
    """Of what is older than 30 days and so on, seen from November 2026."""
    begin()
    with Database.open(path) as database:
        policy = retention.Policy(30, 90, 365, 365)
        now = datetime(2026, 11, 23, tzinfo=UTC)
        turns = Turns(database, 30)
        turns.batch = int(batch)
        pruner = Pruner(database, turns)
        pruner.run(retention.plan(database, HOSTS, policy, now).tasks, lambda *_: None)
    tell(json.dumps(pruner.pruned.rows))


def waiting_writer(path: Path) -> None:
    """Writes one visit after the other and tells for how many seconds each took."""
    waits = []
    rows = [("2099-01-01 00:00:00", "pool_001", f"w{n}", "ONLINE") for n in range(200)]
    sql = "INSERT INTO worker_status (timestamp, pool_id, worker_name, status) VALUES (?, ?, ?, ?)"
    begin()
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
        while not is_over():
            begun = time.perf_counter()
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(sql, rows)
            connection.execute("COMMIT")
            waits.append(time.perf_counter() - begun)
            time.sleep(0.02)
    tell(json.dumps(waits))


PROGRAMS: dict[str, Callable[..., None]] = {
    one.__name__: one for one in (our_crawl, second_scraper, reader, backups, prune, waiting_writer)
}

if __name__ == "__main__":
    PROGRAMS[sys.argv[1]](Path(sys.argv[2]), *sys.argv[3:])
