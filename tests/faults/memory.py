"""The memory of a crawl's Python process."""

from __future__ import annotations

import re
import time
from pathlib import Path

from tests.faults.running import Crawl, wait_until
from tests.faults.wholeness import visits


def growth(going: Crawl, settled: int) -> tuple[int, int]:
    """Its resident kilobytes once so many visits were stored, and when the last was."""
    total = len(going.farm.pools)
    wait_until(
        lambda: going.has_ended or visits(going.farm.database) >= settled,
        f"{settled} visits",
        patience=600,
    )
    before = after = _resident(going)
    deadline = time.monotonic() + 600
    while not going.has_ended and time.monotonic() < deadline:
        after = _resident(going) or after
        if visits(going.farm.database) >= total:
            break
        time.sleep(0.1)
    assert before is not None, going.said
    assert after is not None, going.said
    return before, after


def _resident(going: Crawl) -> int | None:
    try:
        status = Path(f"/proc/{going.process.pid}/status").read_text("ascii", "replace")
    except OSError:
        return None
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return int(found[1]) if found else None
