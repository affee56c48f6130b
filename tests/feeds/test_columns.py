"""What a feed holds by its name, and the columns of each kind of item."""

from __future__ import annotations

from dataclasses import fields

import pytest

from kzscraper.feeds.columns import EARNINGS, KINDS, SCRAPES, SUMMARY, WORKERS, Kind, named
from tests.conftest import ROOT

DATA = (ROOT / "docs" / "data.md").read_text("utf-8")
HELPERS = {"sections", "gaps", "failure", "evidence", "verdicts"}


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_columns_are_the_fields_without_secrets_and_helpers(kind: Kind) -> None:
    names = [field.name for field in fields(kind.item_class)]
    assert list(kind.columns) == [
        name for name in names if name != "observer_url" and name not in HELPERS
    ]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_order_of_the_columns_is_documented(kind: Kind) -> None:
    [line] = [line for line in DATA.splitlines() if line.startswith(f"| `{kind.name}` |")]
    assert line.endswith(f"| {', '.join(f'`{column}`' for column in kind.columns)} |")


@pytest.mark.parametrize(
    ("file", "kinds"),
    [
        ("workers.csv", [WORKERS]),
        ("worker_status.csv", [WORKERS]),
        ("WorkerStatus.jsonl", [WORKERS]),
        ("WORKERS.CSV", [WORKERS]),
        ("2026-10-01-workers.csv", [WORKERS]),
        ("kzpool_workers.csv", [WORKERS]),
        ("pool_summary.csv", [SUMMARY]),
        ("summary.json", [SUMMARY]),
        ("daily_earnings.csv.gz", [EARNINGS]),
        ("DailyEarnings.xml", [EARNINGS]),
        ("scrape_log.csv", [SCRAPES]),
        ("visits.csv", [SCRAPES]),
        ("workers-and-earnings.json", [WORKERS, EARNINGS]),
        ("pools.csv", []),
        ("items.json", []),
        ("coworkers.json", []),
        ("", []),
    ],
)
def test_the_kinds_that_a_name_speaks_of(file: str, kinds: list[Kind]) -> None:
    assert named(file) == kinds
