"""The one module that opens the database."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

from kzscraper import options
from kzscraper.exceptions import BusyError, StoreError

SCHEMA_VERSION = 1

Parameters = Sequence[Any] | Mapping[str, Any]


class Database:
    """An open database. Every error names the file; every write is one explicit transaction."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def from_settings(cls, settings: options.SettingsLike, *, create: bool = False) -> Database:
        """Opens KZ_DATABASE; with `create` a missing file is made, else it raises StoreError."""
        return cls.open(
            options.DATABASE.read(settings),
            create=create,
            busy_timeout=options.BUSY_TIMEOUT.read(settings),
            journal_mode=options.JOURNAL_MODE.read(settings),
        )

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        create: bool = False,
        busy_timeout: float = float(options.BUSY_TIMEOUT.default),
        journal_mode: str = options.JOURNAL_MODE.default,
    ) -> Database:
        """Opens the file, brings its schema up to date and checks that it can be written.

        busy_timeout: seconds. Raises StoreError, also where the file is of a newer version.
        """
        is_new = _make_private_file(path) if create else _must_exist(path)
        with _explained(path):
            # Visits are written from worker threads, one at a time.
            connection = sqlite3.connect(
                path.absolute(),  # else a file named :memory: would not be one
                timeout=busy_timeout,
                isolation_level=None,
                check_same_thread=False,
            )
        connection.row_factory = sqlite3.Row
        database = cls(path, connection)
        try:
            database._refuse_foreign()  # before anything is written, its journal mode included
            with _explained(path):
                connection.execute("PRAGMA foreign_keys = ON")
                _set_journal_mode(connection, journal_mode, is_new)
                # A power cut must not lose a visit that was reported as stored.
                connection.execute("PRAGMA synchronous = FULL")
            database._prepare_schema()
            database._check_writable()
        except StoreError:
            connection.close()
            raise
        return database

    def _refuse_foreign(self) -> None:
        version = self._version()
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"{self.path} was written by a newer version of this program (schema {version}, "
                f"this program knows {SCHEMA_VERSION}): update the program"
            )
        for table in ("pool_summary", "worker_status", "daily_earnings", "anomaly_log"):
            columns = {row["name"] for row in self.rows(f"PRAGMA table_info({table})")}
            if columns and "pool_id" not in columns:
                raise StoreError(
                    f"{self.path} is a database of another program: its table {table} has no "
                    "pool_id; name another file with KZ_DATABASE"
                )

    def _prepare_schema(self) -> None:
        with self.transaction():
            if self._version() < SCHEMA_VERSION:
                schema = files("kzscraper.store").joinpath("schema.sql").read_text("utf-8")
                for statement in _statements(schema):
                    self.execute(statement)
                self.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")

    def _check_writable(self) -> None:
        """BEGIN IMMEDIATE alone succeeds on a file that this user may only read.

        A file that another program is writing to can be written, in a moment.
        """
        try:
            self.execute("BEGIN IMMEDIATE")
        except BusyError:
            return
        try:
            self.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
        finally:
            self._roll_back()

    def _version(self) -> int:
        return int(self.one("PRAGMA user_version")[0])

    def rows(self, sql: str, parameters: Parameters = ()) -> list[sqlite3.Row]:
        with _explained(self.path):
            return self._connection.execute(sql, parameters).fetchall()

    def one(self, sql: str, parameters: Parameters = ()) -> Any:
        """The first row, or None."""
        with _explained(self.path):
            return self._connection.execute(sql, parameters).fetchone()

    def execute(self, sql: str, parameters: Parameters = ()) -> sqlite3.Cursor:
        with _explained(self.path):
            return self._connection.execute(sql, parameters)

    def execute_many(self, sql: str, parameters: Sequence[Parameters]) -> None:
        with _explained(self.path):
            self._connection.executemany(sql, parameters)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing. IMMEDIATE, as a lock that is taken later does not wait for its turn."""
        self.execute("BEGIN IMMEDIATE")
        try:
            yield
            self.execute("COMMIT")
        except BaseException:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        # After a full disk SQLite has rolled back by itself.
        if self._connection.in_transaction:
            self.execute("ROLLBACK")

    def close(self) -> None:
        self._connection.close()

    def __enter__(self) -> Database:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        code = _code(error)
        kind = BusyError if code in ("SQLITE_BUSY", "SQLITE_LOCKED") else StoreError
        raise kind(f"database {path}: {error}{_ADVICE.get(code, '')}") from error


def _code(error: sqlite3.Error) -> str:
    # Extended codes begin with the name of the plain one: SQLITE_READONLY_DBMOVED.
    return "_".join(getattr(error, "sqlite_errorname", "").split("_")[:2])


_ADVICE = {
    "SQLITE_BUSY": "; another program holds the write lock: try again, or raise KZ_BUSY_TIMEOUT",
    "SQLITE_READONLY": "; give this user the right to write the file and its folder",
    "SQLITE_CANTOPEN": "; check that the folder exists and may be written (KZ_DATABASE)",
    "SQLITE_FULL": "; free disk space: nothing of this transaction was stored",
    "SQLITE_NOTADB": "; name another file with KZ_DATABASE: this one was left as it is",
    "SQLITE_CORRUPT": "; restore it from a backup",
}


def _must_exist(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        raise StoreError(f"database {path} does not exist: `scrapy db init` makes it") from None
    except OSError as error:
        raise StoreError(
            f"database {path} cannot be opened: {error.strerror}{_ADVICE['SQLITE_CANTOPEN']}"
        ) from error
    return False


def _make_private_file(path: Path) -> bool:
    """Makes the file readable by its owner only, as it holds observer links; False if it exists."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        return False
    except OSError as error:
        raise StoreError(
            f"database {path} cannot be made: {error.strerror}{_ADVICE['SQLITE_CANTOPEN']}"
        ) from error
    return True


def has_wal_reset_fix(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the bug that can lose committed rows of a WAL database."""
    return (
        version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)
    )


def _set_journal_mode(connection: sqlite3.Connection, wanted: str, is_new: bool) -> None:
    present = connection.execute("PRAGMA journal_mode").fetchone()[0]
    if wanted == "auto":
        may_be_wal = has_wal_reset_fix(sqlite3.sqlite_version_info)
        if may_be_wal and (is_new or present == "wal"):
            wanted = "wal"
        elif present == "wal" or is_new:
            wanted = "delete"
        else:
            wanted = present
    if wanted != present:
        connection.execute(f"PRAGMA journal_mode = {wanted}")


def _statements(script: str) -> Iterator[str]:
    """The script's statements, one by one: executescript() would commit our transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
