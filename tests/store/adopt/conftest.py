"""Adopting, and databases of the predecessor to adopt."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kzscraper.store.adopt import choices, job
from kzscraper.store.adopt.job import Adoption
from kzscraper.store.adopt.tally import Tally
from kzscraper.store.database import Database
from kzscraper.store.turns import Turns

HOSTS = ("btcpool.kz", "new.btcpool.kz")
Adopt = Callable[..., Adoption]


@contextlib.contextmanager
def quiet(rows: int) -> Iterator[Callable[[int, str], None]]:
    yield lambda *_: None


@pytest.fixture
def adopt(database: Database) -> Adopt:
    """`adopt(path, "KEY=POOL_ID", …)`"""

    def run(path: Path, *maps: str, dry_run: bool = False) -> Adoption:
        turns = Turns(database, 30, lambda _: None)
        chosen = choices.read(maps)
        return job.adopt(database, path, chosen, HOSTS, turns, quiet, dry_run=dry_run)

    return run


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """Where a database of the predecessor may be made."""
    folder = tmp_path / "old"
    folder.mkdir()
    return folder / "old.db"


def tally(done: Adoption, table: str) -> Tally:
    [found] = [one for one in done.tallies if one.table == table]
    assert found.read == found.taken + found.merged + found.present + found.refused
    return found


def rows(database: Database, table: str) -> list[dict[str, object]]:
    return [dict(row) for row in database.rows(f"SELECT * FROM {table} ORDER BY id")]
