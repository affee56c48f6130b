"""`scrapy config`: every `KZ_` setting, where its value comes from, what it means."""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import asdict

from scrapy.exceptions import UsageError

from kzscraper import configuration, exit_codes
from kzscraper.command_base import KzCommand, fail
from kzscraper.configuration import Setting
from kzscraper.output import screen
from kzscraper.table import as_table

_HEADERS = ("setting", "value", "source", "meaning")


class Command(KzCommand):
    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "List our settings: value, source, meaning"

    def long_desc(self) -> str:
        return (
            "Lists every KZ_ setting with its value as it stands, and where that comes from. Ends "
            "with 1 if a value cannot be used. `--format markdown` prints names, defaults and "
            "meanings, as the README has them."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--format", choices=("table", "json", "markdown"), default="table")
        parser.add_argument("--changed", action="store_true", help="only what differs from default")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError("`scrapy config` takes no arguments")
        if opts.format == "markdown":
            print(configuration.as_markdown())
            return
        found = configuration.listing(self.kz_settings)
        shown = configuration.changed(found) if opts.changed else found
        if opts.format == "json":
            print(json.dumps([asdict(one) for one in shown], ensure_ascii=False, indent=2))
        else:
            screen.say(as_table(_HEADERS, [row for one in shown for row in _rows(one, shown)]))
        for bad in [one.error for one in found if one.error]:
            fail(bad)
            self.exitcode = exit_codes.USAGE


def _rows(one: Setting, shown: Sequence[Setting]) -> Iterator[tuple[str, str, str, str]]:
    """The row of a setting; on a terminal its meaning goes on below, where it is too long."""
    lines = [one.meaning]
    if sys.stdout.isatty():
        others = max(len(s.name) + len(s.value) + len(s.source) for s in shown) + 6
        room = max(30, shutil.get_terminal_size().columns - others)
        lines = textwrap.wrap(one.meaning, room)
    yield one.name, one.value, one.source, lines[0]
    for line in lines[1:]:
        yield "", "", "", line
