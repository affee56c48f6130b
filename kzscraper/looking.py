"""What the commands that look at the database share: which pools, which days, in which form."""

from __future__ import annotations

import argparse
import calendar
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from scrapy.exceptions import UsageError

from kzscraper import observer_link, units
from kzscraper.output.listing import Listing
from kzscraper.output.screen import FORMATS
from kzscraper.store import operator, selection
from kzscraper.store.database import Database
from kzscraper.store.registry import Pool
from kzscraper.views import lists

_MONTH = re.compile(r"(\d{4})-(\d\d)", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pool_id", metavar="ID", help="of these pools only, with commas between")
    parser.add_argument("--client", metavar="NAME", help="of this client's pools only")
    parser.add_argument("--format", choices=FORMATS, default="table", help="default: table")


def view(names: Collection[str], args: Sequence[str]) -> str:
    """Which of `names` is asked for."""
    if len(args) != 1 or args[0] not in names:
        raise UsageError(f"one of {', '.join(names)} is needed")
    return args[0]


def pools(database: Database, opts: argparse.Namespace) -> dict[str, Pool]:
    """Those that the options name. Raises RegistryError for one that is not known."""
    ids = [part.strip() for part in (opts.pool_id or "").split(",") if part.strip()]
    if opts.pool_id is not None and not ids:
        raise UsageError("--pool_id needs at least one id")
    return selection.choose(database, ids, opts.client)


def anomalies(database: Database, chosen: Mapping[str, Pool], only_open: bool) -> Listing:
    found = [
        replace(one, description=observer_link.mask(one.description or ""))
        for one in operator.anomalies(database, only_open=only_open)
        if one.pool_id in chosen
    ]
    return lists.anomalies(found, only_open)


def only(listings: Sequence[Listing], name: str | None) -> Sequence[Listing]:
    """All of them, or the one that --per names."""
    if name is None:
        return listings
    for one in listings:
        if one.name == name:
            return [one]
    raise UsageError(f"--per {name!r}: there are {', '.join(one.name for one in listings)}")


def month(text: str) -> tuple[date, date]:
    """The first and the last day of `2026-10`."""
    match = _MONTH.fullmatch(text)
    if not match or int(match[1]) not in units.YEARS or not 1 <= int(match[2]) <= 12:
        raise UsageError(f"--month {text!r} is not a month such as 2026-10")
    year, number = int(match[1]), int(match[2])
    return date(year, number, 1), date(year, number, calendar.monthrange(year, number)[1])


def day(flag: str, text: str | None) -> date | None:
    """A day such as 2026-10-31, if one is given."""
    if text is None:
        return None
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None:
        raise UsageError(f"{flag} {text!r} is not a day such as 2026-10-31")
    return found
