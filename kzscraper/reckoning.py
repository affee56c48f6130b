"""Whether a visit read all that the page speaks of."""

from __future__ import annotations

from kzscraper.items import PoolScrape


def add_problem(scrape: PoolScrape, problem: str, section: str | None = None) -> None:
    """Notes why a visit is not complete; section: which was not read to its end."""
    if section:
        scrape.gaps.add(section)
    if scrape.status == "complete":
        scrape.status = "partial"
    scrape.error = f"{scrape.error}; {problem}" if scrape.error else problem


def check_workers(scrape: PoolScrape, dead: int) -> None:
    """Compares the rows read with the page's own counters, as far as both are known.

    dead: how many of the rows are DEAD; nobody knows whether the page's "offline" counts them.
    """
    expected, read = scrape.workers_expected, scrape.workers_read
    if expected and read is None:
        add_problem(
            scrape, f"the page counts {expected} workers but shows no table of them", "workers"
        )
    elif expected is not None and read is not None and expected not in (read, read - dead):
        add_problem(scrape, f"the page counts {expected} workers, its table has {read}", "workers")
