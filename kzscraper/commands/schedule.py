"""`scrapy schedule`: the crawls by a timer, with cron or systemd."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from scrapy.exceptions import UsageError

from kzscraper import configuration, options
from kzscraper.browser import chromium
from kzscraper.command_base import KzCommand
from kzscraper.deploy import cron, plan, systemd
from kzscraper.deploy.plan import Installation
from kzscraper.exceptions import BrowserError, ConfigurationError

# Where a bare environment finds programs.
_BARE_PATH = (Path("/usr/bin"), Path("/bin"))


class Command(KzCommand):
    def syntax(self) -> str:
        return "[options] cron | systemd FOLDER"

    def short_desc(self) -> str:
        return "Crawl by a timer: crontab lines, systemd units"

    def long_desc(self) -> str:
        return (
            "Crawls every 10 minutes, prunes and backs up daily. `cron` prints the crontab lines, "
            "`systemd` writes unit files into a folder; both keep the settings as they are now."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        parser.add_argument("--install", action="store_true", help="cron: show, then install")
        parser.add_argument("--remove", action="store_true", help="cron: take our lines out")
        parser.add_argument("--health", action="store_true", help="cron: `scrapy health`, too")
        parser.add_argument(
            "--user", default="kzscraper", metavar="NAME", help="systemd: who runs it (%(default)s)"
        )

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        action, values = self.choose({"cron": (0, self._cron), "systemd": (1, self._systemd)}, args)
        action(opts, *values)

    def _cron(self, opts: argparse.Namespace) -> None:
        if opts.install and opts.remove:
            raise UsageError("--install and --remove are opposites")
        installation = self._installation()
        if opts.remove:
            present = cron.read()
            rest = cron.without_block(present, installation)
            if rest == present:
                print(f"the crontab has no lines for {installation.database}")
                return
            cron.write(rest)
            print(f"removed the lines for {installation.database}")
            return
        jobs = (*plan.JOBS, plan.HEALTH) if opts.health else plan.JOBS
        print(cron.block(installation, jobs), end="", flush=True)
        if opts.install:
            cron.write(cron.with_block(cron.read(), installation, jobs))
            print("installed", file=sys.stderr)

    def _systemd(self, opts: argparse.Namespace, folder: str) -> None:
        if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]*", opts.user):
            raise UsageError(f"{opts.user!r} is not the name of a user")
        installation = self._installation(systemd.STATE)
        try:
            Path(folder).mkdir(parents=True, exist_ok=True)
            for name, text in systemd.units(installation, opts.user).items():
                (Path(folder) / name).write_text(text, "utf-8")
                print(Path(folder) / name)
        except OSError as error:
            raise ConfigurationError(f"{error.filename}: {error.strerror}") from None

    def _installation(self, state: Path | None = None) -> Installation:
        """state: the folder for the files that nobody gave a place; None: as it is now."""
        found = configuration.listing(self.kz_settings)
        for bad in [one.error for one in found if one.error]:
            raise ConfigurationError(bad)
        set_by_user = {one.name: one.value for one in configuration.changed(found)}
        database = options.DATABASE.read(self.kz_settings).absolute()
        evidence = options.EVIDENCE_DIR.read(self.kz_settings).absolute()
        if state and options.DATABASE.name not in set_by_user:
            database = state / options.DATABASE.default
        if state and options.EVIDENCE_DIR.name not in set_by_user:
            evidence = database.parent / options.EVIDENCE_DIR.default
        environment = {
            **set_by_user,
            options.DATABASE.name: str(database),
            options.EVIDENCE_DIR.name: str(evidence),
        }
        if browser := self._unusual_browser():
            environment[options.CHROMIUM.name] = browser
        folder = project_folder()
        return Installation(
            folder,
            Path(sys.executable),
            database,
            evidence,
            {**environment, **_handed_on(folder)},
        )

    def _unusual_browser(self) -> str | None:
        try:
            found = chromium.find(options.CHROMIUM.read(self.kz_settings))
        except BrowserError as error:
            print(f"warning: {error}", file=sys.stderr)
            return None
        return found if found and Path(found).parent not in _BARE_PATH else None


def project_folder() -> Path:
    """The folder of scrapy.cfg, which Scrapy looks for upwards; without one, the present folder."""
    here = Path.cwd()
    return next((one for one in (here, *here.parents) if (one / "scrapy.cfg").exists()), here)


def _handed_on(folder: Path) -> dict[str, str]:
    """Other programs' variables, without which settings or browser would not be found."""
    given = {}
    module = os.environ.get("SCRAPY_SETTINGS_MODULE")  # Scrapy itself sets it, from scrapy.cfg
    if module and (module != "kzscraper.settings" or not (folder / "scrapy.cfg").exists()):
        given["SCRAPY_SETTINGS_MODULE"] = module
    if browsers := os.environ.get("PLAYWRIGHT_BROWSERS_PATH"):
        given["PLAYWRIGHT_BROWSERS_PATH"] = browsers
    return given
