"""The observer site in a process of its own, so that its work is not counted as ours."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.message import Message

import psutil

from kzscraper.demo.pools import DemoPool
from kzscraper.demo.serving import Answer
from kzscraper.demo.site import DemoSite

DELAY_S = 0.05  # of each JSON answer


@dataclass(frozen=True)
class Site:
    """A running site whose pools have so many workers each, all in one page of the table."""

    pid: int
    links: list[str]
    workers: int

    @property
    def cpu_s(self) -> float:
        times = psutil.Process(self.pid).cpu_times()
        return float(times.user + times.system)


@contextmanager
def serving(pools: int, workers: int) -> Iterator[Site]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tools.bench.site", str(pools), str(workers)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:  # which closes its input, by which it ends
        yield Site(process.pid, json.loads(process.stdout.readline()), workers)  # type: ignore[union-attr]


class _QuickSite(DemoSite):
    """Makes each JSON answer once: 3200 rows take longer to make than to draw."""

    def __init__(self, pools: list[DemoPool]) -> None:
        super().__init__(pools)
        self._made: dict[str, Answer | None] = {}

    def answer(self, target: str, headers: Message) -> Answer | None:
        if "/api/" not in target:
            return super().answer(target, headers)
        if target not in self._made:
            self._made[target] = super().answer(target, headers)
        return self._made[target]


def _serve(pools: int, workers: int) -> None:
    """Prints the links, and serves until the standard input is closed."""
    made = [
        DemoPool(
            token=f"{number:032x}",
            name=f"Pool {number}",
            online=workers - 2,
            offline=2,
            paging="none",
            moving=False,
            delay_s=DELAY_S,
        )
        for number in range(1, pools + 1)
    ]
    with _QuickSite(made) as site:
        print(json.dumps([site.link(pool) for pool in made]), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    _serve(int(sys.argv[1]), int(sys.argv[2]))
