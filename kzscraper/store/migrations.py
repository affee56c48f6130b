"""The versions of the schema: steps that are taken in order, each in a transaction of its own.

A new file takes all steps, too, so that it is no different from one that has grown old. A step that
has been released stays as it is; a change of the schema is one more step.

Two things tell a file's version. PRAGMA user_version is what other versions of this program look
at; in a file that is shared it belongs to this program. The table schema_step is our own record:
another program that sets user_version back cannot make us take a step twice.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from kzscraper.exceptions import StoreError
from kzscraper.store import snapshot

if TYPE_CHECKING:
    from kzscraper.store.database import Database

_WORTH_A_BACKUP = (
    "pool_metadata",
    "pool_summary",
    "worker_status",
    "daily_earnings",
    "anomaly_log",
)


@dataclass(frozen=True)
class Step:
    """Leads from the version before to `version`, inside the caller's transaction."""

    version: int
    take: Callable[[Database], None]


def _script(name: str) -> Callable[[Database], None]:
    def take(database: Database) -> None:
        for statement in _statements(files("kzscraper.store").joinpath(name).read_text("utf-8")):
            database.execute(statement)

    return take


STEPS = (Step(1, _script("schema.sql")),)
SCHEMA_VERSION = STEPS[-1].version


def version(database: Database) -> int:
    """The last step that was taken; 0 where this program has not been yet."""
    if not _has_table(database, "schema_step"):
        return 0
    return int(database.one("SELECT COALESCE(MAX(version), 0) FROM schema_step")[0])


def refuse_newer(database: Database, known: int = SCHEMA_VERSION) -> None:
    """Raises StoreError for a file that a newer version of this program has changed."""
    ours, published = version(database), int(database.one("PRAGMA user_version")[0])
    if ours <= known < published:
        raise StoreError(
            f"{database.path} was written by a newer version of this program (schema {published}, "
            f"this program knows {known}): update the program; if another program has set the "
            f"file's user_version to {published}, `PRAGMA user_version = {ours}` sets it back"
        )
    if ours > known:
        raise StoreError(
            f"{database.path} was written by a newer version of this program (schema {ours}, "
            f"this program knows {known}): update the program"
        )


def upgrade(database: Database, steps: Sequence[Step] = STEPS) -> None:
    """Takes the steps that are missing, and makes a backup beside the file before the first."""
    with database.transaction():
        missing = [step for step in steps if step.version > version(database)]
    if missing and any(_has_rows(database, table) for table in _WORTH_A_BACKUP):
        try:
            snapshot.beside(database, f"before-version-{missing[-1].version}")
        except StoreError as error:
            raise StoreError(
                f"{database.path} has to be upgraded, but no backup of it can be made first: "
                f"{error}; nothing was changed"
            ) from error
    for step in missing:
        with database.transaction():
            if step.version > version(database):  # else another process was faster
                step.take(database)
                database.execute("INSERT INTO schema_step (version) VALUES (?)", (step.version,))
                database.execute(f"PRAGMA user_version = {step.version}")


def _has_table(database: Database, name: str) -> bool:
    sql = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return database.one(sql, (name,)) is not None


def _has_rows(database: Database, table: str) -> bool:
    return _has_table(database, table) and bool(database.one(f"SELECT 1 FROM {table} LIMIT 1"))


def _statements(script: str) -> Iterator[str]:
    """The script's statements, one by one: executescript() would commit our transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
