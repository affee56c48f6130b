"""Statistics for the query planner, and a compact file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from kzscraper.store import snapshot
from kzscraper.store.database import Database

# Rows that ANALYZE looks at per index: all of them would lock the database for seconds.
_ANALYSIS_LIMIT = 1000


def analyze(database: Database) -> None:
    database.execute(f"PRAGMA analysis_limit = {_ANALYSIS_LIMIT}")
    database.execute("ANALYZE")


def vacuum(database: Database) -> tuple[int, int]:
    """Gives the file's size before and after. Programs that write wait until it is done.

    SQLite writes the whole database anew into a temporary file, and then over the old one with a
    journal: both need room.
    """
    before = _size(database)
    own = database.path.absolute().parent
    temporary = Path(os.environ.get("SQLITE_TMPDIR") or tempfile.gettempdir())
    if temporary.stat().st_dev == own.stat().st_dev:
        snapshot.need_room(own, 2 * before, database.path)
    else:
        snapshot.need_room(temporary, before, database.path)
        snapshot.need_room(own, before, database.path)
    database.execute("VACUUM")
    return before, _size(database)


def _size(database: Database) -> int:
    pages, size = (database.one(f"PRAGMA {name}")[0] for name in ("page_count", "page_size"))
    return int(pages) * int(size)
