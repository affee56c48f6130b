"""`scrapy db`: care of the database."""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scrapy.exceptions import UsageError

from kzscraper import options
from kzscraper.command_base import KzCommand
from kzscraper.exit_codes import INCOMPLETE
from kzscraper.output import screen
from kzscraper.progress import Progress
from kzscraper.store import backup, optimize, restore, retention, stats
from kzscraper.store.adopt import choices, job
from kzscraper.store.database import Database
from kzscraper.store.lock import RunLock
from kzscraper.store.prune import Pruner
from kzscraper.store.turns import Turns
from kzscraper.views import care

# The options that go with some actions only.
_OWN_OPTIONS = {
    "dry_run": ("prune", "adopt"),
    "force": ("backup", "restore", "export-sql"),
    "vacuum": ("optimize",),
    "format": ("stats", "adopt"),
    "limit": ("stats",),
    "map": ("adopt",),
}
_ACTIONS = (
    "init | stats | prune | optimize | backup FILE | restore FILE | export-sql FILE | adopt FILE"
)


class Command(KzCommand):
    def syntax(self) -> str:
        return f"[options] {_ACTIONS}"

    def short_desc(self) -> str:
        return "Care of the database: sizes, retention, backups, old databases"

    def long_desc(self) -> str:
        return (
            "`init` makes the database KZ_DATABASE, or adds what an existing one lacks. `prune` "
            "deletes what is older than the KZ_KEEP_… settings, of pools whose link is on "
            "KZ_OBSERVER_HOSTS, and keeps the uptime of each worker and day. `optimize` brings the "
            "query planner's statistics up to date. `backup` works while crawls write, and packs "
            "if FILE ends in .gz. `restore` takes such a file, or a database that another program "
            "made as documented, and keeps the replaced one. `export-sql` writes SQL text, to "
            "standard output if FILE is -. `adopt` takes over a database of the program before "
            "this one, which is not changed."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        # Without colons, at which Scrapy's help begins a heading.
        flag: dict[str, Any] = {"action": "store_true", "default": None}
        add("--dry-run", help="only tell what would be done (prune, adopt)", **flag)
        add(
            "--force",
            help="overwrite FILE (backup, export-sql); take rows whose pool is missing (restore)",
            **flag,
        )
        add("--vacuum", help="make the file compact as well (optimize)", **flag)
        add("--format", choices=("table", "json"), help="default table (stats, adopt)")
        add("--limit", metavar="MB", help="instead of KZ_DATABASE_LIMIT_MB (stats)")
        add(
            "--map",
            action="append",
            metavar="LINK=POOL_ID",
            help="whose a link is (adopt); the beginning of its token will do, or an id of the "
            "old database; @FILE reads one such line each",
        )

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        actions: dict[str, tuple[int, Callable[..., None]]] = {
            "init": (0, self._init),
            "stats": (0, self._stats),
            "prune": (0, self._prune),
            "optimize": (0, self._optimize),
            "backup": (1, self._backup),
            "restore": (1, self._restore),
            "export-sql": (1, self._export_sql),
            "adopt": (1, self._adopt),
        }
        action, values = self.choose(actions, args)
        for name, owners in _OWN_OPTIONS.items():
            if getattr(opts, name) is not None and args[0] not in owners:
                raise UsageError(f"--{name.replace('_', '-')} goes with {', '.join(owners)}")
        action(opts, *values)

    def _init(self, _: argparse.Namespace) -> None:
        with Database.from_settings(self.kz_settings, create=True) as database:
            print(f"{database.path} is ready")

    def _stats(self, opts: argparse.Namespace) -> None:
        given = {options.DATABASE_LIMIT_MB.name: opts.limit} if opts.limit else self.kz_settings
        limit = options.DATABASE_LIMIT_MB.read(given)
        with Database.from_settings(self.kz_settings, read_only=True) as database:
            found = stats.read(database, limit, datetime.now(UTC))
        if opts.format == "json":
            print(_json(asdict(found)))
        else:
            screen.say(care.stats(found, screen.room()))

    def _prune(self, opts: argparse.Namespace) -> None:
        hosts = options.OBSERVER_HOSTS.read(self.kz_settings)
        policy, now = retention.Policy.from_settings(self.kz_settings), datetime.now(UTC)
        with Database.from_settings(self.kz_settings) as database, self._alone():
            due = retention.plan(database, hosts, policy, now)
            if opts.dry_run:
                screen.say(care.plan(due, policy, now))
            else:
                pruner = Pruner(database, self._turns(database))
                try:
                    with Progress(sys.stderr, due.rows) as progress:
                        pruner.run(due.tasks, progress)
                except KeyboardInterrupt:
                    self._stopped()
                screen.say(care.pruned(pruner.pruned, policy, now))
        print(care.scope(due, hosts))

    def _optimize(self, opts: argparse.Namespace) -> None:
        with Database.from_settings(self.kz_settings) as database:
            optimize.analyze(database)
            print("the query planner's statistics are up to date")
            if opts.vacuum:
                before, after = optimize.vacuum(database)
                print(f"{care.size(before)} before, {care.size(after)} now")

    def _backup(self, opts: argparse.Namespace, file: str) -> None:
        with Database.from_settings(self.kz_settings, read_only=True) as database:
            size = backup.backup(database, Path(file), overwrite=bool(opts.force))
        print(f"{file}: {care.size(size)}, checked")

    def _restore(self, opts: argparse.Namespace, file: str) -> None:
        path = options.DATABASE.read(self.kz_settings)
        patience = options.BUSY_TIMEOUT.read(self.kz_settings)
        done = restore.restore(path, Path(file), force=bool(opts.force), busy_timeout=patience)
        rows = ", ".join(f"{count:,} {table}" for table, count in done.rows.items())
        print(f"{path} is {file} now: {rows}")
        if done.upgraded:
            print("it was brought up to this program's version")
        if done.kept:
            print(f"the replaced database is {done.kept}")

    def _export_sql(self, opts: argparse.Namespace, file: str) -> None:
        target = None if file == "-" else Path(file)
        with Database.from_settings(self.kz_settings, read_only=True) as database:
            backup.export_sql(database, target, overwrite=bool(opts.force))
        if target:
            print(f"{file}: {care.size(target.stat().st_size)}")

    def _adopt(self, opts: argparse.Namespace, file: str) -> None:
        is_made = not opts.dry_run
        with Database.from_settings(self.kz_settings, create=is_made) as database, self._alone():
            try:
                done = job.adopt(
                    database,
                    Path(file),
                    choices.read(opts.map or ()),
                    options.OBSERVER_HOSTS.read(self.kz_settings),
                    self._turns(database),
                    lambda rows: Progress(sys.stderr, rows),
                    dry_run=bool(opts.dry_run),
                )
            except KeyboardInterrupt:
                self._stopped()
                return
        if opts.format == "json":
            print(_json(care.adoption_values(done)))
        else:
            screen.say(care.adoption(done, bool(opts.dry_run), screen.room()))

    def _stopped(self) -> None:
        print("stopped: the same command goes on with the rest", file=sys.stderr)
        self.exitcode = INCOMPLETE

    def _turns(self, database: Database) -> Turns:
        return Turns(database, options.BUSY_TIMEOUT.read(self.kz_settings))

    @contextlib.contextmanager
    def _alone(self) -> Iterator[None]:
        """What prune counts, adopt must not add to."""
        lock = RunLock(options.DATABASE.read(self.kz_settings), "prune-or-adopt")
        lock.acquire()
        try:
            yield
        finally:
            lock.release()


def _json(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2)
