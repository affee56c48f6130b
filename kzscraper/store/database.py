"""The one module that opens the database."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from kzscraper import options
from kzscraper.exceptions import BusyError, StoreError
from kzscraper.store import migrations

Parameters = Sequence[Any] | Mapping[str, Any]


class Database:
    """An open database. Every error names the file; every write is one explicit transaction."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    @classmethod
    def from_settings(
        cls, settings: options.SettingsLike, *, create: bool = False, read_only: bool = False
    ) -> Database:
        """Opens KZ_DATABASE; with `create` a missing file is made, else it raises StoreError."""
        if read_only:
            return cls.open_for_reading(
                options.DATABASE.read(settings), options.BUSY_TIMEOUT.read(settings)
            )
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
            migrations.upgrade(database)
            database._check_writable()
        except StoreError:
            connection.close()
            raise
        return database

    @classmethod
    def open_for_reading(
        cls, path: Path, busy_timeout: float = float(options.BUSY_TIMEOUT.default)
    ) -> Database:
        """Opens a file as it is, also one that this user may only read: writing raises StoreError.

        Raises StoreError where the file is missing, of a newer version or another program's.
        """
        _must_exist(path)
        # SQLite itself falls back to reading. With mode=ro it could not undo a write that a crash
        # cut off, which every program does that opens the file.
        database = cls(path, _connect_for_reading(path, "mode=rw", busy_timeout))
        try:
            try:
                migrations.version(database)
            except StoreError as error:
                if _error_name(error.__cause__) != "SQLITE_READONLY_DIRECTORY":
                    raise
                # A WAL file in a folder that this user may not write, while nobody has it open.
                database.close()
                database = cls(
                    path, _connect_for_reading(path, "mode=ro&immutable=1", busy_timeout)
                )
            database._refuse_foreign()
        except StoreError:
            database.close()
            raise
        return database

    @classmethod
    def in_memory(cls) -> Database:
        """An empty one of its own, for reckoning."""
        connection = sqlite3.connect(":memory:", isolation_level=None)
        connection.row_factory = sqlite3.Row
        database = cls(Path(":memory:"), connection)
        migrations.upgrade(database)
        return database

    def _refuse_foreign(self) -> None:
        migrations.refuse_newer(self)
        for table in ("pool_summary", "worker_status", "daily_earnings", "anomaly_log"):
            columns = {row["name"] for row in self.rows(f"PRAGMA table_info({table})")}
            if columns and "pool_id" not in columns:
                raise StoreError(
                    f"{self.path} is a database of another program: its table {table} has no "
                    "pool_id; name another file with KZ_DATABASE, and `scrapy db adopt FILE` takes "
                    "over what this one holds"
                )

    def _check_writable(self) -> None:
        """BEGIN IMMEDIATE alone succeeds on a file that this user may only read.

        A file that another program is writing to can be written, in a moment.
        """
        try:
            self.execute("BEGIN IMMEDIATE")
        except BusyError:
            return
        try:
            self.execute(f"PRAGMA user_version = {migrations.SCHEMA_VERSION}")
        finally:
            self._roll_back()

    def copy_into(self, path: Path) -> None:
        """Copies the database, as it is at one moment, into an empty file; writers wait for it."""
        # The lock is taken here, as backup() would wait for it without end.
        with self.reading(), _explained(path), contextlib.closing(sqlite3.connect(path)) as copy:
            copy.execute("PRAGMA synchronous = OFF")
            self._connection.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # one file, whatever this one has

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """All that is read within is of one moment."""
        self.execute("BEGIN")
        try:
            self.one("SELECT 1 FROM sqlite_master LIMIT 1")
            yield
        finally:
            self._roll_back()

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
        advice = _OUTDATED if "no such table" in str(error) else _ADVICE.get(code, "")
        raise kind(f"database {path}: {error}{advice}") from error


def _error_name(error: BaseException | None) -> str:
    return getattr(error, "sqlite_errorname", "")


def _code(error: sqlite3.Error) -> str:
    # Extended codes begin with the name of the plain one: SQLITE_READONLY_DBMOVED.
    return "_".join(_error_name(error).split("_")[:2])


_OUTDATED = "; `scrapy db init` adds what a database of an earlier version lacks"
_ADVICE = {
    "SQLITE_BUSY": "; another program holds the write lock: try again, or raise KZ_BUSY_TIMEOUT",
    "SQLITE_READONLY": "; give this user the right to write the file and its folder",
    "SQLITE_CANTOPEN": "; check that the folder exists and may be written (KZ_DATABASE)",
    "SQLITE_FULL": "; free disk space: nothing of this transaction was stored",
    "SQLITE_NOTADB": "; name another file with KZ_DATABASE: this one was left as it is",
    "SQLITE_CORRUPT": "; restore it from a backup",
}


def _connect_for_reading(path: Path, mode: str, busy_timeout: float) -> sqlite3.Connection:
    with _explained(path):
        connection = sqlite3.connect(
            f"{path.absolute().as_uri()}?{mode}",
            uri=True,
            timeout=busy_timeout,
            isolation_level=None,
        )
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA query_only = ON")
    return connection


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
