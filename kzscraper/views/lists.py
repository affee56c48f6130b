"""Workers, visits and anomalies."""

from __future__ import annotations

from collections.abc import Sequence

from kzscraper.output.listing import Field, Listing, field
from kzscraper.store.lists import Scrape, Worker
from kzscraper.store.operator import Anomaly
from kzscraper.table import Toned
from kzscraper.views.tones import of_severity, of_status


def workers(found: Sequence[Worker], empty: str) -> Listing:
    return Listing("workers", Worker, found, _WORKERS, empty)


def scrapes(found: Sequence[Scrape]) -> Listing:
    return Listing("scrapes", Scrape, found, _SCRAPES, "no visits yet: `scrapy crawl kzpool`")


def anomalies(found: Sequence[Anomaly], only_open: bool) -> Listing:
    empty = "no open anomalies (--all shows those that ended)" if only_open else "no anomalies yet"
    return Listing("anomalies", Anomaly, found, _ANOMALIES, empty)


def _status(record: Worker | Scrape) -> Toned:
    return Toned(record.status, of_status(record.status))


def _read(scrape: Scrape) -> str | None:
    """`22/52`: workers read, of how many."""
    if scrape.workers_read is None or scrape.workers_expected is None:
        return None if scrape.workers_read is None else str(scrape.workers_read)
    return f"{scrape.workers_read}/{scrape.workers_expected}"


def _to_the_minute(time: str | None) -> str | None:
    """Seconds would leave no room for the description on a terminal of 80 columns."""
    return None if time is None else str(time)[: len("2026-11-25 15:59")]


_WORKERS: tuple[Field, ...] = (
    field("pool", lambda one: one.pool_id),
    field("worker", lambda one: one.worker_name, least=20),
    field("status", _status),
    field("10 min", lambda one: one.hashrate_10m),
    field("1 h", lambda one: one.hashrate_1h, rank=3),
    field("24 h", lambda one: one.hashrate_24h, rank=2),
    field("last exchange", lambda one: one.last_exchange_time, rank=1),
    field("client", lambda one: one.client_name, least=8, rank=4),
    field("seen (UTC)", lambda one: one.timestamp, rank=5),
)
_SCRAPES: tuple[Field, ...] = (
    field("time (UTC)", lambda one: one.timestamp),
    field("pool", lambda one: one.pool_id),
    field("spider", lambda one: one.spider, rank=2),
    field("status", _status),
    field("workers", _read),
    field("days", lambda one: one.earnings_read, rank=1),
    field("seconds", lambda one: one.duration_s, rank=3),
    field("error", lambda one: one.error, least=20),
)
_ANOMALIES: tuple[Field, ...] = (
    field("id", lambda one: one.id),
    field("pool", lambda one: one.pool_id),
    field("type", lambda one: one.anomaly_type),
    field("severity", lambda one: Toned(one.severity, of_severity(one.severity))),
    field("since (UTC)", lambda one: _to_the_minute(one.began)),
    field("ended (UTC)", lambda one: _to_the_minute(one.ended), rank=3),
    field("by", lambda one: one.resolved_by, rank=2),
    field("client", lambda one: one.client_name, least=8, rank=4),
    field("description", lambda one: one.description, least=16),
)
