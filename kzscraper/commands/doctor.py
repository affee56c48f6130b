"""`scrapy doctor`: how one observer page is read."""

from __future__ import annotations

import argparse
import asyncio
import io
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy.exceptions import UsageError

from kzscraper import exit_codes, observer_link, options
from kzscraper.command_base import KzCommand, fail
from kzscraper.output.screen import Screen
from kzscraper.store import registry, sections
from kzscraper.store.database import Database
from kzscraper.table import printable

if TYPE_CHECKING:
    from kzscraper.doctor.examine import Subject


class Command(KzCommand):
    def syntax(self) -> str:
        return "[options] URL | POOL_ID"

    def short_desc(self) -> str:
        return "Open one observer page and report how it is read"

    def long_desc(self) -> str:
        return (
            "Opens the page once, as a crawl does, and stores nothing. Ends with 0 if it was read "
            "completely, 2 if in part or not at all. What --save writes shows the account as the "
            "page does; --fixture adds a test case without worker names and amounts."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--format", choices=("table", "json"), default="table")
        parser.add_argument("--save", metavar="DIR", help="keep page, screenshot and JSON answers")
        parser.add_argument("--fixture", action="store_true", help="with --save: add a test case")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        if len(args) != 1:
            raise UsageError("one observer link or pool id is needed")
        if opts.fixture and not opts.save:
            raise UsageError("--fixture goes with --save DIR")
        options.check_all(self.kz_settings)
        # No other command needs the browser's library, which takes its time to load.
        from kzscraper.browser import launch
        from kzscraper.doctor import capture, report, text
        from kzscraper.doctor.examine import examine

        subject = self._subject(args[0])
        folder = capture.Folder(Path(opts.save)) if opts.save else None
        if folder:
            folder.prepare()
        if warning := launch.missing_sandbox(self.kz_settings):
            print(f"warning: {warning}", file=sys.stderr)
        try:
            found = asyncio.run(examine(subject, self.kz_settings, keep=folder is not None))
        except KeyboardInterrupt:
            fail("interrupted")
            self.exitcode = exit_codes.INCOMPLETE
            return
        status = found.outcome.scrape.status
        self.exitcode = exit_codes.COMPLETE if status == "complete" else exit_codes.INCOMPLETE
        try:
            if folder:
                capture.save(folder, found, with_case=opts.fixture)
                print(capture.advice(folder, opts.fixture), file=sys.stderr)
        finally:
            content = report.report(found, folder.names if folder else [])
            room = Screen.of(sys.stdout, os.environ).room
            if opts.format == "json":
                _print(capture.as_json(content), for_program=room is None)
            else:
                _print(text.as_text(content, room) + "\n", for_program=False)

    def _subject(self, name: str) -> Subject:
        """What is to be examined; raises KzError if it may not be."""
        from kzscraper.doctor.examine import Subject
        from kzscraper.page.view import SECTIONS

        hosts = options.OBSERVER_HOSTS.read(self.kz_settings)
        if "/" in name:  # which no pool id has
            observer_link.check(name, hosts)
            return Subject(name)
        with Database.from_settings(self.kz_settings, read_only=True) as database:
            pool = registry.get(database, name)
            seen = sections.remembered(database, name)
        memory = {section: seen[section] for section in SECTIONS if section in seen}
        link = pool.observer_url or ""
        observer_link.check(link, hosts)
        names = (pool.pool_name, pool.client_name, pool.company, pool.location, pool.contact_email)
        return Subject(link, name, memory, tuple(filter(None, names)))


def _print(text: str, for_program: bool) -> None:
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Programs read UTF-8, whatever the locale; people may not be able to.
        encoding = "utf-8" if for_program else sys.stdout.encoding
        sys.stdout.reconfigure(encoding=encoding, errors="replace")
    shown = text if for_program else "\n".join(map(printable, text.split("\n")))
    print(shown, end="", flush=True)
