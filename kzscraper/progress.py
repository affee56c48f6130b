"""How far a long job has got, for people: one line that is rewritten, or now and then a new one."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from typing import Self, TextIO

from kzscraper.table import shorten

_SECONDS_BETWEEN = {True: 0.1, False: 10.0}  # on a terminal; in a log file


class Progress:
    """Called with the number of rows that are done since the last call, and what they are."""

    def __init__(
        self, stream: TextIO, total: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stream = stream
        self._total = total
        self._clock = clock
        self._is_terminal = stream.isatty()
        self._done = 0
        self._next = clock() + _SECONDS_BETWEEN[self._is_terminal]

    def __call__(self, more: int, what: str) -> None:
        self._done += more
        now = self._clock()
        if now < self._next:
            return
        self._next = now + _SECONDS_BETWEEN[self._is_terminal]
        share = min(1.0, self._done / max(self._total, 1))
        line = f"{share:4.0%}  {self._done:,} of {self._total:,} rows  {what}"
        if self._is_terminal:
            self._stream.write(f"\r{shorten(line, shutil.get_terminal_size().columns - 1)}\x1b[K")
        else:
            self._stream.write(f"{line}\n")
        self._stream.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Makes room for what is printed next."""
        if self._is_terminal:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
