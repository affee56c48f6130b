"""One crawl of every kind of bad page: each is recorded with its reason, the good ones go on."""

from __future__ import annotations

import stat
from collections.abc import Iterator

import pytest

from kzscraper.demo.pools import DemoPool
from tests.conftest import Completed, Farm
from tests.crawl.scenarios import COMPLETE, FAILED, FLAKY, PARTIAL

GOOD = COMPLETE[0]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Farm, Completed]]:
    bad = [case[0] for case in FAILED] + [case[0] for case in PARTIAL]
    farm = Farm(tmp_path_factory.mktemp("incomplete"), [*bad, *FLAKY, GOOD])
    with farm.site:
        farm.register()
        yield farm, farm.crawl(KZ_VISIT_TIMEOUT="24")


def test_the_exit_code_says_that_pools_failed(crawled: tuple[Farm, Completed]) -> None:
    _, done = crawled
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(("pool", "kind", "reason"), FAILED, ids=[c[0].name for c in FAILED])
def test_a_failure_has_a_name_and_no_rows(
    crawled: tuple[Farm, Completed], pool: DemoPool, kind: str, reason: str
) -> None:
    farm, done = crawled
    scrape = farm.one("scrape_log", pool.name)
    assert scrape["status"] == "failed"
    assert scrape["error"].startswith(reason)
    assert scrape["duration_s"] <= 24
    assert f"'kz/failed/{kind}'" in done.stderr
    for table in ("pool_summary", "worker_status", "daily_earnings", "anomaly_log"):
        assert farm.of_pool(table, pool.name) == []


@pytest.mark.parametrize(("pool", "rows", "reason"), PARTIAL, ids=[c[0].name for c in PARTIAL])
def test_what_is_read_in_part_is_kept(
    crawled: tuple[Farm, Completed], pool: DemoPool, rows: int, reason: str
) -> None:
    farm, _ = crawled
    scrape = farm.one("scrape_log", pool.name)
    assert (scrape["status"], scrape["error"]) == ("partial", reason)
    assert len(farm.of_pool("worker_status", pool.name)) == scrape["workers_read"] == rows
    assert len(farm.of_pool("pool_summary", pool.name)) == 1
    assert len(farm.of_pool("daily_earnings", pool.name)) == pool.earnings_days


@pytest.mark.parametrize("pool", [*FLAKY, GOOD], ids=lambda pool: pool.name)
def test_what_fails_in_passing_is_read_and_the_others_go_on(
    crawled: tuple[Farm, Completed], pool: DemoPool
) -> None:
    farm, _ = crawled
    assert farm.one("scrape_log", pool.name)["status"] == "complete"


def test_only_transient_failures_are_tried_again(crawled: tuple[Farm, Completed]) -> None:
    farm, _ = crawled
    asked = farm.site.requests

    def opened(name: str) -> int:
        return asked.count(f"/observer-link/{farm.pools[name].token}")

    assert {name: opened(name) for name in ("http 503", "http 429", "503 once", "429 twice")} == {
        "http 503": 3, "http 429": 3, "503 once": 2, "429 twice": 3
    }  # fmt: skip
    assert {opened(name) for name in ("http 404", "http 403", "revoked", "plain")} == {1}


@pytest.mark.parametrize("case", [*FAILED, *PARTIAL], ids=lambda case: case[0].name)
def test_evidence_is_kept_and_named(
    crawled: tuple[Farm, Completed], case: tuple[DemoPool, object, object]
) -> None:
    farm, done = crawled
    folder = farm.folder / "evidence" / farm.ids[case[0].name]
    [line] = [one for one in done.stderr.splitlines() if f"] WARNING: {folder.name}: " in one]
    [page] = folder.glob("*.html")
    assert f"(see {page})" in line
    assert stat.S_IMODE(page.stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_evidence_shows_the_page(crawled: tuple[Farm, Completed]) -> None:
    farm, _ = crawled
    folder = farm.folder / "evidence" / farm.ids["rows hidden"]
    [page] = folder.glob("*.html")
    assert "Оффлайн воркеры" in page.read_text("utf-8")
    [picture] = folder.glob("*.png")
    assert picture.read_bytes().startswith(b"\x89PNG")


def test_no_evidence_is_kept_of_good_pages(crawled: tuple[Farm, Completed]) -> None:
    farm, _ = crawled
    assert not (farm.folder / "evidence" / farm.ids[GOOD.name]).exists()


def test_no_token_is_left_anywhere_but_in_the_database(crawled: tuple[Farm, Completed]) -> None:
    farm, done = crawled
    left = [path for path in farm.folder.rglob("*") if path.is_file() and path != farm.database]
    texts = [done.stderr, done.stdout, *map(str, left)]
    texts += [path.read_bytes().decode("latin-1") for path in left]
    for pool in farm.pools.values():
        assert not [text for text in texts if pool.token in text]
