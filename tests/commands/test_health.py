"""`scrapy health`: on a fresh, a stale, a failing and a missing database."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kzscraper import units
from kzscraper.items import PoolScrape, Visit
from kzscraper.store.database import Database
from kzscraper.store.spool import Spool
from tests.commands.conftest import RunCommand, error_of
from tests.conftest import Completed


def ago(minutes: float) -> str:
    return units.utc_text(datetime.now(UTC) - timedelta(minutes=minutes))


Execute = Callable[..., None]


@pytest.fixture
def execute(registered: Path) -> Execute:
    """Changes the database: of its two pools kzpool_001 is active."""

    def run(sql: str, *parameters: object) -> None:
        with Database.open(registered) as database:
            database.execute(sql, parameters)

    return run


def visit(execute: Execute, pool_id: str, minutes: float, status: str = "complete") -> None:
    execute(
        "INSERT INTO scrape_log (timestamp, pool_id, spider, status) VALUES (?, ?, 'kzpool', ?)",
        *(ago(minutes), pool_id, status),
    )


def anomaly(execute: Execute, pool_id: str, severity: str = "HIGH", resolved: int = 0) -> None:
    execute(
        "INSERT INTO anomaly_log (timestamp, pool_id, anomaly_type, severity, resolved) "
        "VALUES ('2026-11-23 10:00:00', ?, 'HASHRATE_DROP', ?, ?)",
        *(pool_id, severity, resolved),
    )


def healthy(done: Completed) -> str:
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    [line] = done.stdout.splitlines()
    assert line.startswith("healthy: 1 pool(s), ")
    return line


def unhealthy(done: Completed) -> str:
    assert (done.returncode, done.stderr) == (2, ""), done.stdout
    [line] = done.stdout.splitlines()
    assert line.startswith("UNHEALTHY: ")
    return line.removeprefix("UNHEALTHY: ")


def test_a_pool_that_was_just_read_is_healthy(scrapy: RunCommand, execute: Execute) -> None:
    visit(execute, "kzpool_001", 300, "complete")
    visit(execute, "kzpool_001", 3.5, "complete")
    visit(execute, "kzpool_001", 1, "partial")  # what came after is no complete visit
    line = healthy(scrapy("health"))
    assert "read completely 3 min ago or less; no open HIGH incident; " in line
    assert line.endswith(" MB free; spool empty")


def test_a_pool_that_was_just_added_is_healthy(scrapy: RunCommand, registered: Path) -> None:
    assert "1 of them new and not read yet" in healthy(scrapy("health"))


@pytest.mark.parametrize(
    ("minutes", "settings", "says"),
    [
        (26, {}, "(26 min, limit 25 min)"),
        (16, {"KZ_STALE_MINUTES": "15"}, "(16 min, limit 15 min)"),
        (-60, {}, "kzpool_001: its newest visit lies in the future: is the clock right?"),
    ],
)
def test_an_old_visit_is_stale(
    scrapy: RunCommand, execute: Execute, minutes: float, settings: dict[str, str], says: str
) -> None:
    visit(execute, "kzpool_001", minutes)
    visit(execute, "kzpool_001", 1, "failed")
    assert says in unhealthy(scrapy("health", **settings))


def test_what_it_says_stays_the_same_while_it_lasts(scrapy: RunCommand, execute: Execute) -> None:
    visit(execute, "kzpool_001", 26)
    [when] = re.findall(r"no complete visit since (\S+ \S+) \(", unhealthy(scrapy("health")))
    assert units.parse_utc(when) < datetime.now(UTC) - timedelta(minutes=25)


def test_a_limit_can_be_wider(scrapy: RunCommand, execute: Execute) -> None:
    visit(execute, "kzpool_001", 26)
    healthy(scrapy("health", "-s", "KZ_STALE_MINUTES=30"))


def test_a_pool_that_was_never_read_is_stale_after_a_while(
    scrapy: RunCommand, execute: Execute
) -> None:
    execute("UPDATE pool_metadata SET created_at = ?", ago(60))
    found = unhealthy(scrapy("health"))
    assert found.startswith("kzpool_001: not read since it was added, 20")
    assert found.endswith(" (1 h, limit 25 min)")
    execute("UPDATE pool_metadata SET created_at = 'last week'")  # another program's form
    assert unhealthy(scrapy("health")) == "kzpool_001: never read completely"


def test_pools_that_are_not_ours_do_not_count(scrapy: RunCommand, execute: Execute) -> None:
    visit(execute, "kzpool_001", 1)
    visit(execute, "kzpool_002", 9999)  # inactive
    execute(
        "INSERT INTO pool_metadata (pool_id, observer_url, active) "
        "VALUES ('antpool_001', 'https://antpool.com/x', 1)"
    )
    anomaly(execute, "antpool_001")
    anomaly(execute, "kzpool_002")
    anomaly(execute, "kzpool_001", "MEDIUM")
    anomaly(execute, "kzpool_001", "HIGH", resolved=1)
    healthy(scrapy("health"))


def test_an_open_high_incident_is_told_unless_there_is_maintenance(
    scrapy: RunCommand, execute: Execute
) -> None:
    visit(execute, "kzpool_001", 1)
    anomaly(execute, "kzpool_001")
    expected = "kzpool_001: HIGH HASHRATE_DROP since 2026-11-23 10:00:00"
    assert unhealthy(scrapy("health")) == expected
    assert (
        scrapy("anomalies", "mute", "kzpool_001", "--until", "2h", "--reason", "x").returncode == 0
    )
    assert "no open HIGH incident (1 in maintenance)" in healthy(scrapy("health"))


def test_visits_in_the_spool_and_a_full_disk_are_told(
    scrapy: RunCommand, execute: Execute, path: Path
) -> None:
    visit(execute, "kzpool_001", 1)
    Spool(path).put(Visit(PoolScrape(ago(2), "kzpool_001", "kzpool", "complete")))
    found = unhealthy(scrapy("health", KZ_DISK_MIN_MB="999999999"))
    disk, spool = found.split("; ")
    assert disk.startswith("less than 999999999 MB free (")
    assert spool == "visits wait in the spool to be stored (1, 0 kB)"


def test_json_tells_everything(scrapy: RunCommand, execute: Execute) -> None:
    visit(execute, "kzpool_001", 40)
    anomaly(execute, "kzpool_001")
    done = scrapy("health", "--format", "json")
    assert done.returncode == 2
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["healthy"] is False
    assert len(found["problems"]) == 2
    [pool] = found["pools"]
    assert pool["pool_id"] == "kzpool_001"
    assert 2400 <= pool["age_s"] < 2500
    [incident] = found["open_high_incidents"]
    assert (incident["anomaly_type"], incident["is_muted"]) == ("HASHRATE_DROP", False)
    assert (found["spool_files"], found["limits"]["stale_minutes"]) == (0, 25)


@pytest.mark.parametrize(
    ("args", "env", "says"),
    [
        (["health", "now"], {}, "`scrapy health` takes no arguments"),
        (["health", "--format", "xml"], {}, "invalid choice"),
        (["health"], {"KZ_STALE_MINUTES": "soon"}, "KZ_STALE_MINUTES='soon'"),
        (["health"], {"KZ_OBSERVER_HOSTS": "example.com"}, "no active pool with an observer link"),
    ],
)
def test_what_cannot_be_told_ends_with_1(
    scrapy: RunCommand, registered: Path, args: list[str], env: dict[str, str], says: str
) -> None:
    assert says in error_of(scrapy(*args, **env))


def test_json_says_why_it_cannot_be_told(scrapy: RunCommand, path: Path) -> None:
    done = scrapy("health", "--format", "json")
    assert done.returncode == 1
    assert json.loads(done.stdout) == {
        "healthy": None,
        "problems": [f"database {path} does not exist: `scrapy db init` makes it"],
    }
    assert done.stderr.startswith("error: database ")


def test_it_makes_and_changes_nothing(scrapy: RunCommand, execute: Execute, path: Path) -> None:
    visit(execute, "kzpool_001", 1)
    before = path.read_bytes()
    path.chmod(0o400)
    healthy(scrapy("health"))
    assert path.read_bytes() == before
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    path.unlink()
    assert "does not exist" in error_of(scrapy("health"))
    assert list(path.parent.iterdir()) == []
