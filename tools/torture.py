"""Faults in their long form: `make torture` runs tests/faults and tells what was tried and lost.

The tests are those of `make test`, which try more here: each notes in a book what it has seen.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from kzscraper.table import as_table
from tools.bench.report import machine

RESULT = Path(__file__).parent.parent / "bench" / "torture.json"
_HEADERS = ("what was done", "times", "lost", "what was seen")


@dataclass
class Row:
    what: str
    times: int = 0
    lost: int = 0
    seen: list[str] = field(default_factory=list)

    def told(self) -> str:
        """What was seen the first time and, if it was not the same, the last."""
        ends = list(dict.fromkeys((self.seen[0], self.seen[-1])))
        return " … ".join(ends)


def read(book: Path) -> list[Row]:
    """One row for each thing that was done, in the order in which they were done first."""
    rows: dict[str, Row] = {}
    for line in book.read_text("utf-8").splitlines():
        entry = json.loads(line)
        row = rows.setdefault(entry["what"], Row(entry["what"]))
        row.times += entry["times"]
        row.lost += entry["lost"]
        row.seen.append(entry["seen"])
    return list(rows.values())


def main() -> int:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / "book"
        book.touch()
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-n0", "tests/faults", *sys.argv[1:]],
            env={**os.environ, "TORTURE_BOOK": str(book)},
            check=False,
        )
        rows = read(book)
    print(as_table(_HEADERS, [(row.what, row.times, row.lost, row.told()) for row in rows]))
    if done.returncode:
        print("a test failed: nothing is written to bench/torture.json")
        return done.returncode
    RESULT.parent.mkdir(exist_ok=True)
    result = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "seconds": round(time.monotonic() - begun),
        "tried": [
            {"what": row.what, "times": row.times, "lost": row.lost, "seen": row.told()}
            for row in rows
        ],
    }
    RESULT.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
