"""A pool's recent past for the rules, from the documented tables: whoever wrote the rows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from kzscraper import units
from kzscraper.anomalies.incidents import Incident
from kzscraper.anomalies.state import Balance, Income, Outage, PoolState
from kzscraper.anomalies.thresholds import Thresholds
from kzscraper.exceptions import StoreError
from kzscraper.items import Visit
from kzscraper.store import history_sql as sql
from kzscraper.store import incidents, texts
from kzscraper.store.database import Database

# How far the rules look back.
_LOOK_BACK = timedelta(days=7)
_DAYS = 15  # of earnings


def load(database: Database, visit: Visit, thresholds: Thresholds) -> PoolState:
    """What the rules see of a visit that is not stored yet."""
    # One snapshot, and one lock instead of a dozen.
    database.execute("BEGIN")
    try:
        return _load(database, visit, thresholds)
    finally:
        with suppress(StoreError):  # after some errors SQLite has ended it by itself
            database.execute("ROLLBACK")


def _load(database: Database, visit: Visit, thresholds: Thresholds) -> PoolState:
    scrape = visit.scrape
    now = units.parse_utc(scrape.timestamp)
    window = {
        "pool_id": scrape.pool_id,
        "since": units.utc_text(now - _LOOK_BACK),
        "now": scrape.timestamp,
    }
    present = incidents.lasting(database, scrape.pool_id)
    pending = incidents.pending(database, scrape.pool_id)
    known: dict[str, Any] = {
        "lasting": {
            **{name: one.latest for name, one in pending.items()},
            **{name: one.latest for name, one in present.items()},
        }
    }
    if scrape.status == "failed":
        known["failing_since"] = _failing_since(database, window, present)
        return PoolState(now, thresholds, scrape, **known)
    if visit.summaries:
        known["summary"] = visit.summaries[0]
        known["balance"] = _balance(database, window)
    known["hashrates"] = _hashrates(database, window)
    known["outages"] = [
        Outage(began, texts.moment(row["ended"]) or now, json.loads(row["memory"]).get("baseline"))
        for row in database.rows(sql.OUTAGES, window)
        if (began := texts.moment(row["began"]))
    ]
    accepted = database.one(sql.ACCEPTED, window)
    if accepted:
        known["accepted"] = (texts.moment(accepted["since"]), texts.hashes(accepted["hashrate"]))
    known["previous_workers"] = _workers(database, window)
    if "workers" not in scrape.gaps and scrape.workers_read is not None:
        known["workers"] = visit.workers
        if any(worker.status == "DEAD" for worker in visit.workers):
            known["dead_before"] = _dead_a_day_ago(database, window)
    known["incomes"] = _incomes(database, visit)
    return PoolState(now, thresholds, scrape, **known)


def _failing_since(
    database: Database, window: Mapping[str, str], present: Mapping[str, Incident]
) -> Any:
    """From the incident, if nothing was read since: the log may have filled up with failures."""
    incident = present.get("SCRAPE_FAILURE")
    if incident and not incident.good_visits and "since" in incident.latest.memory:
        return texts.moment(incident.latest.memory["since"])
    return texts.moment(database.one(sql.FAILING_SINCE, window)["timestamp"])


def _hashrates(database: Database, window: Mapping[str, str]) -> list[tuple[Any, float]]:
    rows = database.rows(sql.SAMPLES, window)
    newest = database.one(sql.NEWEST_SAMPLE, window)
    if newest:
        rows.append(newest)
    read = [(texts.moment(at), texts.hashes(hashrate)) for at, hashrate in rows]
    return [(at, hashes) for at, hashes in read if at and hashes is not None]


def _balance(database: Database, window: Mapping[str, str]) -> Balance | None:
    """The balance before this visit, and since when it stands."""
    row = database.one(sql.NEWEST_BALANCE, window)
    if row is None:
        return None
    amount, seen = texts.btc(row["balance"]), texts.moment(row["timestamp"])
    if amount is None or seen is None:
        return None
    since = database.one(sql.STANDS_SINCE, {**window, "balance": row["balance"]})
    return Balance(amount, seen, (since and texts.moment(since["timestamp"])) or seen)


def _dead_a_day_ago(database: Database, window: Mapping[str, str]) -> frozenset[str]:
    day_ago = units.parse_utc(window["now"]) - timedelta(days=1)
    old = _workers(database, {**window, "now": units.utc_text(day_ago)}) or {}
    return frozenset(name for name, status in old.items() if status == "DEAD")


def _workers(database: Database, window: Mapping[str, str]) -> dict[str, str | None] | None:
    """Name and status of the newest whole list of that time."""
    at = database.one(sql.NEWEST_LIST, window)["timestamp"]
    if at is None:
        return None
    rows = database.rows(sql.WORKERS_AT, (window["pool_id"], at))
    return {name: status for name, status in rows if name}


def _incomes(database: Database, visit: Visit) -> list[Income]:
    """The newest days: when they were first seen, and the amounts that are shown now."""
    now = visit.scrape.timestamp
    found = {
        row["date"]: (row["total_income"], row["recorded_at"])
        for row in database.rows(sql.INCOMES, (visit.scrape.pool_id, _DAYS))
    }
    for one in visit.earnings:
        amount, recorded = found.get(one.date, (None, now))
        found[one.date] = (one.total_income or amount, recorded)
    incomes = [
        Income(day, texts.btc(amount), texts.moment(recorded or now) or units.parse_utc(now))
        for text, (amount, recorded) in found.items()
        if (day := texts.day(text))
    ]
    return sorted(incomes, key=lambda income: income.day, reverse=True)[:_DAYS]
