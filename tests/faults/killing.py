"""Killing crawls at random moments, and looking at what they leave."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.conftest import Farm
from tests.faults.running import Crawl, crawl, wait_until
from tests.faults.wholeness import damage, damage_of_copy, visits


@dataclass
class Tally:
    kills: int = 0
    while_writing: int = 0
    """Kills that left the journal of a transaction that was cut off."""
    visits: int = 0
    damage: list[str] = field(default_factory=list)


def after(seconds: float) -> Callable[[Crawl], None]:
    return lambda _: time.sleep(seconds)


def once_visits_are_stored(seconds: float) -> Callable[[Crawl], None]:
    def wait(one: Crawl) -> None:
        before = visits(one.farm.database)
        wait_until(
            lambda: one.has_ended or visits(one.farm.database) > before, "a visit", pause=0.01
        )
        time.sleep(seconds)

    return wait


def once_it_writes() -> Callable[[Crawl], None]:
    """In the midst of a transaction: that of a visit, as the journal of that at the start is empty
    of pages, and gone at once."""

    def wait(one: Crawl) -> None:
        journal = Path(f"{one.farm.database}-journal")
        wait_until(lambda: one.has_ended or "Spider opened" in one.said, "the start")
        wait_until(lambda: one.has_ended or journal.exists(), "a transaction", pause=0)

    return wait


def kill_crawls(farm: Farm, moments: list[Callable[[Crawl], None]], **env: str) -> Tally:
    """Starts a crawl for each of the moments and kills it then; afterwards one may end."""
    tally = Tally()
    copies = farm.folder / "copies"
    copies.mkdir(exist_ok=True)
    killed: list[Crawl] = []
    for moment in moments:
        with crawl(farm, **env) as one:
            moment(one)
            if one.has_ended:
                continue  # the moment never came
            one.signal(signal.SIGKILL)
            one.wait()
        killed.append(one)
        tally.kills += 1
        tally.while_writing += Path(f"{farm.database}-journal").exists()
        tally.damage += damage_of_copy(farm.database, copies)
    tally.visits = visits(farm.database)
    wait_until(lambda: not any(one.left() for one in killed), "the browsers' end")
    return tally


def moments(count: int, dice: random.Random) -> list[Callable[[Crawl], None]]:
    """A mixture: at any time of a crawl's first seconds, while it stores, within a transaction."""
    kinds: list[Callable[[], Callable[[Crawl], None]]] = [
        lambda: after(dice.uniform(0.3, 3)),
        lambda: after(dice.uniform(0.3, 3)),
        lambda: once_visits_are_stored(dice.uniform(0, 0.5)),
        once_it_writes,
    ]
    return [kinds[n % len(kinds)]() for n in range(count)]


def next_run(farm: Farm, **env: str) -> list[str]:
    """What is wrong with the first run that is let live; nothing, as it needs no help."""
    before = visits(farm.database)
    done = farm.crawl(**env)
    found = [] if done.returncode == 0 else [f"exit code {done.returncode}: {done.stderr}"]
    if visits(farm.database) != before + len(farm.pools):
        found.append("it did not store a visit of each pool")
    return found + damage(farm.database)
