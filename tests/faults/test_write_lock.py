"""Another program holds the database's write lock: waited out, or told, and nothing thrown away."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace

import pytest

from tests.conftest import Farm
from tests.faults.conftest import Book
from tests.faults.running import LONG, crawl, small_pools, wait_until
from tests.faults.wholeness import damage, visits

POOLS = small_pools(4)
# The page of the last one comes when the others have been stored.
SLOW = replace(POOLS[0], token="e" * 32, name="slow", delay_s=1.5)


@contextmanager
def locked(farm: Farm) -> Iterator[None]:
    """As another scraper that writes for a long time."""
    with closing(sqlite3.connect(farm.database, timeout=60, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@pytest.mark.parametrize("turn", range(3 if LONG else 1))
def test_five_seconds_are_waited_out(farm: Callable[..., Farm], book: Book, turn: int) -> None:
    one = farm(*POOLS, SLOW)
    with crawl(one) as going:
        wait_until(lambda: visits(one.database) == len(POOLS), "the others")
        with locked(one):
            time.sleep(5)
        assert going.wait() == 0, going.said
    assert visits(one.database) == len(one.pools)
    assert damage(one.database) == []
    book("another program writes for 5 s", times=1, lost=0, seen="waited out")


def test_a_run_that_begins_under_a_lock_waits_for_it(farm: Callable[..., Farm]) -> None:
    one = farm(*POOLS)
    with ExitStack() as stack:
        with locked(one):
            going = stack.enter_context(crawl(one))
            time.sleep(5)
            assert not going.has_ended
        assert going.wait() == 0, going.said
    assert visits(one.database) == len(one.pools)


def test_what_cannot_be_stored_is_stored_by_the_next_run(
    farm: Callable[..., Farm], book: Book
) -> None:
    one = farm(*POOLS, SLOW)
    patience = {} if LONG else {"KZ_BUSY_TIMEOUT": "2"}
    with crawl(one, **patience) as going:
        wait_until(lambda: visits(one.database) == len(POOLS), "the others")
        with locked(one):
            if LONG:
                time.sleep(60)
            assert going.wait() == 2
        assert "Traceback" not in going.said
        [told] = [line for line in going.said.splitlines() if "] ERROR: " in line]
    assert str(one.database) in told
    assert "another program holds the write lock" in told
    spool = one.folder / "pools.db.spool"
    [kept] = spool.iterdir()
    assert str(kept) in told
    assert one.of_pool("scrape_log", "slow") == []

    # The next run stores it first, and then what it reads itself.
    with crawl(one) as going:
        assert going.wait() == 0, going.said
        lines = [line for line in going.said.splitlines() if one.ids["slow"] in line]
    assert "visit of" in lines[0]
    assert len(one.of_pool("scrape_log", "slow")) == 2
    assert len(one.of_pool("worker_status", "slow")) == 2 * SLOW.workers
    assert list(spool.iterdir()) == []
    assert damage(one.database) == []
    seconds = 60 if LONG else 2
    book(
        f"another program writes for {seconds} s",
        times=1,
        lost=0,
        seen="exit code 2, the next run stored it",
    )


def test_a_lock_at_the_start_that_is_not_let_go_is_told(farm: Callable[..., Farm]) -> None:
    one = farm(*POOLS)
    with locked(one):
        done = one.crawl(KZ_BUSY_TIMEOUT="1")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    [error] = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert str(one.database) in error
    assert "another program holds the write lock" in error


def test_spooled_visits_of_several_spiders_are_all_kept(farm: Callable[..., Farm]) -> None:
    # Both read the same pool, in the same second if it is bad luck, and neither can store it.
    one = farm(SLOW)
    with (
        crawl(one, spider="kzpool_summary", KZ_BUSY_TIMEOUT="1") as first,
        crawl(one, spider="kzpool_earnings", KZ_BUSY_TIMEOUT="1") as second,
    ):
        for going in (first, second):
            wait_until(lambda: "Spider opened" in going.said, "the start")  # noqa: B023
        with locked(one):
            assert (first.wait(), second.wait()) == (2, 2)
    assert len(list((one.folder / "pools.db.spool").iterdir())) == 2
    # And two runs that store them at the same time do it once.
    with (
        crawl(one, spider="kzpool_workers") as first,
        crawl(one, spider="kzpool_summary") as second,
    ):
        assert (first.wait(), second.wait()) == (0, 0), first.said + second.said
        assert "Traceback" not in first.said + second.said
    spiders = sorted(row["spider"] for row in one.of_pool("scrape_log", "slow"))
    assert spiders == ["kzpool_earnings", "kzpool_summary", "kzpool_summary", "kzpool_workers"]
