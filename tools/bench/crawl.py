"""A crawl of ours, and the floor for it; points a, b and c of the benchmark."""

from __future__ import annotations

import json
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from scrapy.utils.project import get_project_settings

from kzscraper.browser import launch
from tools.bench.figure import Figure
from tools.bench.process import Run, environment, run, scrapy
from tools.bench.site import Site

_FLOOR = [sys.executable, str(Path(__file__).with_name("floor.py"))]
_IMPORT = [sys.executable, "-c", "import scrapy"]


class Crawls:
    """Crawls of one site with the default settings; each begins with an empty database."""

    def __init__(self, folder: Path, site: Site) -> None:
        self.site = site
        self._database = folder / "crawl.db"
        self._env = environment(self._database)
        settings = get_project_settings()
        settings.setdict({"KZ_OBSERVER_HOSTS": "127.0.0.1"})
        self._task: dict[str, Any] = {
            "rows": site.workers,
            "concurrency": settings.getint("CONCURRENT_REQUESTS"),
            "launch": launch.launch_options(settings),
            "context": launch.context(settings),
        }

    def ours(self, pools: int, *, watch: bool = False) -> Run:
        self._database.unlink(missing_ok=True)
        entries = [
            {"pool_id": f"kzpool_{number:03}", "observer_url": link}
            for number, link in enumerate(self._links(pools), start=1)
        ]
        run(scrapy("pools", "import", "-"), env=self._env, stdin=json.dumps({"pools": entries}))
        taken = run(scrapy("crawl", "kzpool"), env=self._env, watch=watch)
        with closing(sqlite3.connect(self._database)) as connection:
            [rows] = connection.execute("SELECT COUNT(*) FROM worker_status").fetchone()
        if rows != pools * self.site.workers:
            raise RuntimeError(f"{rows} workers are stored of {pools} x {self.site.workers}")
        return taken

    def floor(self, pools: int) -> Run:
        return run(_FLOOR, env={}, stdin=json.dumps({**self._task, "links": self._links(pools)}))

    def _links(self, pools: int) -> list[str]:
        """As many as wanted: a site with fewer pools is gone through again."""
        links = self.site.links
        return [links[number % len(links)] for number in range(pools)]


def speed(crawls: Crawls, repeat: int, pools: int = 60) -> Iterator[Figure]:
    """Points a and c, whole processes on both sides."""
    floors, ours, singles, site_share = [], [], [], []
    for _ in range(repeat):
        singles.append(crawls.ours(1))
        used = crawls.site.cpu_s
        floors.append(crawls.floor(pools))
        ours.append(crawls.ours(pools))
        site_share.append((crawls.site.cpu_s - used) / (floors[-1].seconds + ours[-1].seconds))
    best = min(one.seconds for one in floors)
    yield Figure("a", f"floor, {pools} pools", "visits/s", [pools / one.seconds for one in floors])
    yield Figure("a", f"ours, {pools} pools", "visits/s", [pools / one.seconds for one in ours])
    pairs = [floor.seconds / one.seconds for floor, one in zip(floors, ours, strict=True)]
    yield Figure("a", "ours / the floor beside it", "", pairs)
    yield Figure("a", "ours / best floor", "", [best / one.seconds for one in ours], ">= 0.9")
    # It answers with one thread at a time: all of a core would be its limit.
    yield Figure("a", "of one core, for the demo site", "", site_share, "<= 0.5")

    rows = pools * crawls.site.workers
    yield Figure("c", "CPU of a visit, floor", "ms", [o.tree_cpu_s / pools * 1e3 for o in floors])
    yield Figure("c", "CPU of a visit, ours", "ms", [o.tree_cpu_s / pools * 1e3 for o in ours])
    yield Figure("c", "… in Python, floor", "ms", [one.cpu_s / pools * 1e3 for one in floors])
    yield Figure("c", "… in Python, ours", "ms", [one.cpu_s / pools * 1e3 for one in ours])
    yield Figure("c", "… per worker row", "µs", [one.cpu_s / rows * 1e6 for one in ours])
    # What is done once a run, such as loading Scrapy, is no visit's.
    further = [
        (one.cpu_s - single.cpu_s) / (one.tree_cpu_s - single.tree_cpu_s)
        for one, single in zip(ours, singles, strict=True)
    ]
    yield Figure("c", "Python's share of a further visit's CPU", "", further, "<= 0.15")
    shares = [one.cpu_s / one.tree_cpu_s for one in ours]
    yield Figure("c", "… of the whole run's, start included", "", shares)


def start(crawls: Crawls, repeat: int) -> Iterator[Figure]:
    """Point b: whole processes, from start to exit."""
    times: dict[str, list[float]] = {"ours": [], "floor": [], "import scrapy": []}
    for _ in range(repeat):
        times["floor"].append(crawls.floor(1).seconds)
        times["import scrapy"].append(run(_IMPORT, env={}).seconds)
        times["ours"].append(crawls.ours(1).seconds)
    for name, seconds in times.items():
        yield Figure("b", f"one pool: {name}", "s", seconds)
    ratios = [ours / (floor + bare) for ours, floor, bare in zip(*times.values(), strict=True)]
    yield Figure("b", "ours / (floor + import scrapy)", "", ratios, "<= 1.3")
