"""How long a program that writes has to wait while a month of rows of 3 pools is pruned.

`make bench-prune` writes bench/prune.json. Ends with 1 if a visit took more than 250 ms longer than
the longest one with nobody else: on a busy machine everybody waits now and then, also for nobody.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
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
from tools.bench_database import HOSTS, build

_GOAL_MS = 250.0


def main() -> int:
    options = _options()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        path = Path(folder, "month.db")
        # The last day stays, as the policy keeps it.
        days = options.days + 1
        build(path, worker_days=days, summary_days=days, workers=options.workers)
        Database.open(path).close()
        with _writer(path) as alone:
            time.sleep(options.alone)
        begun = time.monotonic()
        with _writer(path) as meanwhile:
            rows = _prune(path)
        seconds = time.monotonic() - begun
    more = max(0.0, max(meanwhile) - max(alone))
    found = {
        "rows": rows,
        "seconds": round(seconds, 1),
        "load": round(os.getloadavg()[0], 1),
        "alone_ms": _figures(alone),
        "meanwhile_ms": _figures(meanwhile),
        "more_ms": round(more, 1),
        "goal_ms": _GOAL_MS,
    }
    options.output.parent.mkdir(parents=True, exist_ok=True)
    options.output.write_text(json.dumps(found, indent=2) + "\n", "utf-8")
    headers = ("a visit of 200 workers takes, ms", "median", "99 of 100", "longest")
    cells = [
        ("with nobody else", *_figures(alone).values()),
        ("while rows are pruned", *_figures(meanwhile).values()),
    ]
    verdict = "ok" if more <= _GOAL_MS else f"MISSED: more than {_GOAL_MS:g} ms"
    sys.stdout.write(
        f"{rows:,} rows pruned in {seconds:.0f} s, load {found['load']}\n"
        f"{as_table(headers, cells)}\n"
        f"the longest took {more:.0f} ms more than with nobody else: {verdict}\n"
    )
    return int(more > _GOAL_MS)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, default=30)
    parser.add_argument("--workers", type=int, default=200)
    parser.add_argument("--alone", type=float, default=30, help="seconds to write undisturbed")
    parser.add_argument("--folder", help="where the database is made (0.7 GB)")
    parser.add_argument("--output", type=Path, default=Path("bench/prune.json"))
    return parser.parse_args()


def _figures(waits: list[float]) -> dict[str, float]:
    ordered = sorted(waits)
    return {
        "median": round(median(ordered), 1),
        "p99": round(ordered[int(len(ordered) * 0.99)], 1),
        "longest": round(ordered[-1], 1),
    }


@contextmanager
def _writer(path: Path) -> Iterator[list[float]]:
    """Another program that writes; afterwards, the milliseconds that each of its visits took."""
    waits: list[float] = []
    writer = subprocess.Popen(
        [sys.executable, "-m", "tests.store.programs", "waiting_writer", str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    if writer.stdout is None or writer.stdout.readline() != "begun\n":
        raise RuntimeError("the other program did not start")
    yield waits
    waits += [seconds * 1000 for seconds in json.loads(writer.communicate("stop\n")[0])]


def _prune(path: Path) -> int:
    with Database.open(path) as database:
        due = retention.plan(database, HOSTS, Policy(1, 1, 365, 365), datetime.now(UTC))
        pruner = Pruner(database, Turns(database, 30))
        with Progress(sys.stderr, due.rows) as progress:
            pruner.run(due.tasks, progress)
    return sum(pruner.pruned.rows.values())


if __name__ == "__main__":
    sys.exit(main())
