"""The examination as one document, which `scrapy doctor --format json` prints.

Its keys are stable. Texts stand as on the page, with observer tokens masked; values as they would
be stored. What is not known is null.

- `version`: 1
- `pool_id`, `url`, `final_url` (where redirects led), `http_status`, `timestamp` (UTC)
- `status`: `complete`, `partial` or `failed`, as a crawl would have it; `failure`: the kind of a
  failed visit; `error`: why it is not complete; `problems`: the same, one by one
- `sections`: which of `statistics`, `balance`, `workers`, `earnings` it shows; empty if failed
- `workers`: `expected` (by the counters), `read` (rows), `statuses` (rows by status)
- `counters`: of each that was found `counter`, `label`, `language`, `text`, `value`, `problem` (why
  the text cannot be read); `counters_missing`: the names of the others
- `tables`: of each `kind` (null: not recognised), `headers`, `columns`, `missing` (columns),
  `rows`, `pages` (walked), `control` (by which the next page is shown), `first_row`; of a column
  `column`, `header`, `place` (from 1), `found_by` (`header` or `place`), `language`, `text` and
  `value` (of the first row), `unreadable` (cells), `problem` (of the first of them)
- `lines`: the text outside of tables, the first 200 lines
- `seconds`: by step, as far as the visit came, and `total`
- `requests`: `total`; `failed`: `url`, `type`, `status`, `error`; `blocked`: `host`, `type`,
  `count` (a host that the page needs is named in KZ_PAGE_HOSTS)
- `saved`: the files that were written, by name
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import Any

from kzscraper.doctor import findings
from kzscraper.doctor.examine import STEPS, Examination
from kzscraper.doctor.requests import Requests
from kzscraper.doctor.secrets import LinkMask
from kzscraper.items import WorkerStatus
from kzscraper.observer_link import mask
from kzscraper.page.document import Document

VERSION = 1
MAX_LINES = 200
_MAX_LENGTH = 200  # of a line

Report = dict[str, Any]


def report(found: Examination, saved: list[str]) -> Report:
    """saved: names of files."""
    scrape = found.outcome.scrape
    statuses = [item.status for item in found.outcome.items if isinstance(item, WorkerStatus)]
    content = {
        "version": VERSION,
        "pool_id": found.subject.pool_id,
        "url": found.subject.link,
        "final_url": found.final_url,
        "http_status": found.http_status,
        "timestamp": scrape.timestamp,
        "status": scrape.status,
        "failure": scrape.failure,
        "error": scrape.error,
        "problems": scrape.error.split("; ") if scrape.error else [],
        "sections": scrape.sections,
        "workers": {
            "expected": scrape.workers_expected,
            "read": scrape.workers_read,
            "statuses": dict(Counter(status or "unknown" for status in statuses)),
        },
        **_recognised(found),
        "seconds": _seconds(found),
        "requests": _requests(found.requests),
        "saved": saved,
    }
    masked: Report = LinkMask(found.subject.link).everywhere(content)
    return masked


def _recognised(found: Examination) -> Report:
    walks = found.rendered.walks if found.rendered else {}
    try:
        document = found.document
        labels = [asdict(one) for one in findings.labels(document)]
        tables = [asdict(one) for one in findings.found_tables(document, walks, found.visited)]
    except Exception:
        # What broke the reader breaks this as well.
        if found.outcome.scrape.failure != "error":
            raise
        document, labels, tables = Document(), [], []
    return {
        "counters": labels,
        "counters_missing": findings.missing_counters(document),
        "tables": tables,
        "lines": [mask(line.text)[:_MAX_LENGTH] for line in document.lines[:MAX_LINES]],
    }


def _seconds(found: Examination) -> dict[str, float]:
    steps = {step: round(found.seconds[step], 3) for step in STEPS if step in found.seconds}
    return {**steps, "total": found.total_s}


def _requests(requests: Requests | None) -> dict[str, Any]:
    if requests is None:
        return {"total": 0, "failed": [], "blocked": []}
    return {
        "total": requests.total,
        "failed": [asdict(one) for one in requests.failed],
        "blocked": [
            {"host": host, "type": kind, "count": count}
            for (host, kind), count in sorted(requests.blocked.items())
        ],
    }
