"""From a rendered page to items: pure functions, which leave the values as the page shows them."""

from __future__ import annotations

from dataclasses import dataclass, field

from kzscraper import units
from kzscraper.forms import STATUSES
from kzscraper.items import DailyEarnings, PoolSummary, WorkerStatus
from kzscraper.page import counters, tables, words
from kzscraper.page.document import Document, Row


@dataclass(frozen=True)
class Visited:
    """What all items of one visit share."""

    pool_id: str
    observer_url: str
    timestamp: str  # UTC, YYYY-MM-DD HH:MM:SS


@dataclass
class Summary:
    """The counters as an item, and what only the reckoning needs."""

    item: PoolSummary
    total_workers: int | None = None
    unreadable: list[str] = field(default_factory=list)

    @property
    def workers_expected(self) -> int | None:
        """How many workers the page speaks of, or None if it does not say."""
        if self.item.online_workers is not None and self.item.offline_workers is not None:
            return self.item.online_workers + self.item.offline_workers
        return self.total_workers

    @property
    def shows_balance(self) -> bool:
        return (self.item.balance, self.item.last_income) != (None, None)

    @property
    def shows_statistics(self) -> bool:
        item = self.item
        values = (item.current_hashrate, item.avg_hashrate_24h, self.workers_expected)
        return values != (None, None, None)


def parse_summary(document: Document, visited: Visited) -> Summary | None:
    """The page's counters, or None if it shows none."""
    found = counters.find(document)
    if not found:
        return None
    texts = {meaning: counter.text for meaning, counter in found.items()}
    return Summary(
        PoolSummary(
            timestamp=visited.timestamp,
            pool_id=visited.pool_id,
            observer_url=visited.observer_url,
            current_hashrate=texts.get("current_hashrate"),
            avg_hashrate_24h=texts.get("avg_hashrate_24h"),
            online_workers=_count(texts.get("online_workers")),
            offline_workers=_count(texts.get("offline_workers")),
            balance=texts.get("balance"),
            last_income=texts.get("last_income"),
        ),
        _count(texts.get("total_workers")),
        [f"{c.phrase.text}: {c.text}" for n, c in found.items() if n in _COUNTS and not c.readable],
    )


_COUNTS = ("online_workers", "offline_workers", "total_workers")


def _count(text: str | None) -> int | None:
    try:
        return units.parse_count(text)
    except ValueError:
        return None


def parse_workers(document: Document, visited: Visited) -> list[WorkerStatus] | None:
    """The rows of the worker table, or None if the page has none."""
    found = [table for table in tables.find(document) if table.kind == "workers"]
    if not found:
        return None
    return [_worker(table, row, visited) for table in found for row in table.rows]


def _worker(table: tables.ReadTable, row: Row, visited: Visited) -> WorkerStatus:
    return WorkerStatus(
        visited.timestamp,
        visited.pool_id,
        visited.observer_url,
        table.cell(row, "worker") or None,
        _status(table.cell(row, "status")),
        table.cell(row, "hashrate_10m"),
        table.cell(row, "hashrate_1h"),
        table.cell(row, "hashrate_24h"),
        table.cell(row, "last_exchange"),
    )


def _status(text: str | None) -> str | None:
    """ONLINE, OFFLINE or DEAD; another word is left for the normaliser to flag."""
    if text is None or units.is_blank(text):
        return None
    phrase = words.find(text, STATUSES)
    return phrase.meaning if phrase else text


def parse_earnings(document: Document, visited: Visited) -> list[DailyEarnings] | None:
    """The rows of the daily earnings table, or None if the page has none."""
    found = [table for table in tables.find(document) if table.kind == "earnings"]
    if not found:
        return None
    return [
        DailyEarnings(
            pool_id=visited.pool_id,
            observer_url=visited.observer_url,
            date=table.cell(row, "date") or "",
            total_income=table.cell(row, "earnings"),
            hashrate=table.cell(row, "hashrate"),
            recorded_at=visited.timestamp,
        )
        for table in found
        for row in table.rows
    ]
