"""Every documented query, with the documented index definitions and with ours, side by side.

`make bench-queries` prints a table and writes bench/queries.json. Ends with 1 if a query misses a
goal: under 50 ms, and ten times faster than with the documented indexes unless those serve it
already (which is said).

A query's time is the processor time of its best run: what it takes on a machine that has nothing
else to do, as everything is in the system's cache. The clock's time stands beside it in the file.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from kzscraper.store.database import Database
from kzscraper.table import as_table
from tests.seed.documented import DEFINITIONS, OTHERS, bare
from tools.bench_database import CLIENT, POOLS, add_indexes, build, link

GOAL_MS = 50.0
GOAL_FACTOR = 10.0
_VIEW = f"""-- View of the newest status, as the Python and Node.js examples ask it
SELECT * FROM latest_pool_status WHERE client_name = '{CLIENT}'
"""
Millis = float | None  # None: stopped at the time limit


@dataclass(frozen=True)
class Run:
    cpu_ms: Millis
    clock_ms: float


@dataclass(frozen=True)
class Result:
    query: str
    sql: str
    seed_ms: Millis
    ours_ms: Millis
    factor: float | None
    verdict: str
    runs: dict[str, list[Run]]


def _queries() -> dict[str, str]:
    """By their first comment or line; changes of the schema and VACUUM, ANALYZE are no queries."""
    found = {}
    for sql in [*OTHERS, _VIEW]:
        verb = bare(sql).split()[0]
        if verb in ("SELECT", "UPDATE", "DELETE"):
            comment = sql.strip().splitlines()[0].removeprefix("-- ")
            found[" ".join(bare(sql).split())[:40] if verb == "DELETE" else comment] = bare(sql)
    return found


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        seed, ours = Path(folder, "seed.db"), Path(folder, "ours.db")
        _say(f"building {options.worker_days:g} days of {options.workers} workers on 3 pools …")
        build(seed, worker_days=options.worker_days, workers=options.workers)
        shutil.copyfile(seed, ours)
        add_indexes(seed, [sql for sql in DEFINITIONS if not bare(sql).startswith("CREATE TABLE")])
        Database.open(ours).close()
        if options.analyze:
            add_indexes(ours, ["PRAGMA analysis_limit = 1000", "ANALYZE"])
        results = [
            _compare(name, sql, seed, ours, options.repeat, options.limit)
            for name, sql in _queries().items()
        ]
        sizes = {"seed": seed.stat().st_size, "ours": ours.stat().st_size}
        write = _write(seed, ours, options.workers, options.repeat)
    _report(results, sizes, write, options)
    load, cores = os.getloadavg()[0], os.cpu_count() or 1
    if load > cores:
        _say(f"this machine is busy (load {load:.1f} on {cores} cores): times are rather too high")
    return int(any(result.verdict.startswith("MISSED") for result in results))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worker-days", type=float, default=30)
    parser.add_argument("--workers", type=int, default=200)
    parser.add_argument("--repeat", type=int, default=7, help="times that each query is run")
    parser.add_argument("--limit", type=float, default=20, help="seconds for one query")
    parser.add_argument("--analyze", action="store_true", help="after `scrapy db optimize`")
    parser.add_argument("--folder", help="where the databases are made (1.3 GB)")
    parser.add_argument("--output", type=Path, default=Path("bench/queries.json"))
    return parser.parse_args()


def _compare(name: str, sql: str, seed: Path, ours: Path, repeat: int, limit: float) -> Result:
    """The two in turns; a query that is slow with one is not repeated there."""
    _say(f"{name} …")
    runs: dict[str, list[Run]] = {"seed": [], "ours": []}
    for _ in range(repeat):
        for which, path in (("seed", seed), ("ours", ours)):
            if all(run.cpu_ms is not None and run.cpu_ms < 3000 for run in runs[which]):
                runs[which].append(_run(path, sql, limit))
    of_seed, of_ours = _best(runs["seed"]), _best(runs["ours"])
    factor = None if of_ours is None else (of_seed or limit * 1000) / of_ours
    return Result(name, sql, of_seed, of_ours, factor, _verdict(of_seed, of_ours, factor), runs)


def _run(path: Path, sql: str, limit: float) -> Run:
    """On a connection of its own; what the statement changes is undone."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("SELECT COUNT(*) FROM pool_metadata").fetchone()
        connection.execute("BEGIN")
        clock, cpu = time.perf_counter(), time.thread_time()
        connection.set_progress_handler(lambda: time.thread_time() - cpu > limit, 10_000)
        try:
            connection.execute(sql).fetchall()
            taken: Millis = (time.thread_time() - cpu) * 1000
        except sqlite3.OperationalError:
            taken = None
        elapsed = (time.perf_counter() - clock) * 1000
        connection.set_progress_handler(None, 0)
        if connection.in_transaction:  # SQLite undoes a change that is interrupted
            connection.execute("ROLLBACK")
    return Run(taken, elapsed)


def _best(runs: list[Run]) -> Millis:
    known = [run.cpu_ms for run in runs if run.cpu_ms is not None]
    return min(known) if len(known) == len(runs) else None


def _verdict(seed: Millis, ours: Millis, factor: float | None) -> str:
    if ours is None or factor is None or ours >= GOAL_MS:
        return f"MISSED: not under {GOAL_MS:g} ms"
    if factor >= GOAL_FACTOR:
        return "ok"
    if seed is not None and seed < GOAL_MS:
        return "ok: the documented indexes serve it already"
    return f"MISSED: not {GOAL_FACTOR:g} times faster"


def _write(seed: Path, ours: Path, workers: int, repeat: int) -> dict[str, float]:
    """What the indexes cost: the milliseconds of one visit's INSERTs and COMMIT, at best."""
    times: dict[str, list[float]] = {"seed": [], "ours": []}
    for number in range(3 * repeat):
        moment = f"2099-01-01 {number // 60:02}:{number % 60:02}:00"
        for which, path in (("seed", seed), ("ours", ours)):
            times[which].append(_timed(lambda p=path, m=moment: _visit(p, m, workers)))  # type: ignore[misc]
    return {which: min(known) for which, known in times.items()}


def _timed(work: Callable[[], None]) -> float:
    begun = time.perf_counter()
    work()
    return (time.perf_counter() - begun) * 1000


def _visit(path: Path, moment: str, workers: int) -> None:
    pool = POOLS[0]
    rows = [
        (
            moment,
            pool,
            link(pool),
            f"139x{n}.10X16X139X{n}",
            "ONLINE",
            *["187.650 TH/s"] * 3,
            moment,
        )
        for n in range(workers)
    ]
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO worker_status VALUES (NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows
        )
        connection.execute("COMMIT")


def _report(
    results: list[Result],
    sizes: dict[str, int],
    write: dict[str, float],
    options: argparse.Namespace,
) -> None:
    slow = f"> {options.limit:g} s"
    rows = [
        (
            one.query,
            slow if one.seed_ms is None else f"{one.seed_ms:.2f}",
            slow if one.ours_ms is None else f"{one.ours_ms:.2f}",
            "" if one.factor is None else f"{'> ' * (one.seed_ms is None)}{one.factor:,.1f}",
            one.verdict,
        )
        for one in results
    ]
    visit = f"one visit of {options.workers} workers, written and committed"
    rows.append((visit, f"{write['seed']:.2f}", f"{write['ours']:.2f}", "", ""))
    megabytes = {which: f"{size / 1e6:.0f}" for which, size in sizes.items()}
    rows.append(("size of the file, MB", megabytes["seed"], megabytes["ours"], "", ""))
    headers = ("query", "documented, ms", "ours, ms", "times", "")
    sys.stdout.write(as_table(headers, rows) + "\n")
    document = {
        "sqlite": sqlite3.sqlite_version,
        "worker_days": options.worker_days,
        "workers": options.workers,
        "time_limit_s": options.limit,
        "analyzed": options.analyze,
        "load": round(os.getloadavg()[0], 1),
        "size_bytes": sizes,
        "visit_write_ms": write,
        "queries": [asdict(one) for one in results],
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(document, indent=2) + "\n", "utf-8")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
