from __future__ import annotations

from typing import Any

from kzscraper.items import DailyEarnings, PoolScrape, PoolSummary, Visit, WorkerStatus


class Gatherer:
    """Collects the items of each pool until the PoolScrape that closes its visit.

    Items of different pools come interleaved, those of one visit in the spider's order.
    """

    def __init__(self) -> None:
        self._items: dict[str, list[Any]] = {}

    def add(self, item: Any) -> Visit | None:
        """The whole visit, if `item` closes it."""
        if not isinstance(item, PoolScrape):
            self._items.setdefault(item.pool_id, []).append(item)
            return None
        items = self._items.pop(item.pool_id, [])
        return Visit(
            item,
            [one for one in items if isinstance(one, PoolSummary)],
            [one for one in items if isinstance(one, WorkerStatus)],
            [one for one in items if isinstance(one, DailyEarnings)],
        )
