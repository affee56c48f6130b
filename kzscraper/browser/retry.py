"""Whether an attempt to read a page is worth another, and when."""

from __future__ import annotations

import random

from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError
from scrapy.http import Response

_STATUSES = {408, 429, 500, 502, 503, 504, 522, 524}
# Chromium's names: a loop; a redirect to file: or data:
_LASTING = ("ERR_TOO_MANY_REDIRECTS", "ERR_UNSAFE_REDIRECT")
_FIRST = 1.0  # seconds; doubled with each attempt
_JITTER = 0.25


class FinalError(DownloadFailedError):
    """Raised by `browser` for a failure that another attempt would only repeat."""


class ForeignAddressError(FinalError):
    """Raised by the handler for a page that leads to a host that is not ours to open."""


Outcome = Response | DownloadFailedError | DownloadTimeoutError


def is_transient(outcome: Outcome) -> bool:
    """Whether the same request may well succeed in a moment."""
    if isinstance(outcome, Response):
        return outcome.status in _STATUSES
    if isinstance(outcome, FinalError):
        return False
    return not any(error in str(outcome) for error in _LASTING)


def pause(attempt: int, retry_after: str | None) -> float:
    """Seconds to wait after an attempt, counted from 1; what the server asks for, if it does."""
    backoff = _FIRST * 2.0 ** (attempt - 1)
    # The other form of Retry-After, a date, is longer than a visit may take.
    if retry_after and retry_after.isascii() and retry_after.isdigit():
        backoff = max(backoff, float(retry_after))
    return backoff * (1 + random.uniform(0, _JITTER))
