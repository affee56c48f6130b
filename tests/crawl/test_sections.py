"""A section that is gone: first noticed, after a day taken for a right withdrawn."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

from kzscraper.demo.pools import RIGHTS, DemoPool
from tests.conftest import Farm

PLAIN = DemoPool(token="5" * 32, name="plain", moving=False, online=8, offline=2, earnings_days=3)


def test_a_section_that_is_gone_makes_visits_partial_for_a_day(farm: Callable[..., Farm]) -> None:
    one = farm(PLAIN)

    def last() -> tuple[str, str | None]:
        row = one.of_pool("scrape_log", "plain")[-1]
        return row["status"], row["error"]

    def crawl() -> int:
        return one.crawl(KZ_VISIT_TIMEOUT="30").returncode

    assert crawl() == 0
    one.site.set(replace(PLAIN, rights=RIGHTS - {"balance", "earnings"}))
    assert crawl() == 2
    status, error = last()
    assert status == "partial"
    assert "balance: shown until" in (error or "")
    assert "earnings: shown until" in (error or "")
    assert len(one.of_pool("worker_status", "plain")) == 20

    # A day passes: the memory is what tells how long the sections have been missing.
    with closing(sqlite3.connect(one.database)) as connection:
        moved = connection.execute(
            "UPDATE pool_section SET missing_since = datetime(missing_since, '-1 day') "
            "WHERE missing_since IS NOT NULL"
        )
        assert moved.rowcount == 2
        connection.commit()
    assert crawl() == 0
    assert last() == ("complete", None)
    assert one.of_pool("pool_summary", "plain")[-1]["balance"] is None

    one.site.set(PLAIN)
    assert crawl() == 0
    assert one.of_pool("pool_summary", "plain")[-1]["balance"] is not None
