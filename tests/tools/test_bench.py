"""The measurements run and measure what they say; how fast it is, only a quiet machine tells."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import ROOT
from tests.seed.documented import OTHERS, bare


def run(module: str, output: Path, *args: str) -> Any:
    done = subprocess.run(
        [sys.executable, "-m", f"tools.{module}", *args, "--output", str(output)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in (0, 1)
    return json.loads(output.read_text("utf-8")), done.stdout


def test_every_documented_query_is_measured_with_both_definitions(tmp_path: Path) -> None:
    args = ("--worker-days", "0.2", "--workers", "4", "--repeat", "2", "--limit", "0.001")
    found, shown = run("bench_queries", tmp_path / "queries.json", *args)
    queries = {one["sql"]: one for one in found["queries"]}
    documented = [
        bare(one) for one in OTHERS if bare(one).split()[0] in ("SELECT", "UPDATE", "DELETE")
    ]
    assert set(documented) < set(queries)
    assert len(queries) == len(documented) + 1  # the view
    # The limit is far too short for the definitions that read all of a pool again for each row.
    [latest] = [one for sql, one in queries.items() if sql.startswith("SELECT ps.*")]
    assert latest["seed_ms"] is None
    assert "> 0.001 s" in shown
    assert set(found["visit_write_ms"]) == set(found["size_bytes"]) == {"seed", "ours"}


def test_the_wait_for_prune_is_measured(tmp_path: Path) -> None:
    args = ("--days", "2", "--workers", "5", "--alone", "0.2")
    found, shown = run("bench_prune", tmp_path / "prune.json", *args)
    # Of three pools, every ten minutes: what is older than yesterday.
    assert 2 * 144 * 3 * (5 + 1) >= found["rows"] >= 144 * 3 * (5 + 1)
    assert found["alone_ms"]["longest"] > 0
    assert found["meanwhile_ms"]["longest"] > 0
    assert "rows pruned in" in shown
