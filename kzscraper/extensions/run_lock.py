from __future__ import annotations

from scrapy import signals
from scrapy.crawler import Crawler

from kzscraper import options
from kzscraper.store.lock import RunLock


class RunLockExtension:
    """Ends a run at once while another one of the same spider on the same database is going on."""

    def __init__(self, lock: RunLock) -> None:
        self._lock = lock

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RunLockExtension:
        """Raises AlreadyRunningError."""
        lock = RunLock(options.DATABASE.read(crawler.settings), crawler.spidercls.name)
        lock.acquire()
        extension = cls(lock)
        crawler.signals.connect(extension.release, signals.engine_stopped)
        return extension

    def release(self) -> None:
        self._lock.release()
