from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from scrapy import Spider


def with_day(params: dict[str, Any], spider: Spider) -> dict[str, Any]:  # noqa: ARG001 - Scrapy's
    """What a feed's name may hold: Scrapy's own, and `%(day)s`, the UTC day."""
    return {**params, "day": f"{datetime.now(UTC):%Y-%m-%d}"}
