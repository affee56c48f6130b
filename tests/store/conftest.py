"""An empty database of ours, and other programs' connections to it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kzscraper.store.database import Database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pools.db"


@pytest.fixture
def database(path: Path) -> Iterator[Database]:
    with Database.open(path, create=True) as database:
        yield database


@pytest.fixture
def other(database: Database) -> Iterator[sqlite3.Connection]:
    """Another program's connection; it does not wait for locks."""
    with closing(sqlite3.connect(database.path, timeout=0, isolation_level=None)) as connection:
        yield connection
