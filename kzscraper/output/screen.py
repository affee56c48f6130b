"""Writing to standard output, whether that is a terminal, a file or a pipe."""

from __future__ import annotations

import io
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TextIO

from kzscraper.output import human
from kzscraper.output.listing import Listing, as_csv, as_json, as_tables
from kzscraper.table import printable

FORMATS = ("table", "json", "csv")


@dataclass(frozen=True)
class Screen:
    """What the place that is printed to can show."""

    room: int | None  # columns; None where nobody looks at it
    colour: bool
    draws: bool  # lines and blocks beyond ASCII

    @classmethod
    def of(cls, stream: TextIO, environ: Mapping[str, str]) -> Screen:
        is_terminal = stream.isatty()
        return cls(
            room=shutil.get_terminal_size().columns if is_terminal else None,
            # https://no-color.org
            colour=is_terminal and not environ.get("NO_COLOR") and environ.get("TERM") != "dumb",
            draws=human.is_drawable(stream.encoding),
        )


def show(listings: Sequence[Listing], form: str = "table", notes: Sequence[str] = ()) -> None:
    """Prints the listings, of CSV the first; what is said to people goes to standard error."""
    screen = Screen.of(sys.stdout, os.environ)
    if form == "table":
        say(as_tables(listings, screen.room, screen.colour), end="")
    else:
        text = as_json(listings) if form == "json" else as_csv(listings[0])
        if screen.room is None:
            _to_utf8(sys.stdout)
        else:  # for eyes, not for a program
            text = "".join(f"{printable(line)}\n" for line in text.splitlines())
        _write(text)
    if not listings[0].records:
        notes = [listings[0].empty, *notes]
    for note in notes:
        sys.stderr.write(f"{printable(note)}\n")


def say(text: str, end: str = "\n") -> None:
    """Prints tables, and words for people, on any terminal."""
    draws = Screen.of(sys.stdout, os.environ).draws
    _write((text if draws else human.in_ascii(text)) + end)


def room() -> int | None:
    """The columns that a table may take."""
    return Screen.of(sys.stdout, os.environ).room


def _write(text: str) -> None:
    encoding = sys.stdout.encoding
    sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
    sys.stdout.flush()


def _to_utf8(stream: TextIO) -> None:
    """Programs read UTF-8 and our line ends, whatever the locale."""
    if isinstance(stream, io.TextIOWrapper):
        stream.reconfigure(encoding="utf-8", newline="")
