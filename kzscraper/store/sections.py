"""What the pages of each pool showed before: the memory by which a missing section is noticed."""

from __future__ import annotations

from collections.abc import Mapping

from kzscraper.page.reading import SectionMemory
from kzscraper.store.database import Database

_SELECT = "SELECT section, last_seen, missing_since FROM pool_section WHERE pool_id = ?"
_SEEN = """
    INSERT INTO pool_section (pool_id, section, last_seen) VALUES (:pool_id, :section, :timestamp)
    ON CONFLICT (pool_id, section) DO UPDATE
    SET last_seen = excluded.last_seen, missing_since = NULL
"""
_MISSING = """
    UPDATE pool_section SET missing_since = COALESCE(missing_since, :timestamp)
    WHERE pool_id = :pool_id AND section = :section
"""


def remembered(database: Database, pool_id: str) -> dict[str, SectionMemory]:
    """By section; one that was never shown is absent."""
    rows = database.rows(_SELECT, (pool_id,))
    return {row["section"]: SectionMemory(row["last_seen"], row["missing_since"]) for row in rows}


def note(database: Database, pool_id: str, timestamp: str, sections: Mapping[str, bool]) -> None:
    """Remembers what a visit saw: wanted sections, and whether each was shown."""
    for section, shown in sections.items():
        values = {"pool_id": pool_id, "section": section, "timestamp": timestamp}
        database.execute(_SEEN if shown else _MISSING, values)
