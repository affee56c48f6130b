"""From a rendered page to the items of one visit, and whether they are all that the page has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from kzscraper import forms, reckoning, units
from kzscraper.items import Item, PoolScrape
from kzscraper.page import parsers
from kzscraper.page.diagnosis import Failure, diagnose
from kzscraper.page.parsers import Visited
from kzscraper.page.reader import RenderedPage
from kzscraper.page.view import Section


@dataclass(frozen=True)
class SectionMemory:
    """When a section was last shown, and since when it is missing (UTC text), from the store."""

    last_seen: str
    missing_since: str | None


@dataclass
class Reading:
    """The items of one visit in the order in which they are yielded, the PoolScrape last."""

    items: list[Item]
    scrape: PoolScrape

    @property
    def is_complete(self) -> bool:
        """Whether there is nothing to keep evidence of."""
        return self.scrape.status == "complete" and not any(map(forms.unreadable, self.items))


def failed(scrape: PoolScrape, failure: Failure) -> Reading:
    """A visit that read nothing."""
    scrape.status, scrape.failure, scrape.error = "failed", failure.kind, failure.reason
    return Reading([], scrape)


def read(
    rendered: RenderedPage,
    scrape: PoolScrape,
    visited: Visited,
    wanted: frozenset[Section],
    memory: Mapping[Section, SectionMemory],
    grace: timedelta,
) -> Reading:
    """Reads the wanted sections; `scrape` is the visit's record, which is filled in.

    memory: what earlier visits saw; grace: after that time a section that is gone counts as a
    right withdrawn.
    """
    if rendered.is_too_large:
        return failed(scrape, Failure("size", "the page is larger than what is read of one"))
    document = rendered.document
    summary = parsers.parse_summary(document, visited)
    workers = parsers.parse_workers(document, visited)
    earnings = parsers.parse_earnings(document, visited)
    if (rendered.status or 0) >= 400 or (summary is None and workers is None and earnings is None):
        return failed(scrape, diagnose(document, rendered.status))
    items: list[Item] = []
    if workers is not None and "workers" in wanted:
        items += workers
        scrape.workers_read = len(workers)
    if earnings is not None and "earnings" in wanted:
        items += earnings
        scrape.earnings_read = len(earnings)
    if summary is not None:
        scrape.workers_expected = summary.workers_expected
        if wanted & {"statistics", "balance"}:
            items.append(summary.item)
    if "workers" in wanted:
        reckoning.check_workers(scrape, [worker.status for worker in workers or ()].count("DEAD"))
    for problem in rendered.problems:
        # A table that was not walked to its end proves nothing of what it lacks.
        reckoning.add_problem(scrape, problem, "workers")
        scrape.gaps.add("earnings")
    for problem in summary.unreadable if summary else []:
        reckoning.add_problem(scrape, problem)
    shown = _shown(summary, workers is not None, earnings is not None)
    scrape.sections = {section: section in shown for section in sorted(wanted)}
    for section in sorted(wanted - shown):
        if section in memory and not _is_withdrawn(memory[section], visited.timestamp, grace):
            reckoning.add_problem(
                scrape, f"{section}: shown until {memory[section].last_seen} UTC, missing now"
            )
    return Reading(items, scrape)


def _shown(
    summary: parsers.Summary | None, has_workers: bool, has_earnings: bool
) -> frozenset[Section]:
    shown: set[Section] = set()
    if summary and summary.shows_statistics:
        shown.add("statistics")
    if summary and summary.shows_balance:
        shown.add("balance")
    if has_workers:
        shown.add("workers")
    if has_earnings:
        shown.add("earnings")
    return frozenset(shown)


def _is_withdrawn(memory: SectionMemory, now: str, grace: timedelta) -> bool:
    if memory.missing_since is None:
        return False
    return units.parse_utc(now) - units.parse_utc(memory.missing_since) >= grace
