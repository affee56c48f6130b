"""What one more visit costs, in counts that no load of the machine changes.

A change that makes one of them worse has a reason, which belongs into its commit; one that makes it
better changes the number here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from kzscraper.demo.pools import DemoPool
from tests.conftest import ROOT, Farm
from tests.crawl.scenarios import demo_pool

MANY = 200  # workers


@dataclass(frozen=True)
class Counts:
    """Of one crawl."""

    statements: Counter[str]
    messages: Counter[str]
    longest_page: int
    syncs: int | None


@dataclass(frozen=True)
class Visit:
    """What the further pools of the larger crawl cost, each."""

    few: Counts
    many: Counts
    further: int

    @property
    def statements(self) -> dict[str, float]:
        return self._each(self.many.statements, self.few.statements)

    @property
    def messages(self) -> dict[str, float]:
        return self._each(self.many.messages, self.few.messages)

    def _each(self, many: Counter[str], few: Counter[str]) -> dict[str, float]:
        more = {name: (count - few[name]) / self.further for name, count in many.items()}
        return {name: count for name, count in more.items() if count}


def sized(name: str, workers: int) -> DemoPool:
    return demo_pool(name, online=workers - 2, offline=2, paging="none", earnings_days=3)


def counted_crawl(folder: Path, *pools: DemoPool) -> Counts:
    """The second of two crawls: the pools have a past, and the database is up to date."""
    folder.mkdir()
    farm = Farm(folder, pools)
    farm.env["KZ_JOURNAL_MODE"] = "delete"  # where SQLite has its fix the default is another
    counts = folder / "counts.json"
    command = [sys.executable, "-m", "tests.guard.counting", str(counts), "crawl", "kzpool"]
    with farm.site:
        farm.register()
        assert farm.crawl().returncode == 0
        done = subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, **farm.env},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(counts.read_text("utf-8"))
    return Counts(
        Counter(found["statements"]),
        Counter(found["messages"]),
        found["longest_page"],
        found["syncs"],
    )


@pytest.fixture(scope="module")
def visit(tmp_path_factory: pytest.TempPathFactory) -> Visit:
    folder = tmp_path_factory.mktemp("counts")
    few = counted_crawl(folder / "few", sized("small", 50))
    pools = [sized("small", 50), sized("alike", 50), sized("large", MANY)]
    return Visit(few, counted_crawl(folder / "many", *pools), len(pools) - 1)


def test_statements(visit: Visit) -> None:
    """Each but the rows of the workers, which are bound to one statement."""
    each = visit.statements
    workers = each.pop("INSERT INTO worker_status")
    assert workers * visit.further == 50 + MANY
    assert sum(each.values()) == 32


def test_commits(visit: Visit) -> None:
    each = visit.statements
    assert (each["COMMIT"], each["BEGIN IMMEDIATE"], each["BEGIN"]) == (1, 1, 1)


def test_syncs(visit: Visit) -> None:
    """Journal, its header, database: what a rollback journal needs to survive a power cut."""
    if visit.many.syncs is None or visit.few.syncs is None:
        pytest.skip("Python's sqlite3 does not use the system's library")
    assert (visit.many.syncs - visit.few.syncs) / visit.further == 3


def test_round_trips(visit: Visit) -> None:
    """Nothing is asked per request of a page, and the page itself is looked at a few times."""
    each = visit.messages
    looks = each.pop("evaluateExpression")
    assert each == {
        "newContext": 1,
        "newPage": 1,
        "updateSubscription": 4,
        "goto": 1,
        "close": 1,
        "dispose": 1,
    }
    # The only count that depends on how fast the page is drawn: a look ends when it stands still.
    assert 1 <= looks <= 8


def test_bytes_of_a_worker(visit: Visit) -> None:
    further = visit.many.longest_page - visit.few.longest_page
    assert further / (MANY - 50) == pytest.approx(144.6, abs=1)
