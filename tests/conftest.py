"""What tests of several parts share: running our commands as a user does."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kzscraper.demo.pools import DemoPool
from kzscraper.demo.site import DemoSite
from tests import warm

ROOT = Path(__file__).parent.parent

Completed = subprocess.CompletedProcess[str]


def run_scrapy(*args: str, env: Mapping[str, str], stdin: str | None = None) -> Completed:
    """`scrapy ARGS` in the project's folder, with `env` added to a clean environment."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KZ_")}
    if not any(name.startswith("PYTHON") for name in env):
        return warm.run(args, {**clean, **env}, ROOT, stdin, 240)
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *args],
        cwd=ROOT,
        env={**clean, **env},
        input=stdin,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


class Farm:
    """A demo site with some pools, a database in which they are registered, and crawls of them."""

    def __init__(self, folder: Path, pools: Iterable[DemoPool]) -> None:
        self.pools = {pool.name: pool for pool in pools}
        self.ids = {name: f"kzpool_{n:03}" for n, name in enumerate(self.pools, start=1)}
        self.folder = folder
        self.database = folder / "pools.db"
        self.site = DemoSite(self.pools.values())
        self.env = {
            "KZ_DATABASE": str(self.database),
            "KZ_OBSERVER_HOSTS": "127.0.0.1",
            "KZ_EVIDENCE_DIR": str(folder / "evidence"),
        }

    def register(self) -> None:
        entries = [
            {"pool_id": self.ids[name], "observer_url": self.site.link(pool), "pool_name": name}
            for name, pool in self.pools.items()
        ]
        done = self.scrapy("pools", "import", "-", stdin=json.dumps({"pools": entries}))
        assert done.returncode == 0, done.stderr

    def scrapy(self, *args: str, stdin: str | None = None, **env: str) -> Completed:
        return run_scrapy(*args, stdin=stdin, env={**self.env, **env})

    def crawl(self, spider: str = "kzpool", *args: str, **env: str) -> Completed:
        return self.scrapy("crawl", spider, *args, **env)

    def rows(self, sql: str, *parameters: object) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.database)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(sql, parameters)]

    def of_pool(self, table: str, name: str) -> list[dict[str, Any]]:
        """The rows of `table` of the pool of that name, in the order of their insertion."""
        return self.rows(f"SELECT * FROM {table} WHERE pool_id = ? ORDER BY id", self.ids[name])

    def one(self, table: str, name: str) -> dict[str, Any]:
        [row] = self.of_pool(table, name)
        return row


@pytest.fixture
def farm(tmp_path: Path) -> Iterator[Callable[..., Farm]]:
    """Makes farms: `farm(pool, …)`; their sites stop with the test."""
    made: list[Farm] = []

    def make(*pools: DemoPool) -> Farm:
        folder = tmp_path / f"farm{len(made)}"
        folder.mkdir()
        new = Farm(folder, pools)
        new.site.start()
        made.append(new)
        new.register()
        return new

    yield make
    for one in made:
        one.site.stop()
