"""The documented statements: `statements.sql` and `python_example.txt` hold the text of the code
blocks of the database's documentation, to the letter. The queries are found by their first comment
or, where they have none, by their first line."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from importlib.resources import files

_FOLDER = files(__package__)
SQL = _FOLDER.joinpath("statements.sql").read_text("utf-8")
PYTHON_EXAMPLE = _FOLDER.joinpath("python_example.txt").read_text("utf-8")

TABLES = ("pool_metadata", "pool_summary", "worker_status", "daily_earnings", "anomaly_log")


def code_blocks(markdown: str, language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", markdown, re.DOTALL | re.MULTILINE)


def _statements() -> Iterator[str]:
    text = ""
    for line in SQL.splitlines(keepends=True):
        text += line
        if sqlite3.complete_statement(text):
            yield text
            text = ""
    if text.strip():
        raise ValueError(f"not a whole statement: {text}")


STATEMENTS = list(_statements())


def bare(statement: str) -> str:
    """The statement without the comments before it."""
    return re.sub(r"\A(\s*--.*\n|\s*\n)+", "", statement)


DEFINITIONS = [one for one in STATEMENTS if bare(one).startswith("CREATE ")]
OTHERS = [one for one in STATEMENTS if one not in DEFINITIONS]


def statement(words: str) -> str:
    """The one statement, comments included, that holds `words`."""
    [found] = [one for one in OTHERS if words in one]
    return found
