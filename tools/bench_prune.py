"""How long a program that writes has to wait while a month of rows is pruned.

`make bench-prune` writes bench/prune.json. Ends with 1 if it waited for more than 250 ms longer
than it does on its own.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from kzscraper.progress import Progress
from kzscraper.store import retention
from kzscraper.store.database import Database
from kzscraper.store.prune import Pruner
from kzscraper.store.retention import Policy
from kzscraper.store.turns import Turns
from kzscraper.table import as_table
from tools.bench_database import build

_GOAL_MS = 250.0
_HOSTS = ("btcpool.kz",)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--workers", type=int, default=200)
    parser.add_argument("--folder", help="where the database is made (0.7 GB)")
    parser.add_argument("--output", type=Path, default=Path("bench/prune.json"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        path = Path(folder, "month.db")
        build(path, worker_days=options.days, summary_days=options.days, workers=options.workers)
        Database.open(path).close()
        alone = _waits(path, lambda: time.sleep(5))
        rows = 0

        def prune() -> None:
            nonlocal rows
            rows = _prune(path)

        begun = time.monotonic()
        meanwhile = _waits(path, prune)
        seconds = time.monotonic() - begun
    found = {
        "rows": rows,
        "seconds": round(seconds, 1),
        "alone_ms": _figures(alone),
        "meanwhile_ms": _figures(meanwhile),
        "goal_ms": _GOAL_MS,
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    headers = ("a visit of 200 workers takes, ms", "median", "99 of 100", "longest")
    cells = [(name, *_figures(waits).values()) for name, waits in _named(alone, meanwhile)]
    sys.stdout.write(f"{rows:,} rows pruned in {seconds:.0f} s\n{as_table(headers, cells)}\n")
    return int(max(meanwhile) > _GOAL_MS + max(alone))


def _named(alone: list[float], meanwhile: list[float]) -> list[tuple[str, list[float]]]:
    return [("with nobody else", alone), ("while rows are pruned", meanwhile)]


def _figures(waits: list[float]) -> dict[str, float]:
    ordered = sorted(waits)
    return {
        "median": round(median(ordered), 1),
        "p99": round(ordered[int(len(ordered) * 0.99)], 1),
        "longest": round(ordered[-1], 1),
    }


def _waits(path: Path, meanwhile: Callable[[], None]) -> list[float]:
    """Milliseconds that each visit of another program took."""
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.store.programs", "waiting_writer", str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if writer.stdout is None or writer.stdout.readline() != "begun\n":
        raise RuntimeError("the other program did not start")
    meanwhile()
    return [seconds * 1000 for seconds in json.loads(writer.communicate("stop\n")[0])]


def _prune(path: Path) -> int:
    with Database.open(path) as database:
        due = retention.plan(database, _HOSTS, Policy(1, 90, 365, 365), datetime.now(UTC))
        pruner = Pruner(database, Turns(database, 30))
        with Progress(sys.stderr, due.rows) as progress:
            pruner.run(due.tasks, progress)
    return sum(pruner.pruned.rows.values())


if __name__ == "__main__":
    sys.exit(main())
