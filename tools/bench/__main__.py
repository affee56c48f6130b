"""Every figure of the benchmark, a table of them, and bench/results.json: some minutes.

`make bench` does it all. Nothing else should run on the machine: the load is noted, and figures
that miss their goal under load mean little. Ends with 1 if one does.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tools.bench import crawl, growth, report, store
from tools.bench.figure import Figure
from tools.bench.process import adopt_orphans
from tools.bench.site import serving


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("points", nargs="*", help="which, by letter: a (with c), b, d, e, f")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--folder", help="where the databases are made (1.3 GB)")
    parser.add_argument("--output", type=Path, default=Path("bench/results.json"))
    options = parser.parse_args()
    adopt_orphans()
    load, begun = os.getloadavg()[0], time.monotonic()
    if load > 0.5:
        sys.stderr.write(f"this machine is busy: load {load:.1f} on {os.cpu_count()} cores\n")
    figures = []
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        for figure in _measure(options.points or list("abdef"), Path(folder), options.repeat):
            figures.append(figure)
            sys.stderr.write(f"{figure.point}  {figure.what}: {figure.median:.3g} {figure.unit}\n")
    sys.stdout.write(report.table(figures) + "\n")
    report.write(options.output, figures, load, time.monotonic() - begun)
    return int(any(figure.is_met is False for figure in figures))


def _measure(points: list[str], folder: Path, repeat: int) -> Iterator[Figure]:
    with serving(pools=80, workers=200) as site:
        crawls = crawl.Crawls(folder, site)
        if "a" in points or "c" in points:
            yield from crawl.speed(crawls, repeat)
        if "b" in points:
            yield from crawl.start(crawls, 2 * repeat + 1)
        if "e" in points:
            yield from growth.by_pools(crawls, max(1, repeat - 1))
        if "f" in points:
            yield from growth.memory(crawls, max(1, repeat - 2))
    if "e" in points:
        yield from growth.by_workers(folder, max(1, repeat - 1))
    if "d" in points:
        yield from store.store(folder, 20 * repeat)


if __name__ == "__main__":
    sys.exit(main())
