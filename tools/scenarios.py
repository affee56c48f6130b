"""`make scenarios`: what the rules find of a generated year, as a table and as JSON.

A year of 20 pools with labelled faults (tests/anomalies/year.py) is played through the real
pipelines, a visit every ten minutes; tests/anomalies/measure.py says how rows and faults are
matched.
"""

from __future__ import annotations

import argparse
import json
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

from kzscraper.table import as_table
from tests.anomalies.measure import figures, play


def table(report: dict[str, Any], part: str) -> str:
    headers = (
        *("", "faults", "recall", "rows", "precision", "urgent", "rows each", "opened", "closed"),
    )
    return as_table(
        headers,
        [
            (
                name,
                one["faults"],
                one["recall"],
                one["rows"] or "",
                one["precision"],
                one["precision_urgent"],
                one["rows_per_fault"],
                f"{one['opened_median']} / {one['opened_max']}",
                f"{one['closed_median']} / {one['closed_max']}",
            )
            for name, one in report[part].items()
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--pools", type=int, default=20)
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--set", action="append", default=[], metavar="KZ_NAME=VALUE")
    parser.add_argument("--json", type=Path, default=Path("bench/scenarios.json"))
    opts = parser.parse_args()
    settings = dict(one.split("=", 1) for one in opts.set)
    seeds = [opts.seed * 1000 + number for number in range(opts.pools)]
    shares = [seeds[number :: opts.processes] for number in range(opts.processes)]
    began = time.monotonic()
    with ProcessPoolExecutor(opts.processes) as processes:
        played = [processes.submit(play, share, opts.days, settings) for share in shares if share]
        outcomes = [outcome for one in played for outcome in one.result()]
    seconds = time.monotonic() - began
    report = {"seed": opts.seed, "settings": settings, **figures(outcomes, opts.days)}
    print(table(report, "types"), table(report, "kinds"), sep="\n\n")
    print("\nfalse rows, and what went on:")
    for cause, number in report["false_rows"].items():
        print(f"{number:4} {cause}")
    print(
        f"\n{report['visits']} visits in {seconds:.0f} s, {report['visits'] / seconds:.0f} a "
        f"second; {report['rows_per_pool_and_day']} rows per pool and day.\n"
        "urgent: precision of MEDIUM and HIGH; rows each: per fault found; opened and closed: "
        "visits, median / max"
    )
    opts.json.parent.mkdir(exist_ok=True)
    opts.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
