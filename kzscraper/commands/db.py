"""`scrapy db`: care of the database."""

from __future__ import annotations

import argparse

from scrapy.exceptions import UsageError

from kzscraper.command_base import KzCommand
from kzscraper.store.database import Database


class Command(KzCommand):
    def syntax(self) -> str:
        return "[options] init"

    def short_desc(self) -> str:
        return "Make the database"

    def long_desc(self) -> str:
        return "init: makes the database KZ_DATABASE, or adds what an existing one lacks."

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        if args != ["init"]:
            raise UsageError("init is needed")
        with Database.from_settings(self.kz_settings, create=True) as database:
            print(f"{database.path} is ready")
