"""FEEDS as a user sets them, and as Scrapy gets them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings

from kzscraper.exceptions import ConfigurationError
from kzscraper.feeds.addon import TidyFeeds
from kzscraper.feeds.columns import EARNINGS, KINDS, SCRAPES, SUMMARY, WORKERS, Kind, columns_of

ALL = frozenset({"statistics", "balance", "workers", "earnings"})
CSV = {"format": "csv"}
JSON = {"format": "json", "overwrite": True}


def completed(
    feeds: Any, wanted: frozenset[str] = ALL, **settings: Any
) -> dict[str, dict[str, Any]]:
    given = Settings(settings)
    given.set("FEEDS", feeds, priority="cmdline")
    TidyFeeds(wanted).update_settings(given)
    assert given.getpriority("FEEDS") == 40  # the command line's
    return dict(given.getdict("FEEDS"))


def table(kind: Kind, **options: Any) -> dict[str, Any]:
    path = f"kzscraper.items.{kind.item_class.__name__}"
    return {**options, "item_classes": [path], "fields": list(kind.columns)}


@pytest.mark.parametrize(
    ("uri", "feed", "expected"),
    [
        ("workers.csv", CSV, {"workers.csv": table(WORKERS, **CSV)}),
        ("a/summary.json", JSON, {"a/summary.json": table(SUMMARY, **JSON)}),
        ("workers/pools.json", JSON, {"workers/pools.json": {**JSON, "fields": columns_of(KINDS)}}),
        (
            "two-workers-earnings.json",
            JSON,
            {"two-workers-earnings.json": {**JSON, "fields": columns_of(KINDS)}},
        ),
        (
            "ftp://host/%(day)s/pools.v2.csv.gz",
            CSV,
            {
                f"ftp://host/%(day)s/pools.v2-{kind.name}.csv.gz": table(kind, **CSV)
                for kind in KINDS
            },
        ),
        ("pools", CSV, {f"pools-{kind.name}": table(kind, **CSV) for kind in KINDS}),
        # %(name)s is the spider's name, whatever that is.
        (
            "%(summary)s.csv",
            CSV,
            {f"%(summary)s-{kind.name}.csv": table(kind, **CSV) for kind in KINDS},
        ),
    ],
)
def test_a_feed_holds_what_its_name_says(
    uri: str, feed: dict[str, Any], expected: dict[str, Any]
) -> None:
    assert completed({uri: feed}) == expected


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [
        ({"statistics", "balance"}, SUMMARY),
        ({"workers"}, WORKERS),
        ({"earnings"}, EARNINGS),
    ],
)
@pytest.mark.parametrize("uri", ["today.csv", "stdout:"])
def test_csv_of_a_spider_of_one_part_holds_that(wanted: set[str], kind: Kind, uri: str) -> None:
    assert completed({uri: CSV}, frozenset(wanted)) == {uri: table(kind, **CSV)}


def test_what_a_feed_says_itself_goes_before_its_name() -> None:
    feed = {
        "format": "csv",
        "item_classes": ["kzscraper.items.PoolScrape"],
        "fields": {"pool_id": "Pool"},
    }
    assert completed({"workers.csv": feed}) == {"workers.csv": feed}
    several = {"format": "json", "item_classes": [SUMMARY.item_class, WORKERS.path]}
    [found] = completed({"x.json": several}).values()
    assert found == {**several, "fields": columns_of([SUMMARY, WORKERS])}


def test_other_items_are_left_to_their_owner() -> None:
    feed = {"format": "csv", "item_classes": [dict]}
    assert completed({"workers.csv": feed}) == {"workers.csv": feed}
    assert completed({"workers.csv": CSV}, frozenset()) == {"workers.csv": CSV}


def test_columns_of_the_settings_are_kept() -> None:
    [found] = completed(
        {"workers.csv": CSV}, FEED_EXPORT_FIELDS="worker_name,observer_url"
    ).values()
    assert "fields" not in found


def test_feeds_may_be_json_and_paths(tmp_path: Path) -> None:
    assert completed('{"workers.csv": {"format": "csv"}}') == {"workers.csv": table(WORKERS, **CSV)}
    path = tmp_path / "scrapes.csv"
    assert completed({path: {}}) == {str(path): table(SCRAPES)}


@pytest.mark.parametrize(
    ("uri", "feed", "says"),
    [
        ("stdout:", CSV, "CSV on standard output would mix several tables"),
        ("workers.xlsx", {"format": "xlsx"}, "format is 'xlsx', which is not one of csv, .*xml"),
        ("workers", {}, "format is '', which is not one of"),
        ("gopher://user:secret@host/workers.csv", CSV, "place is 'gopher', which is not one of"),
    ],
)
def test_a_feed_that_cannot_be_is_refused(uri: str, feed: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says) as caught:
        completed({uri: feed})
    assert "secret" not in str(caught.value)
