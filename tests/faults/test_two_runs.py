"""Two runs at once on one database: the second ends at once and names the first."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.conftest import Farm
from tests.faults.conftest import Book
from tests.faults.running import LONG, crawl, small_pools, wait_until
from tests.faults.wholeness import damage, visits

TURNS = 20 if LONG else 1
POOLS = small_pools(2)
HANGING = replace(POOLS[0], token="d" * 32, name="hangs", failure="hang")


def test_the_second_run_ends_and_names_the_first(farm: Callable[..., Farm], book: Book) -> None:
    one = farm(*POOLS, HANGING)
    with crawl(one, KZ_VISIT_TIMEOUT="600") as first:
        wait_until(lambda: visits(one.database) == len(POOLS), "visits")
        for _ in range(TURNS):
            second = one.crawl()
            assert second.returncode == 3
            [error] = [line for line in second.stderr.splitlines() if line.startswith("error: ")]
            assert f"process {first.process.pid} " in error
            assert "Traceback" not in second.stderr
        assert not first.has_ended
        # Another spider is another run.
        other = one.crawl("kzpool_summary", "-a", f"pool_id={one.ids[POOLS[0].name]}")
        assert other.returncode == 0
        first.signal(signal.SIGTERM)
        assert first.wait() == 2
    assert visits(one.database) == len(POOLS) + 1
    assert damage(one.database) == []
    book("a second run at once", times=TURNS, lost=0, seen="exit code 3, the first is named")


def test_the_lock_of_a_dead_process_does_not_block(farm: Callable[..., Farm]) -> None:
    one = farm(*POOLS, HANGING)
    lock = Path(f"{one.database}.kzpool.lock")
    with crawl(one, KZ_VISIT_TIMEOUT="600") as killed:
        wait_until(lambda: one.site.requests != [], "the crawl")
        killed.signal(signal.SIGKILL)
        killed.wait()
    assert lock.read_text() == str(killed.process.pid)
    one.site.set(replace(HANGING, failure=None))
    assert one.crawl().returncode == 0


def test_a_lock_that_names_a_living_stranger_does_not_block(farm: Callable[..., Farm]) -> None:
    # After a restart of the machine the number may be another process's.
    one = farm(*POOLS)
    Path(f"{one.database}.kzpool.lock").write_text(str(os.getppid()))
    assert one.crawl().returncode == 0
