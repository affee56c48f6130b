"""A clock that is set back: no timestamp goes backwards within a pool."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace

from tests.conftest import Farm
from tests.faults.conftest import Book
from tests.faults.running import LONG, small_pools
from tests.faults.wholeness import damage

TURNS = 5 if LONG else 2
TABLES = ("pool_summary", "worker_status", "scrape_log")


def test_no_timestamp_goes_back_within_a_pool(farm: Callable[..., Farm], book: Book) -> None:
    pools = small_pools(2, offline=7, moving=False)
    one = farm(*pools)
    assert one.crawl().returncode == 0
    # As though the clock had been ahead so far, and is right from now on.
    with closing(sqlite3.connect(one.database)) as connection:
        for table in (*TABLES, "anomaly_log"):
            connection.execute(f"UPDATE {table} SET timestamp = datetime(timestamp, '+3 hours')")
        connection.commit()
    late = max(row["timestamp"] for row in one.rows("SELECT timestamp FROM scrape_log"))
    opened = one.rows("SELECT * FROM anomaly_log")
    assert opened

    # A pool that is new has no past to keep to, and gets the time that it is.
    new = replace(pools[0], token="b" * 32, name="new")
    one.site.set(new)
    link = one.site.link(new)
    assert one.scrapy("pools", "add", "kzpool_new", "--url", link).returncode == 0
    for _ in range(TURNS):
        done = one.crawl()
        assert done.returncode == 0, done.stderr
        assert "the clock says" in done.stderr

    assert damage(one.database) == []  # which looks for timestamps that go back
    for pool in pools:
        for table in TABLES:
            stamps = [row["timestamp"] for row in one.of_pool(table, pool.name)]
            assert stamps == sorted(stamps)
            assert len(set(stamps)) == 1 + TURNS
    sql = "SELECT timestamp FROM scrape_log WHERE pool_id = 'kzpool_new' ORDER BY id"
    assert one.rows(sql)[-1]["timestamp"] < late
    # Nor is an incident opened again that goes on.
    assert one.rows("SELECT * FROM anomaly_log WHERE pool_id <> 'kzpool_new'") == opened
    book("a clock that is 3 hours back", times=TURNS, lost=0, seen="no timestamp goes back")
