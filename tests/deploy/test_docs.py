"""What docs/ says, against what there is."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest

from kzscraper.anomalies.incidents import Policy
from kzscraper.anomalies.rules import RULES
from kzscraper.items import DailyEarnings, PoolScrape, PoolSummary, Visit, WorkerStatus
from kzscraper.page.diagnosis import FailureKind
from kzscraper.store import registry
from kzscraper.store.database import Database
from kzscraper.store.visits import write
from tests.conftest import ROOT, run_scrapy

DOCS = ROOT / "docs"
PAGES = sorted(DOCS.glob("*.md"))
LINK = re.compile(r"\]\(([^)#]+)(#[^)]*)?\)")
COMMAND = re.compile(r"^ {4}(?:.*?/)?scrapy ([a-z].*)$", re.MULTILINE)
SQL = re.compile(r"```sql\n(.+?)```", re.DOTALL)


def text_of(name: str) -> str:
    return (DOCS / name).read_text("utf-8")


def test_there_is_a_page_for_each_need() -> None:
    needed = {"data.md", "deployment.md", "development.md", "operations.md"}
    assert needed <= {page.name for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target, _ in LINK.findall(page.read_text("utf-8")):
        assert (page.parent / target).exists(), target


def test_files_that_are_named_exist() -> None:
    named = re.findall(
        r"`((?:kzscraper|tests|deploy|tools)/[\w./-]+)`", "".join(map(Path.read_text, PAGES))
    )
    assert len(named) > 10
    for name in named:
        assert (ROOT / name).exists() or "NAME" in name, name


def test_commands_and_their_options_exist() -> None:
    helps: dict[str, str] = {}
    commands = [c for page in PAGES for c in COMMAND.findall(page.read_text("utf-8"))]
    assert len(commands) > 15
    for command in commands:
        words = command.split()
        if words[0] not in helps:
            helps[words[0]] = run_scrapy(words[0], "-h", env={}).stdout
        assert "Usage" in helps[words[0]], command
        for option in re.findall(r"(?<!\S)--[a-z_-]+", command):
            assert option in helps[words[0]], command


def test_operations_knows_every_incident_and_failure() -> None:
    text = text_of("operations.md")
    for name in (*RULES, *get_args(FailureKind)):
        assert f"| `{name}` |" in text


def test_operations_knows_every_line_of_the_log() -> None:
    text = text_of("operations.md")
    calls = "".join(file.read_text("utf-8") for file in (ROOT / "kzscraper").rglob("*.py"))
    formats = re.findall(r'logger\.(?:info|warning|error|critical)\(\s*"(.+?)"', calls)
    # The longest words between two values, such as `not judged` of "%s: not judged: %s".
    words = [max(re.split("%[sd]", one), key=len).strip(" :,") for one in formats]
    assert len(words) > 5
    assert [one for one in words if one not in text] == []


def test_data_knows_every_column_and_view(tmp_path: Path) -> None:
    text = text_of("data.md")
    with Database.open(tmp_path / "pools.db", create=True) as database:
        for table in ("pool_metadata", "pool_summary", "worker_status", "daily_earnings"):
            for column in database.rows(f"PRAGMA table_info({table})"):
                assert f"`{column['name']}`" in text
        for view in database.rows("SELECT name FROM sqlite_schema WHERE type = 'view'"):
            assert f"| `{view['name']}` |" in text


def test_the_queries_work(tmp_path: Path) -> None:
    path = tmp_path / "pools.db"
    with Database.open(path, create=True) as database:
        link = "https://btcpool.kz/observer-link/0123456789abcdef0123456789abcdef"
        registry.add(database, registry.Pool("kzpool_001", observer_url=link, client_name="A"))
        now = database.one("SELECT datetime('now')")[0]
        same = (now, "kzpool_001", link)
        visit = Visit(
            PoolScrape(now, "kzpool_001", "kzpool", "complete", workers_read=2),
            [PoolSummary(*same, current_hashrate="37.405 PH/s", balance="0.01864218BTC")],
            [WorkerStatus(*same, "a.1", "ONLINE"), WorkerStatus(*same, "a.2", "OFFLINE")],
            [
                DailyEarnings("kzpool_001", link, f"2026-10-{day:02}", "0.10000001", None, now)
                for day in range(1, 31)
            ],
        )
        write(database, visit, Policy(1, 2))
    queries = SQL.findall(text_of("data.md"))
    assert len(queries) >= 6
    with closing(sqlite3.connect(path)) as connection:
        found = [connection.execute(query).fetchall() for query in queries]
    assert found[1][0][1] == 37.405
    assert found[2] == [("a.2", "OFFLINE", None)]
    assert found[3] == [("kzpool_001", 1, 1.0)]
    assert found[5] == [("A", "2026-10", "3.00000030")]
