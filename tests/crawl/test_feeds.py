"""Feeds of real crawls: one tidy table a file, and a failure that harms nothing else."""

from __future__ import annotations

import csv
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kzscraper.demo.pools import DemoPool
from kzscraper.feeds import columns
from tests.conftest import ROOT, Completed, Farm

POOL = DemoPool(
    token="5" * 32,
    name="plain",
    moving=False,
    online=4,
    offline=1,
    earnings_days=3,
    worker_names=("=1+1", "@SUM(A1)", "жұмысшы, 4", "a", "b"),
)


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    one = Farm(tmp_path_factory.mktemp("feeds"), [POOL])
    with one.site:
        one.register()
        yield one


@pytest.fixture(scope="module")
def feeds(farm: Farm) -> Path:
    """The folder of the feeds of one crawl."""
    folder = farm.folder / "feeds"
    names = (
        *("workers.csv", "pool_summary.csv", "daily_earnings.csv", "PoolScrape.csv"),
        *("workers.jsonlines", "pools.json", "pools.csv"),
    )
    done = crawl(farm, *(f"-O{folder / name}" for name in names))
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    return folder


def crawl(farm: Farm, *args: str) -> Completed:
    return farm.crawl("kzpool", *args)


def table(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def stored(farm: Farm, what: str, names: tuple[str, ...]) -> list[list[str]]:
    """The rows of the newest visit, as CSV cells."""
    newest = farm.of_pool("scrape_log", "plain")[-1]["timestamp"]
    rows = farm.of_pool(what, "plain")
    times = ("timestamp", "recorded_at")
    chosen = [row for row in rows if newest in [row.get(name) for name in times]]
    return [["" if row[name] is None else str(row[name]) for name in names] for row in chosen]


@pytest.mark.parametrize(
    ("file", "kind", "what"),
    [
        ("pool_summary.csv", columns.SUMMARY, "pool_summary"),
        ("daily_earnings.csv", columns.EARNINGS, "daily_earnings"),
        ("PoolScrape.csv", columns.SCRAPES, "scrape_log"),
    ],
)
def test_a_table_named_after_its_items_holds_them_only(
    farm: Farm, feeds: Path, file: str, kind: columns.Kind, what: str
) -> None:
    header, *rows = table(feeds / file)
    assert tuple(header) == kind.columns
    assert rows == stored(farm, what, kind.columns)


def test_cells_that_a_spreadsheet_would_execute_are_defused(farm: Farm, feeds: Path) -> None:
    header, *rows = table(feeds / "workers.csv")
    assert tuple(header) == columns.WORKERS.columns
    assert [row[2] for row in rows] == ["'=1+1", "'@SUM(A1)", "жұмысшы, 4", "a", "b"]
    at = header.index("hashrate_24h")
    expected = stored(farm, "worker_status", columns.WORKERS.columns)
    assert [row[at] for row in rows] == [row[at] for row in expected]


def test_json_of_another_name_holds_all_items_with_their_own_fields(feeds: Path) -> None:
    items: list[dict[str, Any]] = json.loads((feeds / "pools.json").read_text("utf-8"))
    forms = {frozenset(item) for item in items}
    assert forms == {frozenset(kind.columns) for kind in columns.KINDS}
    assert len(items) == 1 + 5 + 3 + 1


def test_json_lines_of_workers_hold_workers(feeds: Path) -> None:
    text = (feeds / "workers.jsonlines").read_text("utf-8")
    items = [json.loads(line) for line in text.splitlines()]
    assert {tuple(item) for item in items} == {columns.WORKERS.columns}
    assert items[0]["worker_name"] == "=1+1"  # defused where a spreadsheet reads it only
    assert "жұмысшы" in text


def test_csv_of_another_name_becomes_a_table_per_kind(feeds: Path) -> None:
    assert not (feeds / "pools.csv").exists()
    for kind in columns.KINDS:
        header, *rows = table(feeds / f"pools-{kind.name}.csv")
        assert tuple(header) == kind.columns
        assert rows


def test_no_feed_holds_the_observer_link(feeds: Path) -> None:
    assert len(list(feeds.iterdir())) == 10
    for path in feeds.iterdir():
        assert POOL.token not in path.read_text("utf-8"), path


def test_the_example_of_the_settings_appends_by_day(farm: Farm) -> None:
    settings = (ROOT / "kzscraper" / "settings.py").read_text("utf-8")
    example = re.search(r"^# (FEEDS = \{\n(?:# .*\n)*# \})$", settings, re.MULTILINE)
    assert example
    found: dict[str, Any] = {}
    exec(re.sub("^# ", "", example[1], flags=re.MULTILINE), found)
    folder = farm.folder / "days"
    feeds = {uri.replace("feeds/", f"{folder}/"): feed for uri, feed in found["FEEDS"].items()}
    for _ in range(2):
        done = crawl(farm, "-s", f"FEEDS={json.dumps(feeds)}")
        assert done.returncode == 0, done.stderr
    day = farm.of_pool("scrape_log", "plain")[-1]["timestamp"][:10]
    for kind, count in zip(columns.KINDS, (1, 5, 3, 1), strict=True):
        header, *rows = table(folder / f"{day}-{kind.name}.csv")
        assert tuple(header) == kind.columns
        assert len(rows) == 2 * count
        lines = (folder / f"{day}-{kind.name}.jsonl").read_text("utf-8").splitlines()
        assert [tuple(json.loads(line)) for line in lines] == [kind.columns] * 2 * count


def test_a_spider_of_one_part_writes_its_table_whatever_its_name(farm: Farm) -> None:
    file = farm.folder / "today.csv"
    fields = "worker_name,observer_url"
    done = farm.crawl("kzpool_workers", "-O", str(file), "-s", f"FEED_EXPORT_FIELDS={fields}")
    assert done.returncode == 0, done.stderr
    header, *rows = table(file)
    assert header == ["worker_name", "observer_url"]
    assert {row[1] for row in rows} == {farm.site.link(POOL)}


def test_a_feed_that_fails_is_told_once_and_harms_nothing_else(farm: Farm) -> None:
    blocked = farm.folder / "a file"
    blocked.write_text("where a folder is needed")
    before = len(farm.of_pool("worker_status", "plain"))
    good = farm.folder / "good-workers.csv"
    done = crawl(farm, "-O", str(blocked / "workers.csv"), "-O", str(good))
    assert done.returncode == 2
    assert "error: 1 feed(s) could not be written" in done.stderr
    assert done.stderr.count("Traceback") == 1
    assert len(table(good)) == 1 + 5
    assert len(farm.of_pool("worker_status", "plain")) == before + 5


def test_a_place_that_scrapy_cannot_use_is_a_failure(farm: Farm) -> None:
    done = crawl(farm, "-O", "s3://bucket/workers.csv")  # boto3 is none of our packages
    assert done.returncode == 2
    assert "missing boto3 library" in done.stderr
    assert "error: 1 feed(s) could not be written" in done.stderr
    assert farm.of_pool("scrape_log", "plain")[-1]["status"] == "complete"


def test_a_database_that_fails_does_not_lose_the_feed(farm: Farm) -> None:
    with closing(sqlite3.connect(farm.database)) as connection:
        connection.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON scrape_log "
            "BEGIN SELECT RAISE(ABORT, 'refused by a test'); END"
        )
        connection.commit()
        try:
            file = farm.folder / "kept-workers.csv"
            done = crawl(farm, "-O", str(file))
        finally:
            connection.execute("DROP TRIGGER refuse")
            connection.commit()
    assert done.returncode == 2
    assert "refused by a test" in done.stderr
    assert len(table(file)) == 1 + 5


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (["-o", "-:csv"], "CSV on standard output would mix several tables"),
        (["-s", 'FEEDS={"x.xlsx": {"format": "xlsx"}}'], "a feed's format is 'xlsx'"),
        (["-s", 'FEEDS={"gopher://x/workers.csv": {}}'], "a feed's place is 'gopher'"),
    ],
)
def test_a_feed_that_cannot_be_is_a_usage_error(farm: Farm, args: list[str], says: str) -> None:
    before = len(farm.of_pool("scrape_log", "plain"))
    done = crawl(farm, *args)
    assert done.returncode == 1
    assert f"error: {says}" in done.stderr
    assert "Traceback" not in done.stderr
    assert len(farm.of_pool("scrape_log", "plain")) == before
