"""A database for the commands, and what every run of one must hold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from kzscraper.store import registry
from kzscraper.store.database import Database
from kzscraper.store.registry import Pool
from tests.conftest import Completed, run_scrapy

TOKENS = ("4828a3fecdaa48eebfa475021b4e8d8d", "0123456789abcdef0123456789abcdef")
LINKS = tuple(f"https://btcpool.kz/observer-link/{token}" for token in TOKENS)
MASKED = (
    "https://btcpool.kz/observer-link/4828…8d8d",
    "https://btcpool.kz/observer-link/0123…cdef",
)

FIRST = Pool(
    "kzpool_001",
    "Main KZ Pool",
    LINKS[0],
    "ТОО Клиент",
    "Kazakhstan",
    "BTCDC Builds",
    "Almaty",
    "client@example.com",
    ("production", "high-priority"),
)
SECOND = Pool("kzpool_002", "Second Pool", LINKS[1], active=False)

RunCommand = Callable[..., Completed]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pools.db"


@pytest.fixture
def registered(path: Path) -> Path:
    """A database in which two pools are registered."""
    with Database.open(path, create=True) as database:
        registry.import_all(database, [FIRST, SECOND], replace=False)
    return path


@pytest.fixture
def scrapy(path: Path) -> RunCommand:
    """Runs a command on the database; whatever it does, it prints no traceback and no token."""

    def run(*args: str, stdin: str | None = None, **env: str) -> Completed:
        done = run_scrapy(*args, stdin=stdin, env={"KZ_DATABASE": str(path), **env})
        assert "Traceback" not in done.stderr
        if args[:2] != ("pools", "export"):
            assert not [token for token in TOKENS if token in done.stdout + done.stderr]
        return done

    return run


def pools(path: Path) -> list[Pool]:
    with Database.open(path) as database:
        return registry.pools(database)


def error_of(done: Completed) -> str:
    """The one line that a failed command prints."""
    assert done.returncode == 1, done.stderr
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith("error: ")
    return line.removeprefix("error: ")
