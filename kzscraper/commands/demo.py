"""`scrapy demo`: the whole job on a site that ships with the project."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import threading
from pathlib import Path

from scrapy.exceptions import UsageError
from scrapy.settings import SETTINGS_PRIORITIES

from kzscraper import options
from kzscraper.command_base import KzCommand
from kzscraper.demo.demo_pools import DEMO_POOLS, registry_entries
from kzscraper.demo.site import DemoSite
from kzscraper.output import screen
from kzscraper.store import registry, reports
from kzscraper.store.database import Database
from kzscraper.views import status

_DATABASE = "demo.db"


class Command(KzCommand):
    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Start the demo observer site, crawl its pools and show what was stored"

    def long_desc(self) -> str:
        return (
            f"Stores into {_DATABASE}, or into KZ_DATABASE if that is given with -s. With --serve "
            "it only serves the site, until Ctrl-C."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--serve", action="store_true", help="only serve the demo site")
        parser.add_argument("--port", type=int, default=0, help="default: a free one")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError("`scrapy demo` takes no arguments")
        try:
            site = DemoSite(DEMO_POOLS, port=opts.port).start()
        except OSError as error:
            raise UsageError(f"port {opts.port} cannot be used: {error.strerror}") from None
        try:
            print(f"demo site: {site.url}", flush=True)
            if opts.serve:
                self._serve(site)
            else:
                self._crawl(site)
        finally:
            site.stop()

    def _serve(self, site: DemoSite) -> None:
        for pool in DEMO_POOLS:
            print(site.link(pool), flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("stopped")

    def _crawl(self, site: DemoSite) -> None:
        own = {
            options.DATABASE.name: str(self._database()),
            options.OBSERVER_HOSTS.name: "127.0.0.1",
        }
        with Database.open(self._database(), create=True) as database:
            pools = [registry.check(entry, ["127.0.0.1"]) for entry in registry_entries(site)]
            registry.import_all(database, pools, replace=True)
        print(f"registered {len(pools)} pools in {self._database()}")
        print("scrapy crawl kzpool …", flush=True)
        crawl = subprocess.run(
            [sys.executable, "-m", "scrapy", "crawl", "kzpool", "-L", "WARNING"],
            env={**os.environ, **own},
            check=False,
        )
        with Database.open(self._database()) as database:
            found = reports.status(database)
        print(flush=True)
        screen.show([status.listing(found)])
        workers = sum(pool.workers_read or 0 for pool in found)
        print(f"{workers} workers read")
        self.exitcode = crawl.returncode

    def _database(self) -> Path:
        priority = self.kz_settings.getpriority(options.DATABASE.name) or 0
        is_asked_for = priority >= SETTINGS_PRIORITIES["cmdline"]
        return options.DATABASE.read(self.kz_settings) if is_asked_for else Path(_DATABASE)
