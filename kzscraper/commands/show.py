"""`scrapy show`: looking at what was stored."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime

from scrapy.exceptions import UsageError

from kzscraper import looking
from kzscraper.command_base import KzCommand
from kzscraper.output import screen
from kzscraper.output.listing import Listing
from kzscraper.store import earnings, reports
from kzscraper.store import lists as stored
from kzscraper.store.database import Database
from kzscraper.store.earnings import Span
from kzscraper.store.registry import Pool
from kzscraper.views import earnings as money
from kzscraper.views import lists, status

Pools = dict[str, Pool]
# What is printed, and what there is to say of it.
Shown = tuple[list[Listing], list[str]]

_LIMIT = 50
# The options that go with one view only.
_OWN_OPTIONS = {
    "first": ("earnings", "--from"),
    "last": ("earnings", "--to"),
    "month": ("earnings", "--month"),
    "per": ("earnings", "--per"),
    "all": ("anomalies", "--all"),
    "limit": ("scrapes", "--limit"),
}


class Command(KzCommand):
    def syntax(self) -> str:
        return "[options] status | workers | offline | earnings | anomalies | scrapes"

    def short_desc(self) -> str:
        return "Look at pools, workers, earnings, anomalies and visits"

    def long_desc(self) -> str:
        return (
            "Reads the database, and never makes or changes one. Times are UTC. `--format json` "
            "and `csv` are complete and stable. Earnings have totals; CSV, which is one table, "
            "holds the days, or the table that --per names."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        looking.add_options(parser)
        parser.add_argument("--from", dest="first", metavar="DAY", help="earnings: first day")
        parser.add_argument("--to", dest="last", metavar="DAY", help="earnings: last day")
        parser.add_argument("--month", metavar="MONTH", help="earnings: of a month: 2026-10")
        parser.add_argument(
            "--per", metavar="TABLE", help="earnings: only days, pools, clients or total"
        )
        parser.add_argument(
            "--all", action="store_true", default=None, help="anomalies: also those that ended"
        )
        parser.add_argument(
            "--limit",
            type=int,
            metavar="N",
            help=f"scrapes: the newest N, default {_LIMIT}; 0: all",
        )

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        views: dict[str, Callable[[Database, Pools, argparse.Namespace], Shown]] = {
            "status": self._status,
            "workers": self._workers,
            "offline": self._offline,
            "earnings": self._earnings,
            "anomalies": self._anomalies,
            "scrapes": self._scrapes,
        }
        view = looking.view(views, args)
        for name, (owner, flag) in _OWN_OPTIONS.items():
            if getattr(opts, name) is not None and owner != view:
                raise UsageError(f"{flag} goes with {owner}")
        # Closed before anything is printed: a pager must not hold the database.
        with Database.from_settings(self.kz_settings, read_only=True) as database:
            listings, notes = views[view](database, looking.pools(database, opts), opts)
        screen.show(looking.only(listings, opts.per), opts.format, notes)

    def _status(self, database: Database, pools: Pools, _: argparse.Namespace) -> Shown:
        return [status.listing(reports.status(database, pools, datetime.now(UTC)))], []

    def _workers(self, database: Database, pools: Pools, _: argparse.Namespace) -> Shown:
        found, notes = stored.workers(database, pools)
        return [lists.workers(found, "no worker list yet")], notes

    def _offline(self, database: Database, pools: Pools, _: argparse.Namespace) -> Shown:
        found, notes = stored.workers(database, pools)
        offline = [worker for worker in found if worker.status != "ONLINE"]
        empty = "all workers are online" if found else "no worker list yet"
        return [lists.workers(offline, empty)], notes

    def _earnings(self, database: Database, pools: Pools, opts: argparse.Namespace) -> Shown:
        days, notes = earnings.read(database, pools, _span(opts))
        return money.listings(days, "no earnings of these days"), notes

    def _anomalies(self, database: Database, pools: Pools, opts: argparse.Namespace) -> Shown:
        return [looking.anomalies(database, pools, only_open=not opts.all)], []

    def _scrapes(self, database: Database, pools: Pools, opts: argparse.Namespace) -> Shown:
        limit = _LIMIT if opts.limit is None else opts.limit
        if limit < 0:
            raise UsageError("--limit must not be negative")
        return [lists.scrapes(stored.scrapes(database, pools, limit))], []


def _span(opts: argparse.Namespace) -> Span:
    first, last = looking.day("--from", opts.first), looking.day("--to", opts.last)
    if opts.month is not None:
        if first or last:
            raise UsageError("--month goes without --from and --to")
        first, last = looking.month(opts.month)
    if first and last and first > last:
        raise UsageError("--from is after --to")
    return Span(first, last)
