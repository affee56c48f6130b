"""`scrapy health`: one line and an exit code for monitors."""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scrapy.exceptions import UsageError

from kzscraper import exit_codes, health, observer_link, options
from kzscraper.command_base import KzCommand
from kzscraper.exceptions import KzError
from kzscraper.health import Facts, Limits
from kzscraper.store import registry, watch
from kzscraper.store.database import Database
from kzscraper.store.spool import Spool


class Command(KzCommand):
    def syntax(self) -> str:
        return "[options]"

    def short_desc(self) -> str:
        return "Tell whether the crawls do their work"

    def long_desc(self) -> str:
        return (
            "Looks at the age of each active pool's newest complete visit (KZ_STALE_MINUTES), open "
            "HIGH incidents, free disk space (KZ_DISK_MIN_MB) and the spool. Ends with 0 if all is "
            "well, 2 if something is wrong, 1 if that cannot be told: bad usage, no database, no "
            "pools. Changes nothing."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--format", choices=("line", "json"), default="line")

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        if args:
            raise UsageError("`scrapy health` takes no arguments")
        try:
            limits = Limits(
                timedelta(minutes=options.STALE_MINUTES.read(self.kz_settings)),
                options.DISK_MIN_MB.read(self.kz_settings),
            )
            facts = self._facts()
        except KzError as error:
            if opts.format == "json":
                told = {"healthy": None, "problems": [observer_link.mask(str(error))]}
                print(json.dumps(told, ensure_ascii=False, indent=2))
            raise
        found = health.problems(facts, limits)
        if opts.format == "json":
            print(json.dumps(_document(facts, limits, found), ensure_ascii=False, indent=2))
        else:
            print(health.in_one_line(facts, found))
        self.exitcode = exit_codes.INCOMPLETE if found else exit_codes.COMPLETE

    def _facts(self) -> Facts:
        hosts = options.OBSERVER_HOSTS.read(self.kz_settings)
        now = datetime.now(UTC)
        with Database.from_settings(self.kz_settings, read_only=True) as database:
            ids = [pool.pool_id for pool in registry.choose(database, hosts, [], None)]
            spool = list(_sizes(Spool(database.path).files()))
            return Facts(
                now,
                watch.seen(database, ids),
                watch.high_incidents(database, ids, now),
                shutil.disk_usage(database.path.absolute().parent).free // 1_000_000,
                len(spool),
                sum(spool),
            )


def _sizes(paths: Iterable[Path]) -> Iterator[int]:
    for path in paths:
        with contextlib.suppress(FileNotFoundError):  # a crawl has stored it in this moment
            yield path.stat().st_size


def _document(facts: Facts, limits: Limits, found: list[str]) -> dict[str, object]:
    ages = [health.age_of(pool, facts.now) for pool in facts.pools]
    return {
        "healthy": not found,
        "problems": found,
        "pools": [
            {
                "pool_id": pool.pool_id,
                "newest_complete": pool.newest_complete,
                "age_s": None if age is None else int(age.total_seconds()),
            }
            for pool, age in zip(facts.pools, ages, strict=True)
        ],
        "open_high_incidents": [asdict(one) for one in facts.high_incidents],
        "disk_free_mb": facts.disk_free_mb,
        "spool_files": facts.spool_files,
        "spool_bytes": facts.spool_bytes,
        "limits": {
            "stale_minutes": int(limits.stale_after.total_seconds() // 60),
            "disk_min_mb": limits.disk_min_mb,
        },
    }
