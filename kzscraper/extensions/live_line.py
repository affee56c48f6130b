from __future__ import annotations

import logging
import shutil
import threading
from types import TracebackType
from typing import Self, TextIO

from kzscraper.table import shorten


class LiveLine:
    """One line at the bottom of a terminal that is rewritten, and over which the log scrolls.

    While it is entered, it stands in for the terminal in the handlers of the log.
    """

    def __init__(self, terminal: TextIO) -> None:
        self._terminal = terminal
        self._text = ""
        self._lock = threading.RLock()  # log lines come from worker threads, too
        self._handlers: list[logging.StreamHandler[TextIO]] = []

    def __enter__(self) -> Self:
        for handler in logging.getLogger().handlers:
            if isinstance(handler, logging.StreamHandler) and handler.stream is self._terminal:
                handler.setStream(self)
                self._handlers.append(handler)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.show("")
        for handler in self._handlers:
            handler.setStream(self._terminal)
        self._handlers.clear()

    def show(self, text: str) -> None:
        with self._lock:
            self._text = text
            self._terminal.write(self._drawn())
            self._terminal.flush()

    def write(self, text: str) -> None:
        """A record of the log."""
        with self._lock:
            line = self._drawn() if text.endswith("\n") else ""
            self._terminal.write(f"\r\x1b[K{text}{line}")

    def flush(self) -> None:
        with self._lock:
            self._terminal.flush()

    def _drawn(self) -> str:
        # A line as wide as the terminal would begin a new one.
        return f"\r\x1b[K{shorten(self._text, shutil.get_terminal_size().columns - 1)}"
