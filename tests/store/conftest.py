"""An empty database of ours, and other programs' connections to it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from kzscraper.store.database import Database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "pools.db"


@pytest.fixture(scope="session")
def new_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("new") / "pools.db"
    Database.open(path, create=True).close()
    return path


@pytest.fixture
def database(path: Path, new_file: Path) -> Iterator[Database]:
    shutil.copy(new_file, path)  # a quarter of the time that making one takes
    with Database.open(path) as database:
        yield database


@pytest.fixture
def other(database: Database) -> Iterator[sqlite3.Connection]:
    """Another program's connection; it does not wait for locks."""
    with closing(sqlite3.connect(database.path, timeout=0, isolation_level=None)) as connection:
        yield connection
