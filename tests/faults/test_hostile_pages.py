"""Pages that would hold up the crawl: each fails within its time, the others are unaffected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import md5
from pathlib import Path

import pytest

from kzscraper.demo.pools import DemoPool
from tests.conftest import Completed, Farm
from tests.faults.conftest import Book
from tests.faults.hostile import BODIES, HUGE, HostileSite
from tests.faults.running import LONG, small_pools
from tests.faults.wholeness import damage

LIMIT = 60.0 if LONG else 20.0  # seconds; KZ_VISIT_TIMEOUT
GOOD = small_pools(8)
# The demo site's own ways to hold up a reader, by the name of its failure.
FAILURES = {
    "never answers": "hang",
    "loads for ever": "loading",
    "redirects for ever": "redirect_loop",
}


def demo_pool(name: str, failure: str | None = None) -> DemoPool:
    token = md5(name.encode(), usedforsecurity=False).hexdigest()
    return replace(GOOD[0], token=token, name=name, failure=failure)


HOSTILE = [demo_pool(name) for name in (*BODIES, HUGE)]
BAD = [*HOSTILE, *(demo_pool(name, failure) for name, failure in FAILURES.items())]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Farm, Completed]]:
    farm = Farm(tmp_path_factory.mktemp("hostile"), [*BAD, *GOOD])
    bodies = {pool.token: BODIES.get(pool.name, HUGE) for pool in HOSTILE}
    farm.site = HostileSite(farm.pools.values(), bodies)
    with farm.site:
        farm.register()
        yield farm, farm.crawl(KZ_VISIT_TIMEOUT=f"{LIMIT:g}")


@pytest.mark.parametrize("pool", BAD, ids=lambda pool: pool.name)
def test_a_page_that_never_ends_fails_within_its_time(
    crawled: tuple[Farm, Completed], book: Book, pool: DemoPool
) -> None:
    farm, _ = crawled
    scrape = farm.one("scrape_log", pool.name)
    assert scrape["status"] == "failed"
    assert scrape["error"]
    assert scrape["duration_s"] <= LIMIT
    book(
        f"a page that {pool.name}", times=1, lost=0, seen=f"failed in {scrape['duration_s']:.1f} s"
    )


@pytest.mark.parametrize("pool", GOOD, ids=lambda pool: pool.name)
def test_the_others_are_unaffected(crawled: tuple[Farm, Completed], pool: DemoPool) -> None:
    farm, _ = crawled
    assert farm.one("scrape_log", pool.name)["status"] == "complete"
    assert len(farm.of_pool("worker_status", pool.name)) == pool.workers


def test_it_was_one_crawl_that_ended_by_itself(crawled: tuple[Farm, Completed]) -> None:
    farm, done = crawled
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert damage(farm.database) == []


def test_no_page_is_open_beside_those_that_are_read(crawled: tuple[Farm, Completed]) -> None:
    _, done = crawled

    def stat(name: str) -> int:
        [value] = re.findall(rf"'{name}': (\d+)", done.stderr)
        return int(value)

    visits = stat("playwright/context_count/max_concurrent")
    assert stat("playwright/page_count/max_concurrent") <= visits
    assert stat("kz/browser/contexts_left") == stat("kz/browser/pages_left") == 0


def test_nothing_is_downloaded(crawled: tuple[Farm, Completed]) -> None:
    farm, done = crawled
    assert "playwright/download_count" not in done.stderr
    assert list(farm.folder.rglob("*gift*")) == []


def test_a_page_that_is_too_large_is_named_at_once(tmp_path: Path) -> None:
    [pool] = [pool for pool in HOSTILE if pool.name == HUGE]
    farm = Farm(tmp_path, [pool])
    farm.site = HostileSite([pool], {pool.token: HUGE})
    with farm.site:
        farm.register()
        assert farm.crawl().returncode == 2
    scrape = farm.one("scrape_log", HUGE)
    assert scrape["status"] == "failed"
    assert scrape["error"] == "the page is larger than what is read of one"
