"""What runs, when, and with which files and settings: the same for cron and for systemd."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from kzscraper.exceptions import ConfigurationError

# Seconds, at random, by which a run begins late: not all who watch a pool ask it in one moment.
JITTER_S = 30


@dataclass(frozen=True)
class Job:
    """arguments: those of `scrapy`, where {backup} stands for the backup's file."""

    name: str
    meaning: str
    arguments: tuple[str, ...]
    cron: str
    calendar: str  # systemd's form
    catches_up: bool  # whether it runs later if the machine was off


JOBS = (
    Job("crawl", "reads the pools", ("crawl", "kzpool"), "*/10 * * * *", "*:0/10", False),
    Job("prune", "deletes what is old", ("db", "prune"), "17 3 * * *", "*-*-* 03:17", True),
    Job(
        "backup",
        "backs the database up",
        ("db", "backup", "{backup}", "--force"),
        "47 3 * * *",
        "*-*-* 03:47",
        True,
    ),
)
HEALTH = Job("health", "looks after the others", ("health",), "5-59/10 * * * *", "*:5/10", False)


@dataclass(frozen=True)
class Installation:
    """Where this program is, and what it has to be told: nothing else of the environment counts.

    environment: variables by name. All paths are absolute.
    """

    folder: Path
    python: Path
    database: Path
    evidence: Path
    environment: Mapping[str, str]

    def __post_init__(self) -> None:
        """Raises ConfigurationError for a text that would be another line."""
        paths = (str(self.folder), str(self.python), str(self.database))
        for text in (*paths, *self.environment.values()):
            if not text.isprintable():
                raise ConfigurationError(f"{text!r} cannot stand in a crontab or a unit file")

    @property
    def logs(self) -> Path:
        return self.database.parent / "logs"


def backup_file(database: Path) -> Path:
    """One file per day of the week; the program that cron and systemd call fills in the day."""
    return database.parent / "backups" / f"{database.stem}-{{weekday}}.db.gz"


def arguments(job: Job, database: Path) -> list[str]:
    return [part.replace("{backup}", str(backup_file(database))) for part in job.arguments]
