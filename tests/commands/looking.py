"""Commands that look at the database, run within the tests' own process: the fast way."""

from __future__ import annotations

import argparse
import csv
import io
import json
import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.settings import Settings


class Looker:
    """Runs one command on one database."""

    def __init__(
        self, command: type[ScrapyCommand], path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self._command = command
        self._path = path
        self._capsys = capsys
        self.said = ""  # on standard error, by the last run

    def __call__(self, *args: str) -> str:
        """What is printed; the run must succeed."""
        status, out = self._run(*args)
        assert status == 0, self.said
        return out

    def json(self, *args: str) -> Any:
        return json.loads(self(*args, "--format", "json"))

    def csv(self, *args: str) -> list[dict[str, str]]:
        return list(csv.DictReader(io.StringIO(self(*args, "--format", "csv"))))

    def error(self, *args: str) -> str:
        """The one line of a run that must fail."""
        status, out = self._run(*args)
        assert (status, out) == (1, "")
        [line] = self.said.splitlines()
        return line.removeprefix("error: ")

    def _run(self, *args: str) -> tuple[int, str]:
        command = self._command()
        command.settings = Settings({"KZ_DATABASE": str(self._path)})
        parser = argparse.ArgumentParser(conflict_handler="resolve")
        command.add_options(parser)
        try:
            opts, rest = parser.parse_known_args(args)
            try:
                command.run(rest, opts)
            except UsageError as error:  # as scrapy.cmdline does
                parser.error(str(error))
            status = command.exitcode
        except SystemExit as error:
            status = int(error.code or 0)
        out, self.said = self._capsys.readouterr()
        return status, out


def insert(path: Path, table: str, *rows: Mapping[str, object]) -> None:
    """As another program may do it: nothing is checked."""
    with closing(sqlite3.connect(path)) as connection:
        for row in rows:
            marks = ", ".join("?" * len(row))
            connection.execute(
                f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", [*row.values()]
            )
        connection.commit()


def column(rows: Sequence[Mapping[str, Any]], name: str) -> list[Any]:
    return [row[name] for row in rows]
