"""What our commands share. Not in commands/, where Scrapy takes every class for a command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from typing import NoReturn

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError
from scrapy.settings import Settings

from kzscraper import observer_link
from kzscraper.exceptions import KzError
from kzscraper.exit_codes import USAGE

Action = Callable[..., None]


def fail(message: str) -> None:
    print(f"error: {observer_link.mask(message)}", file=sys.stderr)


def exit_one_on_usage_errors(parser: argparse.ArgumentParser) -> None:
    """Our exit code for a usage error is 1; argparse's own, 2, means a failed pool here."""

    def error(message: str) -> NoReturn:
        fail(message)
        sys.exit(USAGE)

    parser.error = error  # type: ignore[method-assign]


class KzCommand(ScrapyCommand):
    """A command that works on the database. `work` does its work; its errors are one line."""

    requires_project = True
    requires_crawler_process = False
    default_settings = {"LOG_ENABLED": False}  # noqa: RUF012 - the base class says what it is

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        exit_one_on_usage_errors(parser)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        observer_link.mask_output()
        for argument in args:
            if argument.startswith("-") and argument != "-":
                raise UsageError(f"unknown option {argument}")
        try:
            self.work(args, opts)
        except KzError as error:
            fail(str(error))
            self.exitcode = error.exit_code
        except BrokenPipeError:
            # The reader of our output, such as `head`, has seen enough.
            sys.stderr.close()

    def choose(
        self, actions: Mapping[str, tuple[int, Action]], args: list[str]
    ) -> tuple[Action, list[str]]:
        """The action that `args` name, and its arguments; actions: how many each takes, and it."""
        name, values = (args[0], args[1:]) if args else ("", [])
        if name not in actions:
            raise UsageError(f"one of {', '.join(actions)} is needed")
        count, action = actions[name]
        if len(values) != count:
            command = type(self).__module__.rpartition(".")[2]
            raise UsageError(f"`scrapy {command} {name}` takes {count} argument(s)")
        return action, values

    @property
    def kz_settings(self) -> Settings:
        """The settings, which Scrapy has set by the time that a command works."""
        if self.settings is None:
            raise RuntimeError("the command was not started by Scrapy")
        return self.settings

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        raise NotImplementedError
