"""`kill -9` of the browser, or of what drives it, in the middle of a crawl."""

from __future__ import annotations

import os
import random
import re
import signal
import time
from collections.abc import Callable

import pytest

from tests.conftest import Farm
from tests.faults.conftest import Book
from tests.faults.running import LONG, crawl, small_pools, wait_until
from tests.faults.wholeness import damage

KILLS = 30 if LONG else 3
NO_VISIT = "SELECT pool_id FROM scrape_log WHERE status <> 'complete'"


def visited(farm: Farm) -> int:
    return len(farm.rows("SELECT 1 FROM scrape_log"))


def test_a_new_browser_takes_the_place_of_a_killed_one(
    farm: Callable[..., Farm], book: Book
) -> None:
    one = farm(*small_pools(5 * KILLS + 5, delay_s=0.2))
    dice = random.Random(1)
    with crawl(one) as going:
        for kill in range(KILLS):
            # Some visits between the kills: one that is cut off three times has failed.
            wait_until(lambda: going.has_ended or visited(one) >= 5 * kill, "visits")  # noqa: B023
            wait_until(lambda: going.has_ended or going.browsers() != [], "a browser")
            time.sleep(dice.uniform(0, 1))
            assert not going.has_ended, going.said
            kept = visited(one)
            going.kill_browser()
            assert visited(one) >= kept
        assert going.wait() == 0, going.said
        assert going.left() == []
        [count] = re.findall(r"'playwright/browser_count': (\d+)", going.said)
        assert 1 < int(count) <= KILLS + 1  # one that was killed while it started does not count
        assert "Traceback" not in going.said
    assert visited(one) == len(one.pools)
    assert one.rows(NO_VISIT) == []
    assert damage(one.database) == []
    book(
        "kill -9 of the browser",
        times=KILLS,
        lost=0,
        seen=f"one run, {count} browsers, {len(one.pools)} pools read completely",
    )


@pytest.mark.parametrize("turn", range(5 if LONG else 1))
def test_without_the_driver_the_run_ends_at_once(
    farm: Callable[..., Farm], book: Book, turn: int
) -> None:
    # Were each of the pools given its time, or only its attempts, the run would take minutes.
    one = farm(*small_pools(60, delay_s=0.2))
    with crawl(one) as going:
        wait_until(lambda: visited(one) >= 2, "visits")
        driver = going.driver()
        assert driver is not None
        going.look()
        os.kill(driver, signal.SIGKILL)
        killed = time.monotonic()
        assert going.wait() == 2
        seconds = time.monotonic() - killed
        assert seconds < 30
        wait_until(lambda: going.left() == [], "the browser's end")
        assert "Traceback" not in going.said
    assert damage(one.database) == []
    bad = one.rows("SELECT * FROM scrape_log WHERE status <> 'complete'")
    assert 2 <= len(one.pools) - len(bad) < len(one.pools)
    assert {row["error"] for row in bad} == {
        "the browser's driver has died: the next run starts a new one"
    }
    book("kill -9 of the browser's driver", times=1, lost=0, seen=f"ended after {seconds:.1f} s")
