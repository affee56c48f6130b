"""SIGTERM and Ctrl-C: the visit under way is finished or dropped whole, nothing stays behind."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kzscraper.browser.stopping import GRACE
from tests.conftest import Farm
from tests.faults.conftest import Book
from tests.faults.running import LONG, Crawl, crawl, small_pools, wait_until
from tests.faults.wholeness import damage, visits

# As cron's user types Ctrl-C, which reaches the whole process group, and as `kill`, Scrapyd,
# `timeout` and systemd end a program.
CTRL_C = (signal.SIGINT, True)
KILL = (signal.SIGTERM, False)
GROUP = (signal.SIGTERM, True)


def stopped(one: Crawl, tmp: Path) -> int:
    """The exit code of a crawl that ends because it was told to; nothing of it is left."""
    code = one.wait()
    assert one.look() == set()
    wait_until(lambda: one.left() == [], "the end of what it started")
    assert "Traceback" not in one.said
    assert damage(one.farm.database) == []
    assert one.farm.rows("SELECT * FROM scrape_log WHERE status <> 'complete'") == []
    assert list(tmp.iterdir()) == []
    return code


@pytest.mark.parametrize("sent", [CTRL_C, KILL, GROUP], ids=["ctrl-c", "kill", "group"])
@pytest.mark.parametrize("turn", range(10 if LONG else 1))
def test_a_run_that_is_stopped_leaves_nothing_behind(
    farm: Callable[..., Farm],
    tmp_path: Path,
    book: Book,
    sent: tuple[signal.Signals, bool],
    turn: int,
) -> None:
    one = farm(*small_pools(40, delay_s=0.2))
    tmp = tmp_path / "tmp"
    tmp.mkdir()
    number, to_group = sent
    with crawl(one, TMPDIR=str(tmp)) as going:
        wait_until(lambda: visits(one.database) >= 1 + turn, "a visit")
        assert len(going.look()) >= 3  # the driver, and the browser's processes
        going.signal(number, group=to_group)
        told = time.monotonic()
        assert stopped(going, tmp) == 2
        seconds = time.monotonic() - told
        assert "not visited" in going.said
    assert 1 <= visits(one.database) < len(one.pools)
    name = f"{number.name} to the {'whole group' if to_group else 'process'}"
    book(name, times=1, lost=0, seen=f"ended after {seconds:.1f} s, no process left")


def test_a_visit_that_takes_too_long_is_dropped(farm: Callable[..., Farm], tmp_path: Path) -> None:
    [pool] = small_pools(1, failure="hang")
    one = farm(pool)
    tmp = tmp_path / "tmp"
    tmp.mkdir()
    with crawl(one, TMPDIR=str(tmp), KZ_VISIT_TIMEOUT="600") as going:
        wait_until(lambda: one.site.requests != [], "the visit")
        going.signal(signal.SIGTERM)
        told = time.monotonic()
        assert stopped(going, tmp) == 2
        assert time.monotonic() - told < GRACE + 30
    assert visits(one.database) == 0
    one.site.set(replace(pool, failure=None))
    assert one.crawl().returncode == 0


@pytest.mark.parametrize("sent", [CTRL_C, KILL], ids=["ctrl-c", "kill"])
def test_a_second_signal_does_not_wait(
    farm: Callable[..., Farm], tmp_path: Path, sent: tuple[signal.Signals, bool]
) -> None:
    pools = small_pools(4)
    one = farm(*pools, replace(pools[0], token="f" * 32, name="hangs", failure="hang"))
    tmp = tmp_path / "tmp"
    tmp.mkdir()
    number, to_group = sent
    with crawl(one, TMPDIR=str(tmp), KZ_VISIT_TIMEOUT="600") as going:
        wait_until(lambda: visits(one.database) == len(pools), "the others")
        going.signal(number, group=to_group)
        wait_until(lambda: "shutting down gracefully" in going.said, "the first")
        going.signal(number, group=to_group)
        assert going.wait() == 2
        assert "forcing unclean shutdown" in going.said
        wait_until(lambda: going.left() == [], "the end of what it started")
    assert damage(one.database) == []
    assert visits(one.database) == len(pools)


@pytest.mark.parametrize("delay", [0.2, 0.6, 1.0, 1.5])
def test_a_run_that_has_hardly_begun_can_be_stopped(
    farm: Callable[..., Farm], tmp_path: Path, delay: float
) -> None:
    one = farm(*small_pools(12, delay_s=0.5))
    with crawl(one) as going:
        time.sleep(delay)
        going.signal(signal.SIGTERM)
        assert going.wait() != 0
        wait_until(lambda: going.left() == [], "the end of what it started")
    assert damage(one.database) == []
