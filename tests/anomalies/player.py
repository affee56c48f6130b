"""Plays the days of pools through the real pipelines, at a clock given by the visits."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from scrapy import Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DropItem
from scrapy.statscollectors import StatsCollector

from kzscraper import reckoning, units
from kzscraper.anomalies.incidents import Policy
from kzscraper.anomalies.thresholds import Thresholds
from kzscraper.items import Item, PoolScrape
from kzscraper.pipelines.deduplicate import DeduplicateEarningsPipeline
from kzscraper.pipelines.detect import DetectAnomaliesPipeline
from kzscraper.pipelines.normalise import NormalisePipeline
from kzscraper.pipelines.store import StorePipeline
from kzscraper.store.database import Database
from tests.anomalies.farm import GOOD, Farm, Habits, Weather

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
STEP = timedelta(minutes=10)
LINK = "https://btcpool.kz/observer-link/4828a3fecdaa48eebfa475021b4e8d8d"

# kzpool reads everything, kzpool_summary the counters alone; "partial" lacks some of the workers.
How = Literal[
    "whole", "summary", "partial", "partial earnings", "failed", "another program", "none"
]


def span(text: str) -> timedelta:
    """`3d`, `90m`, `1d12h`"""
    match = re.fullmatch(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?", text)
    if not match or not text:
        raise ValueError(text)
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


@contextmanager
def fast_folder() -> Iterator[Path]:
    """A folder in memory where there is one: thousands of transactions a second need no disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


class Player:
    """One database, the four pipelines of a crawl, and any number of pools."""

    def __init__(self, folder: Path, **settings: object) -> None:
        """settings: KZ_ ones, by name."""
        path = folder / "pools.db"
        # What is kept of a transaction in memory is as good as on a disk that is memory.
        self.database = Database.open(path, create=True, journal_mode="memory")
        crawler = Crawler(Spider)
        self.stats = StatsCollector(crawler)
        self._normalise = NormalisePipeline(self.stats)
        self._deduplicate = DeduplicateEarningsPipeline(self.stats)
        self._detect = DetectAnomaliesPipeline(self.database, Thresholds.from_settings(settings))
        policy = Policy.from_settings(settings)
        self._store = StorePipeline(self.database, policy, self.stats, crawler.signals)
        self._runner = asyncio.Runner(loop_factory=_WithoutThreads)
        self.pools: list[Pool] = []

    def close(self) -> None:
        self._runner.close()
        self._detect.close_spider()
        self._store.close_spider()

    def pool(self, **habits: Any) -> Pool:
        """A new pool of the registry; habits: see Habits."""
        pool = Pool(self, f"kzpool_{len(self.pools) + 1:03}", Farm(BEGIN, Habits(**habits)))
        self.sql(
            "INSERT INTO pool_metadata (pool_id, observer_url) VALUES (?, ?)", pool.pool_id, LINK
        )
        self.pools.append(pool)
        return pool

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What somebody types into sqlite3."""
        return [tuple(row) for row in self.database.rows(statement, values)]

    def play(self, visits: Iterable[list[Item | PoolScrape]]) -> None:
        """Sends the items of visits down the pipelines, one after the other, as Scrapy does."""
        self._runner.run(self._play(visits))

    async def _play(self, visits: Iterable[list[Item | PoolScrape]]) -> None:
        for items in visits:
            for item in items:
                try:
                    self._deduplicate.process_item(self._normalise.process_item(item))
                    await self._detect.process_item(item)
                    await self._store.process_item(item)
                except DropItem:
                    assert not isinstance(item, PoolScrape), "the visit was not stored"


class _WithoutThreads(asyncio.SelectorEventLoop):
    """Does at once what a thread would do: with one visit at a time there is nothing to wait for.

    A visit takes a tenth less by it.
    """

    def run_in_executor(self, _: Any, work: Any, *args: Any) -> asyncio.Future[Any]:  # type: ignore[override]
        future = self.create_future()
        try:
            future.set_result(work(*args))
        except Exception as error:  # noqa: BLE001 - handed on, as by a thread
            future.set_exception(error)
        return future


class Pool:
    """One pool, whose days are told one stretch after the other."""

    def __init__(self, player: Player, pool_id: str, farm: Farm) -> None:
        self.player = player
        self.pool_id = pool_id
        self.farm = farm
        self.now = BEGIN

    def runs(self, length: str, how: How = "whole", **weather: Any) -> None:
        """A stretch of time, with a visit every ten minutes.

        how the visits end; weather: what is different from a good day, see Weather.
        """
        until = self.now + span(length)
        self.player.play(self._visits(until, how, replace(GOOD, **weather)))

    def _visits(
        self, until: datetime, how: How, weather: Weather
    ) -> Iterator[list[Item | PoolScrape]]:
        while self.now < until:
            if items := self.visit(self.now, how, weather):
                yield items
            self.now += STEP

    def visit(self, now: datetime, how: How, weather: Weather) -> list[Item | PoolScrape]:
        """Lets time pass until now; gives the items as the spider yields them."""
        place = (self.pool_id, LINK, now)
        summary = self.farm.summary(*place, weather)
        if how == "none":
            return []
        scrape = PoolScrape(units.utc_text(now), self.pool_id, "kzpool", "complete")
        if how == "failed":
            scrape.status, scrape.failure, scrape.error = "failed", "http", "HTTP 503"
            return [scrape]
        if how == "summary":
            scrape.spider = "kzpool_summary"
            scrape.sections = {"balance": True, "statistics": True}
            return [summary, scrape]
        workers = self.farm.workers(*place, weather)
        earnings = self.farm.earnings(*place)
        if how == "another program":
            self._write_by_sql([summary, *workers, *earnings])
            return []
        if how == "partial":
            workers = workers[: len(workers) // 2]
        dead = sum(worker.status == "DEAD" for worker in workers)
        scrape.sections = dict.fromkeys(("balance", "earnings", "statistics", "workers"), True)
        scrape.workers_expected = (summary.online_workers or 0) + (summary.offline_workers or 0)
        scrape.workers_read, scrape.earnings_read = len(workers), len(earnings)
        reckoning.check_workers(scrape, dead)
        if how == "partial earnings":
            earnings = []
            reckoning.add_problem(scrape, "the pager led in a circle", "earnings")
        return [*workers, *earnings, summary, scrape]

    def _write_by_sql(self, items: list[Item]) -> None:
        tables = {"PoolSummary": "pool_summary", "WorkerStatus": "worker_status"}
        for item in items:
            values = vars(item)
            table = tables.get(type(item).__name__, "daily_earnings")
            self.player.sql(
                f"INSERT OR IGNORE INTO {table} ({', '.join(values)}) "
                f"VALUES ({', '.join('?' * len(values))})",
                *values.values(),
            )

    @property
    def time(self) -> str:
        return units.utc_text(self.now)

    def resolve(self, anomaly_type: str) -> None:
        """What the documentation tells an operator to type."""
        self.player.sql(
            "UPDATE anomaly_log SET resolved = 1 "
            "WHERE pool_id = ? AND anomaly_type = ? AND resolved = 0",
            *(self.pool_id, anomaly_type),
        )

    @property
    def rows(self) -> list[str]:
        """anomaly_log, the oldest first: `HASHRATE_DROP HIGH 2d 00:00 - 3d 06:00`."""
        found = self.player.sql(
            """
            SELECT a.anomaly_type, a.severity, a.timestamp, i.ended, a.resolved
            FROM anomaly_log a LEFT JOIN incident i ON i.anomaly_id = a.id
            WHERE a.pool_id = ? ORDER BY a.timestamp, a.anomaly_type
            """,
            self.pool_id,
        )
        return [
            f"{anomaly_type} {severity} {_since_begin(began)} - {_end(ended, resolved)}"
            for anomaly_type, severity, began, ended, resolved in found
        ]

    @property
    def descriptions(self) -> list[str]:
        """Those of anomaly_log, in the order of the rows."""
        sql = "SELECT description FROM anomaly_log WHERE pool_id = ? ORDER BY timestamp, id"
        return [text for (text,) in self.player.sql(sql, self.pool_id)]


def _end(ended: str | None, resolved: int) -> str:
    if ended is None:
        return "acknowledged" if resolved else "open"
    return _since_begin(ended)


def _since_begin(text: str) -> str:
    """`2d 06:00`, in days since the first visit."""
    passed = units.parse_utc(text) - BEGIN
    minutes = passed.seconds // 60
    return f"{passed.days}d {minutes // 60:02}:{minutes % 60:02}"
