"""Visits that could not be stored, kept beside the database until the next run stores them."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from kzscraper.exceptions import StoreError
from kzscraper.items import DailyEarnings, Item, PoolScrape, PoolSummary, Visit, WorkerStatus

_VERSION = 1


class Spool:
    """A folder with one file per visit; the files' names sort by time."""

    def __init__(self, database: Path) -> None:
        self._folder = Path(f"{database}.spool")

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
        path = self._folder / f"{stamp}-{pool}.json"
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
            raise StoreError(f"spool file {path}: {error.strerror}") from error
        return path

    def files(self) -> list[Path]:
        """The oldest first."""
        return sorted(self._folder.glob("*.json"))

    def visits(self, links: Mapping[str, str | None]) -> Iterator[tuple[Path, Visit]]:
        """The oldest first; raises StoreError for a file that cannot be read.

        links: the pools' observer links by pool id, which no file but the database holds.
        """
        for path in self.files():
            try:
                yield path, _read(json.loads(path.read_text("utf-8")), links)
            except (OSError, ValueError, KeyError, TypeError) as error:
                raise StoreError(f"spool file {path} cannot be read: {error}") from error


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
