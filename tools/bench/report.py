"""The table, and bench/results.json."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil
from scrapy.utils.project import get_project_settings

from kzscraper.browser import launch
from kzscraper.table import as_table
from tools.bench.figure import Figure

_HEADERS = ("", "what", "median", "from", "to", "unit", "goal", "")


def table(figures: Sequence[Figure]) -> str:
    rows = [
        (
            one.point,
            one.what,
            *map(_rounded, (one.median, min(one.values), max(one.values))),
            one.unit,
            one.goal or "",
            {None: "", True: "ok", False: "MISSED"}[one.is_met],
        )
        for one in figures
    ]
    return as_table(_HEADERS, rows)


def write(path: Path, figures: Sequence[Figure], load: float, seconds: float) -> None:
    document = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": machine(),
        "load_before": round(load, 1),
        "seconds": round(seconds),
        "figures": [
            {
                "point": one.point,
                "what": one.what,
                "unit": one.unit,
                "median": _digits(one.median),
                "from": _digits(min(one.values)),
                "to": _digits(max(one.values)),
                "repeated": len(one.values),
                "goal": one.goal,
                "met": one.is_met,
            }
            for one in figures
        ],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", "utf-8")


def machine() -> dict[str, object]:
    """What the figures depend on."""
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "cpu": _cpu(),
        "system": f"{platform.system()} {platform.machine()}",
        "browser": _browser(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **{name: version(name) for name in ("scrapy", "scrapy-playwright", "playwright")},
    }


def _cpu() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _browser() -> str:
    path = launch.launch_options(get_project_settings())["executable_path"]
    if path is None:
        return "Playwright's own Chromium"
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=True)
    return f"{Path(path).name}, {done.stdout.strip()}"


def _digits(value: float) -> float:
    return float(f"{value:.3g}")


def _rounded(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
