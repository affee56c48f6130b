"""Point e: time and CPU against pools and workers; point f: memory against visits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from tools.bench.crawl import Crawls
from tools.bench.figure import Figure, Line
from tools.bench.process import Run
from tools.bench.site import serving

POOLS = (10, 20, 40, 80)
WORKERS = (50, 200, 800, 3200)
_POOLS_OF_EACH_SIZE = 8
_STRAIGHT = "<= 0.1"


def by_pools(crawls: Crawls, repeat: int) -> Iterator[Figure]:
    ours: dict[int, list[Run]] = {pools: [] for pools in POOLS}
    floors: dict[int, list[Run]] = {pools: [] for pools in POOLS}
    for _ in range(repeat):
        for pools in POOLS:
            floors[pools].append(crawls.floor(pools))
            ours[pools].append(crawls.ours(pools))
    line, floor = _line(ours), _line(floors)
    for pools, runs in ours.items():
        yield Figure("e", f"{pools} pools", "s", [one.seconds for one in runs])
    yield Figure("e", "farthest from a straight line", "", [line.deviation], _STRAIGHT)
    yield Figure("e", "slope: each further pool, ours", "ms", [line.slope * 1e3])
    yield Figure("e", "slope: each further pool, floor", "ms", [floor.slope * 1e3])
    yield Figure("e", "slope of the floor / ours", "", [floor.slope / line.slope])
    cpu = Line.through([(n, median(one.cpu_s for one in runs)) for n, runs in ours.items()])
    tree = Line.through([(n, median(one.tree_cpu_s for one in runs)) for n, runs in ours.items()])
    yield Figure("e", "Python's share of a further pool's CPU", "", [cpu.slope / tree.slope])


def by_workers(folder: Path, repeat: int) -> Iterator[Figure]:
    ours: dict[int, list[Run]] = {workers: [] for workers in WORKERS}
    floors: dict[int, list[Run]] = {workers: [] for workers in WORKERS}
    for _ in range(repeat):
        for workers in WORKERS:
            with serving(_POOLS_OF_EACH_SIZE, workers) as site:
                crawls = Crawls(folder, site)
                floors[workers].append(crawls.floor(_POOLS_OF_EACH_SIZE))
                ours[workers].append(crawls.ours(_POOLS_OF_EACH_SIZE))
    line, floor = _line(ours), _line(floors)
    for workers, runs in ours.items():
        what = f"{_POOLS_OF_EACH_SIZE} pools of {workers} workers"
        yield Figure("e", what, "s", [one.seconds for one in runs])
    per_worker = 1e6 / _POOLS_OF_EACH_SIZE
    yield Figure("e", "farthest from a straight line", "", [line.deviation], _STRAIGHT)
    yield Figure("e", "slope: each further worker, ours", "µs", [line.slope * per_worker])
    yield Figure("e", "slope: each further worker, floor", "µs", [floor.slope * per_worker])


def memory(crawls: Crawls, repeat: int) -> Iterator[Figure]:
    few = [crawls.ours(20, watch=True) for _ in range(repeat)]
    many = [crawls.ours(200, watch=True) for _ in range(repeat)]
    for name, runs in (("20 visits", few), ("200 visits", many)):
        yield Figure("f", f"peak of Python, {name}", "MB", [one.peak / 1e6 for one in runs])
        yield Figure("f", f"peak of the browser, {name}", "MB", [o.tree_peak / 1e6 for o in runs])
    pairs = list(zip(few, many, strict=True))
    ratios = [after.peak / before.peak for before, after in pairs]
    yield Figure("f", "peak of Python, 200 / 20 visits", "", ratios, "<= 1.15")
    ratios = [after.tree_peak / before.tree_peak for before, after in pairs]
    yield Figure("f", "peak of the browser, 200 / 20 visits", "", ratios, "<= 1.15")


def _line(runs: dict[int, list[Run]]) -> Line:
    return Line.through([(n, median(one.seconds for one in some)) for n, some in runs.items()])
