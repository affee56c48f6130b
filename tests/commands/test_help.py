"""What `scrapy COMMAND -h` prints."""

from __future__ import annotations

import re
from pkgutil import iter_modules

import pytest

from kzscraper import commands
from tests.conftest import run_scrapy

NAMES = [module.name for module in iter_modules(commands.__path__)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("columns", ["80", "100"])
def test_help_has_no_headings_but_its_own(name: str, columns: str) -> None:
    done = run_scrapy(name, "-h", env={"COLUMNS": columns})
    assert (done.returncode, done.stderr) == (0, "")
    # Scrapy makes a heading of every line that ends with a colon.
    headings = re.findall(r"^(.+)\n=+$", done.stdout, re.MULTILINE)
    assert headings == ["Usage", "Options"]
