"""Whether an attempt to read a page is worth another, and when."""

from __future__ import annotations

import random

from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError
from scrapy.http import Response

_STATUSES = {408, 429, 500, 502, 503, 504, 522, 524}
_FIRST = 1.0  # seconds; doubled with each attempt
_JITTER = 0.25

Outcome = Response | DownloadFailedError | DownloadTimeoutError


def is_transient(outcome: Outcome) -> bool:
    """Whether the same request may well succeed in a moment."""
    if isinstance(outcome, Response):
        return outcome.status in _STATUSES
    return "ERR_TOO_MANY_REDIRECTS" not in str(outcome)


def pause(attempt: int, retry_after: str | None) -> float:
    """Seconds to wait after an attempt, counted from 1; what the server asks for, if it does."""
    backoff = _FIRST * 2.0 ** (attempt - 1)
    # The other form of Retry-After, a date, is longer than a visit may take.
    if retry_after and retry_after.isascii() and retry_after.isdigit():
        backoff = max(backoff, float(retry_after))
    return backoff * (1 + random.uniform(0, _JITTER))
