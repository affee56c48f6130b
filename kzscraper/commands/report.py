"""`scrapy report`: what operators and accountants ask for at the end of a month."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime

from kzscraper import looking
from kzscraper.command_base import KzCommand
from kzscraper.output import screen
from kzscraper.output.listing import Listing
from kzscraper.store import earnings, uptime
from kzscraper.store.database import Database
from kzscraper.store.registry import Pool
from kzscraper.views import earnings as money
from kzscraper.views import uptime as availability

Pools = dict[str, Pool]
Month = tuple[date, date]
Shown = tuple[list[Listing], list[str]]


class Command(KzCommand):
    def syntax(self) -> str:
        return "[options] uptime | earnings"

    def short_desc(self) -> str:
        return "Uptime or earnings of a month"

    def long_desc(self) -> str:
        return (
            "uptime: of each worker and pool, the share of visits that found it online; visits "
            "that failed or did not read the whole worker list do not count. earnings: per day "
            "and pool, in BTC and satoshi, with totals and the days that are missing. Days are "
            "UTC. CSV holds one table: the workers or the days, or the one that --per names."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        looking.add_options(parser)
        parser.add_argument("--month", metavar="MONTH", help="default: this one; form: 2026-10")
        parser.add_argument(
            "--per",
            metavar="TABLE",
            # Without colons, at which Scrapy's help begins a heading.
            help="this table only (workers or pools; days, pools, clients or total)",
        )

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        reports: dict[str, Callable[[Database, Pools, Month, date], Shown]] = {
            "uptime": self._uptime,
            "earnings": self._earnings,
        }
        report = looking.view(reports, args)
        today = datetime.now(UTC).date()
        month = looking.month(opts.month or f"{today:%Y-%m}")
        with Database.from_settings(self.kz_settings, read_only=True) as database:
            pools = looking.pools(database, opts)
            listings, notes = reports[report](database, pools, month, today)
        screen.show(looking.only(listings, opts.per), opts.format, notes)

    def _uptime(self, database: Database, pools: Pools, month: Month, today: date) -> Shown:
        workers, of_pools = uptime.read(database, pools, month[0], min(month[1], today))
        return availability.listings(workers, of_pools), []

    def _earnings(self, database: Database, pools: Pools, month: Month, today: date) -> Shown:
        days, notes = earnings.read_month(database, pools, *month, today)
        return money.listings(days, "no earnings in this month"), notes
