"""`kill -9` of the crawl, at random moments: whole visits or none, and the next run just works."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from tests.conftest import Farm
from tests.faults.conftest import Book
from tests.faults.killing import Tally, kill_crawls, moments, next_run
from tests.faults.running import LONG, small_pools

LANES = 2  # crawls at once, each of a database of its own
KILLS = 75 if LONG else 25  # in each


def test_fifty_kills_leave_whole_visits_and_no_process(
    farm: Callable[..., Farm], book: Book
) -> None:
    farms = [farm(*small_pools(30)) for _ in range(LANES)]
    plans = [moments(KILLS, random.Random(lane)) for lane in range(LANES)]
    folders = [one.folder / "tmp" for one in farms]
    for folder in folders:
        folder.mkdir()

    def lane(number: int) -> Tally:
        tally = kill_crawls(farms[number], plans[number], TMPDIR=str(folders[number]))
        assert tally.damage == []
        assert tally.kills == KILLS
        assert tally.visits > KILLS / 5  # else no kill came while it mattered
        assert tally.while_writing > 0
        assert next_run(farms[number], TMPDIR=str(folders[number])) == []
        assert list(folders[number].iterdir()) == []  # what the killed ones left is cleared away
        return tally

    with ThreadPoolExecutor(LANES) as lanes:
        tallies = list(lanes.map(lane, range(LANES)))
    book(
        "kill -9 of the crawl",
        times=sum(tally.kills for tally in tallies),
        lost=sum(len(tally.damage) for tally in tallies),
        seen=f"{sum(tally.while_writing for tally in tallies)} in the midst of a transaction, "
        f"{sum(tally.visits for tally in tallies)} visits stored, all of them whole",
    )
