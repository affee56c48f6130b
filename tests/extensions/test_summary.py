"""What a crawl logs at its beginning and its end, through real crawls."""

from __future__ import annotations

import re
from collections.abc import Callable

from kzscraper.store.database import Database
from tests.conftest import Farm
from tests.crawl.scenarios import demo_pool

PLAIN = demo_pool("plain")
REVOKED = demo_pool("revoked", failure="revoked")
HIDDEN = demo_pool("no control", paging="hidden")


def table_of(log: str) -> dict[str, list[str]]:
    """The summary's rows by pool, their cells apart."""
    lines = log.partition("[kzscraper.extensions.summary] INFO: ")[2]
    lines = lines.rpartition(" pool(s): ")[2]
    rows = [line for line in lines.splitlines() if line.startswith("kzpool_")]
    return {row.split()[0]: row.split(maxsplit=5)[1:] for row in rows}


def test_a_table_of_all_pools_stands_at_the_end(farm: Callable[..., Farm]) -> None:
    made = farm(PLAIN, REVOKED, HIDDEN)
    log = made.crawl(KZ_STALE_MINUTES="30").stderr
    assert "INFO: 3 pool(s): 1 complete, 1 partial, 1 failed\n" in log
    assert "\x1b" not in log  # the live line is for terminals
    table = table_of(log)
    assert list(table) == ["kzpool_001", "kzpool_002", "kzpool_003"]
    status, workers, earnings, seconds, reason = table["kzpool_001"]
    assert (status, workers, earnings, reason) == ("complete", "24", "10", "-")
    assert float(seconds) > 0
    status, workers, earnings, _, reason = table["kzpool_002"]
    assert (status, workers, earnings) == ("failed", "-", "-")
    assert reason.startswith("the link is unknown or was revoked")
    assert "10 of 24" in log
    assert f"settings: KZ_DATABASE={made.database} (environment); " in log
    assert "KZ_STALE_MINUTES=30 (environment)" in log


def test_what_was_not_stored_is_told(farm: Callable[..., Farm]) -> None:
    made = farm(PLAIN)
    with Database.open(made.database) as database:
        database.execute(
            "CREATE TRIGGER trouble BEFORE INSERT ON scrape_log "
            "BEGIN SELECT RAISE(ABORT, 'the disk is gone'); END"
        )
    done = made.crawl()
    assert done.returncode == 2
    assert "1 pool(s): 1 not stored\n" in done.stderr
    assert "the disk is gone" in " ".join(table_of(done.stderr)["kzpool_001"])


def test_what_was_not_visited_is_counted(farm: Callable[..., Farm]) -> None:
    made = farm(PLAIN, demo_pool("second"), demo_pool("third"))
    args = ("-s", "CLOSESPIDER_ITEMCOUNT=1", "-s", "CONCURRENT_REQUESTS=1")
    done = made.crawl("kzpool", *args)
    assert done.returncode == 2
    # A visit that was under way is brought to its end.
    found = re.search(r"3 pool\(s\): (\d) complete, (\d) not visited\n", done.stderr)
    assert found
    assert int(found[1]) + int(found[2]) == 3
