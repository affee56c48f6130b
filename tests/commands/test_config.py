"""`scrapy config`, and the table of settings in the README."""

from __future__ import annotations

import json
from pathlib import Path

from kzscraper import configuration, options
from tests.commands.conftest import RunCommand
from tests.conftest import ROOT, run_scrapy


def sources(stdout: str) -> dict[str, tuple[str, str]]:
    return {one["name"]: (one["value"], one["source"]) for one in json.loads(stdout)}


def test_every_setting_is_listed_with_its_source(scrapy: RunCommand, path: Path) -> None:
    done = scrapy("config", "--format", "json", "-s", "KZ_STALE_MINUTES=30", KZ_CHROMIUM="")
    assert (done.returncode, done.stderr) == (0, "")
    found = sources(done.stdout)
    assert list(found) == [option.name for option in options.OPTIONS]
    assert found["KZ_DATABASE"] == (str(path), "environment")
    assert found["KZ_CHROMIUM"] == ("", "environment")  # the default, but somebody said so
    assert found["KZ_STALE_MINUTES"] == ("30", "command line")
    assert found["KZ_BUSY_TIMEOUT"] == ("30", "default")


def test_a_settings_file_of_ones_own_is_a_source(tmp_path: Path) -> None:
    (tmp_path / "own_settings.py").write_text(
        "from kzscraper.settings import *\nKZ_OBSERVER_HOSTS = ['a.kz', 'b.kz']\n"
    )
    own = {"PYTHONPATH": str(tmp_path), "SCRAPY_SETTINGS_MODULE": "own_settings"}
    done = run_scrapy("config", "--changed", "--format", "json", env=own)
    assert sources(done.stdout) == {"KZ_OBSERVER_HOSTS": ("a.kz,b.kz", "settings file")}


def test_only_what_was_changed(scrapy: RunCommand, path: Path) -> None:
    done = scrapy("config", "--changed")
    [line] = done.stdout.splitlines()[2:]
    assert line.split("  ") == ["KZ_DATABASE", str(path), "environment", "path of the SQLite file"]


def test_a_value_that_cannot_be_used_is_shown_and_refused(scrapy: RunCommand) -> None:
    done = scrapy("config", KZ_BUSY_TIMEOUT="soon", KZ_STALE_MINUTES="0")
    assert done.returncode == 1
    assert len(done.stdout.splitlines()) >= 2 + len(options.OPTIONS)
    told = [line.partition("=")[0] for line in done.stderr.splitlines()]
    assert told == ["error: KZ_BUSY_TIMEOUT", "error: KZ_STALE_MINUTES"]


def test_a_token_is_masked(scrapy: RunCommand) -> None:
    done = scrapy("config", KZ_DATABASE="/data/4828a3fecdaa48eebfa475021b4e8d8d.db")
    assert "/data/4828…8d8d.db" in done.stdout


def test_the_readme_has_the_settings_as_they_are(scrapy: RunCommand) -> None:
    printed = scrapy("config", "--format", "markdown").stdout
    assert printed == f"{configuration.as_markdown()}\n"
    readme = (ROOT / "README.md").read_text("utf-8")
    table = [line for line in readme.splitlines() if line.startswith("| `KZ_")]
    assert table == printed.splitlines()[2:], "`scrapy config --format markdown` prints the table"
