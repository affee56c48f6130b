from __future__ import annotations

import io
from collections.abc import Callable
from typing import IO, Any


class GuardedFile(io.BufferedIOBase):
    """Takes all that is written, even if it cannot be opened or filled; `finish` raises why."""

    def __init__(self, open_file: Callable[[], IO[bytes]]) -> None:
        self._file: IO[bytes] | None = None
        self._error: OSError | None = None
        try:
            self._file = open_file()
        except OSError as error:
            self._error = error

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._file.tell() if self._file else 0

    def write(self, data: Any) -> int:
        if self._file and not self._error:
            try:
                self._file.write(data)
            except OSError as error:
                self._error = error
        return len(data)

    def finish(self) -> None:
        """Raises the first error."""
        try:
            if self._file:
                self._file.close()
        except OSError as error:
            self._error = self._error or error
        self.close()
        if self._error:
            raise self._error
