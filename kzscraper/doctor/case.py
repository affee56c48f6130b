"""A page as a test case: without what is private, and with how it is read.

`case.html` is the page as the reader sees it, with the rows of all pages of its tables. `case.json`
holds the `http_status` and the `reading` of the day of the capture: where that was wrong, correct
it by hand, and the test fails until the reader is mended.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from typing import Any

from kzscraper.doctor import findings
from kzscraper.doctor.outcome import settle
from kzscraper.items import DailyEarnings, Item, PoolScrape, WorkerStatus
from kzscraper.page import reading
from kzscraper.page.document import Document
from kzscraper.page.parsers import Visited
from kzscraper.page.reader import RenderedPage
from kzscraper.page.view import SECTIONS

PAGE, EXPECTED = "case.html", "case.json"

_VISITED = Visited("case", "", "2000-01-01 00:00:00")
_OF_THE_VISIT = {"pool_id", "observer_url", "timestamp", "recorded_at"}


def read(document: Document, http_status: int | None) -> dict[str, Any]:
    """How a page is read that nothing is known of, in the form of `case.json`."""
    scrape = PoolScrape(_VISITED.timestamp, _VISITED.pool_id, "case", "complete")
    rendered = RenderedPage(document, "", http_status)
    wanted = frozenset(SECTIONS)
    outcome = settle(reading.read(rendered, scrape, _VISITED, wanted, {}, timedelta(0)))
    workers = [_values(item) for item in outcome.items if isinstance(item, WorkerStatus)]
    earnings = [_values(item) for item in outcome.items if isinstance(item, DailyEarnings)]
    return {
        "status": scrape.status,
        "failure": scrape.failure,
        "error": scrape.error,
        "sections": scrape.sections,
        "counters": {one.counter: one.value for one in findings.labels(document)},
        "workers": {
            "expected": scrape.workers_expected,
            "read": scrape.workers_read,
            "statuses": dict(Counter(str(worker["status"]) for worker in workers)),
            "first": workers[0] if workers else None,
            "last": workers[-1] if workers else None,
        },
        "earnings": earnings,
    }


def _values(item: Item) -> dict[str, Any]:
    return {name: value for name, value in asdict(item).items() if name not in _OF_THE_VISIT}
