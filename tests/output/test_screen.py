"""What is written to terminals, files and pipes."""

from __future__ import annotations

import io
import sys
from dataclasses import dataclass

import pytest

from kzscraper.output import screen
from kzscraper.output.listing import Listing, field
from kzscraper.output.screen import Screen
from kzscraper.table import Toned


@dataclass(frozen=True)
class Thing:
    name: str


class Terminal(io.TextIOWrapper):
    """Standard output, as a terminal or not."""

    def __init__(self, encoding: str = "utf-8", is_terminal: bool = True) -> None:
        self.bytes = io.BytesIO()
        self._is_terminal = is_terminal
        super().__init__(self.bytes, encoding=encoding, write_through=True)

    def isatty(self) -> bool:
        return self._is_terminal

    @property
    def shown(self) -> str:
        return self.bytes.getvalue().decode(self.encoding)


def listing(*names: str) -> Listing:
    table = (field("name", lambda one: Toned(one.name, "bad"), least=4),)
    return Listing("things", Thing, [Thing(name) for name in names], table, "no things yet")


def shown(
    monkeypatch: pytest.MonkeyPatch, out: Terminal, form: str, *names: str, columns: int = 10
) -> str:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", out)
    screen.show([listing(*names)], form)
    return out.shown


@pytest.mark.parametrize(
    ("is_terminal", "environ", "colour"),
    [
        (True, {}, True),
        (True, {"NO_COLOR": ""}, True),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"TERM": "dumb"}, False),
        (False, {}, False),
    ],
)
def test_colour_is_for_terminals(is_terminal: bool, environ: dict[str, str], colour: bool) -> None:
    found = Screen.of(Terminal(is_terminal=is_terminal), environ)
    assert found.colour is colour
    assert (found.room is None) is not is_terminal


def test_a_terminal_gets_colour_and_lines_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, Terminal(), "table", "long name of a thing")
    assert text == "name\n──────────\n\033[31mlong name…\033[0m\n"


def test_a_pipe_gets_plain_lines_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, Terminal(is_terminal=False), "table", "long name of a thing")
    assert text.splitlines()[2] == "long name of a thing"


def test_a_terminal_that_cannot_draw_gets_ascii(monkeypatch: pytest.MonkeyPatch) -> None:
    text = shown(monkeypatch, Terminal("ascii"), "table", "long жұмыс of a thing")
    assert text.splitlines()[1:] == ["----------", "\033[31mlong ????~\033[0m"]


@pytest.mark.parametrize("form", ["json", "csv"])
def test_programs_get_utf8_whatever_the_locale(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    out = Terminal("ascii", is_terminal=False)
    shown(monkeypatch, out, form, "жұмыс \x1b[31m")
    text = out.bytes.getvalue().decode("utf-8")
    assert "жұмыс" in text
    assert "\r" not in text
    assert ("\\u001b" if form == "json" else "\x1b") in text


@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_no_text_of_a_page_steers_the_terminal(monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    text = shown(monkeypatch, Terminal(), form, "a\x1b]0;b\x07\x9bc\u202e", columns=80)
    steering = {"\x1b", "\x07", "\x9b", "\u202e"}
    without_colour = text.replace("\033[31m", "").replace("\033[0m", "")
    assert not steering & set(without_colour)


@pytest.mark.parametrize(("form", "text"), [("table", ""), ("json", "[]\n"), ("csv", "name\n")])
def test_nothing_found_is_said_to_people(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], form: str, text: str
) -> None:
    assert shown(monkeypatch, Terminal(is_terminal=False), form) == text
    assert capsys.readouterr().err == "no things yet\n"
