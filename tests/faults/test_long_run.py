"""Many visits in one process: memory does not grow, and nothing stays open."""

from __future__ import annotations

from collections.abc import Callable

from tests.conftest import Farm
from tests.faults.conftest import Book
from tests.faults.memory import growth
from tests.faults.running import LONG, crawl, small_pools

VISITS = 500 if LONG else 90
SETTLED = 50


def test_memory_does_not_grow_with_the_visits(farm: Callable[..., Farm], book: Book) -> None:
    one = farm(*small_pools(VISITS))
    with crawl(one) as going:
        before, after = growth(going, SETTLED)
        assert going.wait() == 0, going.said
        for left in ("contexts", "pages"):
            assert f"'kz/browser/{left}_left': 0" in going.said
    assert len(one.rows("SELECT 1 FROM scrape_log")) == VISITS
    assert after <= 1.15 * before, f"{before} kB after {SETTLED} visits, {after} kB at the end"
    book(
        f"{VISITS} visits in one process",
        times=1,
        lost=0,
        seen=f"{after / before:.2f} times the memory after {SETTLED}: {after / 1024:.0f} MB",
    )
