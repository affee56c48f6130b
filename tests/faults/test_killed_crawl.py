"""`kill -9` of the crawl, at random moments: whole visits or none, and the next run just works."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.conftest import Farm
from tests.faults.killing import kill_crawls, moments, next_run
from tests.faults.running import small_pools

LANES = 2  # crawls at once, each of a database of its own
KILLS = 25  # in each


def test_fifty_kills_leave_whole_visits_and_no_process(farm: Callable[..., Farm]) -> None:
    farms = [farm(*small_pools(30)) for _ in range(LANES)]
    plans = [moments(KILLS, random.Random(lane)) for lane in range(LANES)]
    folders = [one.folder / "tmp" for one in farms]
    for folder in folders:
        folder.mkdir()

    def lane(number: int) -> None:
        tally = kill_crawls(farms[number], plans[number], TMPDIR=str(folders[number]))
        assert tally.damage == []
        assert tally.kills == KILLS
        assert tally.visits > KILLS / 5  # else no kill came while it mattered
        assert tally.while_writing > 0
        assert next_run(farms[number], TMPDIR=str(folders[number])) == []
        assert list(folders[number].iterdir()) == []  # what the killed ones left is cleared away

    with ThreadPoolExecutor(LANES) as lanes:
        list(lanes.map(lane, range(LANES)))
