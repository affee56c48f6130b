"""Visits that could not be stored, kept beside the database until the next run stores them."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from kzscraper.exceptions import BusyError, StoreError
from kzscraper.items import DailyEarnings, Item, PoolScrape, PoolSummary, Visit, WorkerStatus

logger = logging.getLogger(__name__)

_VERSION = 1


class Spool:
    """A folder with one file per visit; the files' names sort by time."""

    def __init__(self, database: Path) -> None:
        self._folder = Path(f"{database}.spool")
        self._lock = FileLock(f"{database}.spool.lock", mode=0o600)

    def put(self, visit: Visit) -> Path:
        """Keeps a visit: on disk when this returns, whole or not at all. Raises StoreError."""
        scrape = asdict(visit.scrape)
        del scrape["verdicts"]  # judged anew when it is stored, in the light of what is known then
        content = {
            "version": _VERSION,
            "scrape": {**scrape, "gaps": sorted(visit.scrape.gaps)},
            "summaries": _without_link(visit.summaries),
            "workers": _without_link(visit.workers),
            "earnings": _without_link(visit.earnings),
        }
        stamp = "".join(filter(str.isdigit, visit.scrape.timestamp))
        pool = "".join(c if c.isalnum() or c in "_-" else "_" for c in visit.scrape.pool_id)
        # Runs of two spiders may read a pool in the same second.
        path = self._folder / f"{stamp}-{pool}-{visit.scrape.spider}.json"
        unfinished = path.with_suffix(".part")
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(path)
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink()
            raise StoreError(f"spool file {path}: {error.strerror}") from error
        return path

    @contextmanager
    def emptying(self, patience: float) -> Iterator[None]:
        """One run at a time stores what is kept; raises BusyError after `patience` seconds."""
        try:
            with self._lock.acquire(timeout=patience):
                yield
        except Timeout:
            raise BusyError(f"another run has been storing {self._folder} for long") from None
        except OSError as error:
            raise StoreError(f"spool {self._folder}: {error.strerror}") from error

    def files(self) -> list[Path]:
        """The oldest first."""
        return sorted(self._folder.glob("*.json"))

    def visit(self, path: Path, links: Mapping[str, str | None]) -> Visit | None:
        """What a file holds; a file that makes no sense is set aside, so that it stops no other.

        links: the pools' observer links by pool id, which no file but the database holds. Raises
        StoreError for a file that may not be read.
        """
        try:
            return _read(json.loads(path.read_text("utf-8")), links)
        except OSError as error:
            raise StoreError(f"spool file {path} cannot be read: {error.strerror}") from error
        except (ValueError, KeyError, TypeError) as error:
            aside = path.rename(path.with_suffix(".unreadable"))
            logger.error("a visit cannot be stored, %s makes no sense: %r", aside, error)
            return None


def _without_link(items: Sequence[Item]) -> list[dict[str, Any]]:
    return [{**asdict(item), "observer_url": None} for item in items]


def _read(content: dict[str, Any], links: Mapping[str, str | None]) -> Visit:
    if content["version"] != _VERSION:
        raise ValueError(f"version {content['version']} is not known")
    scrape = PoolScrape(**{**content["scrape"], "gaps": set(content["scrape"]["gaps"])})
    link = {"observer_url": links.get(scrape.pool_id)}
    return Visit(
        scrape,
        [PoolSummary(**{**item, **link}) for item in content["summaries"]],
        [WorkerStatus(**{**item, **link}) for item in content["workers"]],
        [DailyEarnings(**{**item, **link}) for item in content["earnings"]],
    )
