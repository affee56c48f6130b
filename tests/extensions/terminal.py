"""A terminal of our own that a command runs on, and what it shows."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import termios
from collections.abc import Mapping

from tests import warm
from tests.conftest import ROOT


def run_on_terminal(*args: str, env: Mapping[str, str], columns: int = 100) -> tuple[int, str]:
    """Runs `scrapy ARGS`; gives its exit code and everything that it wrote."""
    ours, its = pty.openpty()
    fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    # The terminal's own width counts, not what somebody said of another one.
    inherited = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    process = warm.Run(args, {**inherited, "TERM": "xterm", **env}, ROOT, [its, its, its])
    os.close(its)
    written = bytearray()
    try:
        while chunk := os.read(ours, 65_536):
            written += chunk
    except OSError:
        pass  # how Linux says that nobody has the other end open any more
    finally:
        os.close(ours)
    return process.wait(240), written.decode()


def screen(written: str) -> list[str]:
    """The lines that are left: \\r goes to a line's beginning, CSI K clears its rest."""
    lines = []
    for raw in written.split("\n"):
        line, place = "", 0
        for number, part in enumerate(raw.split("\r")):
            if number:
                place = 0
            if part.startswith("\x1b[K"):
                line, part = line[:place], part.removeprefix("\x1b[K")
            line = line[:place] + part + line[place + len(part) :]
            place += len(part)
        lines.append(line)
    return lines
