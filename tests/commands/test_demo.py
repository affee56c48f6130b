"""`scrapy demo`, which ends with what `scrapy show status` prints."""

from __future__ import annotations

import re
from pathlib import Path

from tests.commands.conftest import RunCommand


def test_the_demo_shows_what_it_stored(scrapy: RunCommand, path: Path) -> None:
    done = scrapy("demo", "-s", f"KZ_DATABASE={path}")
    assert done.returncode == 0, done.stderr
    *_, last = lines = done.stdout.splitlines()
    assert last == "262 workers read"
    shown = scrapy("show", "status").stdout.splitlines()
    assert len(shown) == 2 + 3
    assert without_age(lines[-6:-1]) == without_age(shown)


def without_age(lines: list[str]) -> list[list[str]]:
    """The cells of the table; only the age of the data changes while one looks."""
    return [re.sub(r"\b\d+ s\b|─+", "", line).split() for line in lines]
