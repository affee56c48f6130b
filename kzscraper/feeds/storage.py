from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from scrapy import Spider
from scrapy.extensions.feedexport import FileFeedStorage as ScrapyFileFeedStorage

from kzscraper.feeds.guarded_file import GuardedFile


class FileFeedStorage(ScrapyFileFeedStorage):
    """A feed on disk whose failure is told once, when it is closed, and harms nothing else.

    An error that is raised while items are written would be logged for each of them, and keep them
    from the feeds that come after. Scrapy counts and logs what `store` raises.
    """

    def __init__(self, uri: str, *, feed_options: dict[str, Any] | None = None) -> None:
        super().__init__(uri, feed_options=feed_options)
        self._options = feed_options or {}

    def open(self, spider: Spider) -> IO[bytes]:
        return GuardedFile(lambda: self._open(spider))  # type: ignore[return-value]

    def _open(self, spider: Spider) -> IO[bytes]:
        if self.write_mode == "ab" and self._options.get("format") == "csv":
            _refuse_other_columns(Path(self.path), self._options)
        return super().open(spider)

    def store(self, file: IO[bytes]) -> None:
        """Raises the error that the file met first."""
        if isinstance(file, GuardedFile):
            file.finish()


def _refuse_other_columns(path: Path, options: Mapping[str, Any]) -> None:
    """Rows are not appended to a table that has other columns."""
    fields = options.get("fields")
    if not fields or options.get("postprocessing") or not path.exists():
        return
    wanted = list(fields.values() if isinstance(fields, Mapping) else fields)
    with path.open(
        encoding=options.get("encoding") or "utf-8", errors="replace", newline=""
    ) as file:
        present = next(csv.reader(io.StringIO(file.readline())), wanted)
    if present != wanted:
        raise OSError(f"{path} has other columns: name another file, or overwrite it with -O")
