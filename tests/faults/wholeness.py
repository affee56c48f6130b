"""Whether a database holds whole visits only."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

_VISITS = """
    SELECT s.pool_id, s.timestamp, s.spider, s.status, s.workers_read, s.earnings_read,
        (SELECT COUNT(*) FROM worker_status AS w
         WHERE w.pool_id = s.pool_id AND w.timestamp = s.timestamp) AS workers,
        (SELECT COUNT(*) FROM pool_summary AS p
         WHERE p.pool_id = s.pool_id AND p.timestamp = s.timestamp) AS summaries,
        (SELECT COUNT(*) FROM daily_earnings AS e WHERE e.pool_id = s.pool_id) AS days
    FROM scrape_log AS s
"""
_ORPHANS = """
    SELECT '{table}' AS name, pool_id, timestamp, COUNT(*) AS rows FROM {table}
    WHERE (pool_id, timestamp) NOT IN (SELECT pool_id, timestamp FROM scrape_log)
    GROUP BY pool_id, timestamp
"""
_DAYS_OF_NO_VISIT = """
    SELECT 'daily_earnings' AS name, pool_id, COUNT(*) AS rows FROM daily_earnings
    WHERE pool_id NOT IN (SELECT pool_id FROM scrape_log WHERE status <> 'failed')
    GROUP BY pool_id
"""
_BACKWARDS = """
    SELECT pool_id, timestamp FROM (
        SELECT pool_id, timestamp, LAG(timestamp) OVER (PARTITION BY pool_id ORDER BY id) AS before
        FROM scrape_log)
    WHERE timestamp <= before
"""


def damage(database: Path) -> list[str]:
    """What is wrong with it: an empty list, unless something was lost or torn."""
    with closing(sqlite3.connect(database, timeout=60)) as connection:
        connection.row_factory = sqlite3.Row
        found = [
            f"{check}: {tuple(row)}"
            for check in ("integrity_check", "foreign_key_check")
            for row in connection.execute(f"PRAGMA {check}")
            if tuple(row) != ("ok",)
        ]
        for row in connection.execute(_VISITS):
            if row["status"] == "failed":
                is_whole = row["workers"] == row["summaries"] == 0
            else:
                is_whole = (
                    row["workers"] == (row["workers_read"] or 0)
                    and row["summaries"] == (row["spider"] in ("kzpool", "kzpool_summary"))
                    and row["days"] >= (row["earnings_read"] or 0)
                )
            if not is_whole:
                found.append(f"torn: {dict(row)}")
        for sql in (
            _ORPHANS.format(table="worker_status"),
            _ORPHANS.format(table="pool_summary"),
            _DAYS_OF_NO_VISIT,
        ):
            found += [f"of no visit: {dict(row)}" for row in connection.execute(sql)]
        found += [f"backwards: {dict(row)}" for row in connection.execute(_BACKWARDS)]
    return found


def damage_of_copy(database: Path, folder: Path) -> list[str]:
    """The same, but it is a copy that is repaired by being opened."""
    copy = folder / database.name
    for end in ("", "-journal", "-wal"):
        source, target = Path(f"{database}{end}"), Path(f"{copy}{end}")
        target.unlink(missing_ok=True)
        if source.exists():
            shutil.copy(source, target)
    return damage(copy)


def visits(database: Path) -> int:
    with closing(sqlite3.connect(database, timeout=60)) as connection:
        count: int = connection.execute("SELECT COUNT(*) FROM scrape_log").fetchone()[0]
    return count
