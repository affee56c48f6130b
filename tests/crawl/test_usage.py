"""What a user can do wrong: a clear error, exit code 1, no traceback, nothing lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import run_scrapy

TOKEN = "4828a3fecdaa48eebfa475021b4e8d8d"
LINK = f"https://btcpool.kz/observer-link/{TOKEN}"


@pytest.fixture
def database(tmp_path: Path) -> str:
    """A database with one pool."""
    path = str(tmp_path / "pools.db")
    done = run_scrapy("pools", "add", "kzpool_001", "--url", LINK, env={"KZ_DATABASE": path})
    assert done.returncode == 0, done.stderr
    return path


@pytest.mark.parametrize(
    ("args", "env", "says"),
    [
        (["crawl", "kzpool", "-a", "pool_id=kzpool_009"], {}, "kzpool_009 is not registered"),
        (["crawl", "kzpool", "-a", "client=Nobody"], {}, "no active pool of client 'Nobody'"),
        (["crawl", "kzpool", "-a", "pool=kzpool_001"], {}, "spider argument 'pool' is unknown"),
        (["crawl", "kzpol"], {}, "spider kzpol is unknown"),
        (["crawl"], {}, "name one spider"),
        (["crawl", "kzpool", "--nosuch"], {}, "name one spider"),
        (["crawl", "kzpool"], {"KZ_VISIT_TIMEOUT": "soon"}, "KZ_VISIT_TIMEOUT='soon'"),
        (["crawl", "kzpool"], {"KZ_HASHRATE_DROP_HIGH": "30"}, "KZ_HASHRATE_DROP_HIGH='30'"),
        (["crawl", "kzpool"], {"KZ_OBSERVER_HOSTS": "example.com"}, "no active pool"),
        (
            ["crawl", "kzpool", "-a", "pool_id=kzpool_001"],
            {"KZ_OBSERVER_HOSTS": "example.com"},
            "is on btcpool.kz, which is not one of KZ_OBSERVER_HOSTS (example.com)",
        ),
        (["crawl", "kzpool"], {"KZ_CHROMIUM": "/nowhere/chromium"}, "KZ_CHROMIUM"),
        (
            ["crawl", "kzpool"],
            {"PATH": "/nowhere", "PLAYWRIGHT_BROWSERS_PATH": "/nowhere"},
            "apt install chromium",
        ),
    ],
)
def test_a_mistake_is_explained(
    database: str, args: list[str], env: dict[str, str], says: str
) -> None:
    done = run_scrapy(*args, env={"KZ_DATABASE": database, **env})
    assert done.returncode == 1
    assert "error: " in done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert TOKEN not in done.stderr + done.stdout


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("absent.db", "does not exist"),
        ("no/such/folder.db", "does not exist"),
        ("text.db", "not a database"),
        ("folder.db", "unable to open"),
    ],
)
def test_a_database_that_cannot_be_used_is_named(tmp_path: Path, name: str, says: str) -> None:
    (tmp_path / "text.db").write_text("a text file, not a database at all, " * 50)
    (tmp_path / "folder.db").mkdir()
    done = run_scrapy("crawl", "kzpool", env={"KZ_DATABASE": str(tmp_path / name)})
    assert done.returncode == 1
    assert name in done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert (tmp_path / "text.db").read_text().startswith("a text file")


def test_without_pools_it_says_how_to_register_one(tmp_path: Path) -> None:
    env = {"KZ_DATABASE": str(tmp_path / "empty.db")}
    assert run_scrapy("db", "init", env=env).returncode == 0
    done = run_scrapy("crawl", "kzpool", env=env)
    assert done.returncode == 1
    assert "scrapy pools add" in done.stderr


def test_the_demo_pools_stand_nowhere_in_the_crawler() -> None:
    package = Path(__file__).parents[2] / "kzscraper"
    crawler = [p for p in package.rglob("*.py") if "demo" not in p.parts and p.name != "demo.py"]
    assert len(crawler) > 20
    for path in crawler:
        assert "kzscraper.demo" not in path.read_text("utf-8"), path


def test_every_spider_loads_and_is_listed() -> None:
    done = run_scrapy("list", env={})
    assert done.stdout.split() == ["kzpool", "kzpool_earnings", "kzpool_summary", "kzpool_workers"]
