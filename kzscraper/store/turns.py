"""Long jobs in short transactions, between which programs that wait get their turn."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from kzscraper.exceptions import BusyError
from kzscraper.store.database import Database

T = TypeVar("T")

_SECONDS = 0.02  # that the work in a transaction should take; COMMIT takes what the disk needs
_BATCHES = range(500, 4000)  # rows in one, the least and the most
# SQLite asks for a lock again after 100 ms at the latest, however long it has waited: in a pause of
# this length every waiting program has asked.
_PAUSE = 0.1
_PATIENCE_MS = 150  # before a transaction lets others go first


class Turns:
    """`rest` is what is done between two transactions."""

    def __init__(
        self, database: Database, patience: float, rest: Callable[[float], None] = time.sleep
    ) -> None:
        """patience: seconds to try for where other programs keep the database busy."""
        self._database = database
        self._patience = patience
        self._rest = rest
        self.batch = _BATCHES.start  # rows that one transaction should be about

    @contextlib.contextmanager
    def _impatient(self) -> Iterator[None]:
        """Within, the database waits for locks only briefly: who waits to commit holds one."""
        before = self._database.one("PRAGMA busy_timeout")[0]
        self._database.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
        try:
            yield
        finally:
            self._database.execute(f"PRAGMA busy_timeout = {before}")

    def take(self, work: Callable[[], T]) -> T:
        """Does the work in a transaction of its own: again, if others were busy. Then rests."""
        deadline = time.monotonic() + self._patience
        while True:
            begun = time.monotonic()
            try:
                with self._impatient(), self._database.transaction():
                    locked = time.monotonic()
                    result = work()
                    worked = time.monotonic() - locked
            except BusyError:
                if time.monotonic() > deadline:
                    raise
                self._rest(_PAUSE)
            else:
                self._adapt(worked)
                self._rest(max(_PAUSE, time.monotonic() - begun))
                return result

    def _adapt(self, worked: float) -> None:
        if worked > _SECONDS:
            self.batch = max(_BATCHES.start, self.batch // 2)
        elif worked < _SECONDS / 2:
            self.batch = min(_BATCHES.stop, self.batch + 500)
