"""`scrapy anomalies`: looking at incidents, and answering them."""

from __future__ import annotations

import argparse
import re
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

from scrapy.exceptions import UsageError

from kzscraper import looking, units
from kzscraper.command_base import KzCommand
from kzscraper.output import screen
from kzscraper.store import operator
from kzscraper.store.database import Database
from kzscraper.table import as_table

_SPAN = re.compile(r"(\d{1,4})([hd])")


class Command(KzCommand):
    def syntax(self) -> str:
        return "[options] list | show ID | accept ID | resolve ID | mute POOL | unmute POOL"

    def short_desc(self) -> str:
        return "Look at anomalies, answer them, announce maintenance"

    def long_desc(self) -> str:
        return (
            "`resolve` acknowledges an anomaly: it is told again only if it gets worse or comes "
            "back. `accept` makes the present hashrate the pool's normal. `mute` marks what is "
            "recorded during maintenance."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        looking.add_options(parser)
        parser.add_argument("--all", action="store_true", help="list: resolved ones, too")
        parser.add_argument("--until", metavar="TIME", help="mute: 2026-11-24 06:00 UTC, 6h or 2d")
        parser.add_argument("--reason", metavar="TEXT", help="mute: why")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        actions: dict[str, tuple[int, Callable[..., None]]] = {
            "list": (0, self._list),
            "show": (1, self._show),
            "accept": (1, self._accept),
            "resolve": (1, self._resolve),
            "mute": (1, self._mute),
            "unmute": (1, self._unmute),
        }
        action, values = self.choose(actions, args)
        is_looking = action in (self._list, self._show)
        with Database.from_settings(self.kz_settings, read_only=is_looking) as database:
            action(database, opts, *values)

    def _list(self, database: Database, opts: argparse.Namespace) -> None:
        pools = looking.pools(database, opts)
        notes = [
            f"{one.pool_id}: maintenance until {one.until} UTC: {one.reason}"
            for one in operator.muted(database, units.utc_text(datetime.now(UTC)))
            if one.pool_id in pools
        ]
        found = looking.anomalies(database, pools, only_open=not opts.all)
        screen.show([found], opts.format, notes)

    def _show(self, database: Database, _: argparse.Namespace, anomaly_id: str) -> None:
        found = asdict(operator.anomaly(database, _id(anomaly_id)))
        screen.say(as_table(("field", "value"), found.items()))

    def _accept(self, database: Database, _: argparse.Namespace, anomaly_id: str) -> None:
        level = operator.accept(database, _id(anomaly_id), units.utc_text(datetime.now(UTC)))
        print(f"accepted: {level} is the pool's normal now" if level else "resolved")

    def _resolve(self, database: Database, _: argparse.Namespace, anomaly_id: str) -> None:
        operator.resolve(database, _id(anomaly_id))
        print("resolved")

    def _mute(self, database: Database, opts: argparse.Namespace, pool_id: str) -> None:
        if not opts.until or not opts.reason:
            raise UsageError("mute needs --until and --reason")
        until = _until(opts.until, datetime.now(UTC))
        operator.mute(database, pool_id, until, opts.reason)
        print(f"{pool_id}: maintenance until {until} UTC")

    def _unmute(self, database: Database, _: argparse.Namespace, pool_id: str) -> None:
        ended = operator.unmute(database, pool_id)
        print(f"{pool_id}: maintenance ended" if ended else f"{pool_id} was not muted")


def _id(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise UsageError(
            f"{text!r} is not the id of an anomaly: `scrapy anomalies list` shows them"
        )
    return int(text)


def _until(text: str, now: datetime) -> str:
    """UTC text of a moment, or of a span from now."""
    if span := _SPAN.fullmatch(text):
        hours = int(span[1]) * (24 if span[2] == "d" else 1)
        return units.utc_text(now + timedelta(hours=hours))
    try:
        moment = datetime.fromisoformat(text.removesuffix(" UTC"))
    except ValueError:
        raise UsageError(f"--until {text!r} is neither 2026-11-24 06:00 nor 6h nor 2d") from None
    until = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    if until <= now:
        raise UsageError(f"--until {text!r} is in the past (times are UTC)")
    return units.utc_text(until)
