"""A crawl as a process of its own, to which things happen while it runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import md5
from pathlib import Path

from kzscraper.demo.pools import DemoPool
from tests.conftest import ROOT, Farm
from tests.deploy.processes import alive, descendants

# `make torture` sets it: the same tests then try more.
LONG = "TORTURE_BOOK" in os.environ
PATIENCE = 90.0  # seconds; a loaded machine needs ten times what a quiet one does


def small_pools(count: int, **changes: object) -> list[DemoPool]:
    return [
        DemoPool(
            **{
                "token": md5(f"small {n}".encode(), usedforsecurity=False).hexdigest(),
                "name": f"small {n}",
                "online": 20,
                "offline": 1,
                "page_size": 50,
                "earnings_days": 5,
                "delay_s": 0.0,
                **changes,
            }  # type: ignore[arg-type]
        )
        for n in range(count)
    ]


def wait_until(
    holds: Callable[[], bool], what: str, *, patience: float = PATIENCE, pause: float = 0.02
) -> None:
    """Returns as soon as `holds`; fails, saying what was waited for, if it never does."""
    deadline = time.monotonic() + patience
    while not holds():
        assert time.monotonic() < deadline, f"waited {patience:g} s in vain: {what}"
        time.sleep(pause)


class Crawl:
    """A crawl that goes on, in a session of its own as under cron; its log is a file."""

    def __init__(self, farm: Farm, *args: str, spider: str = "kzpool", **env: str) -> None:
        self.farm = farm
        self.log = farm.folder / f"crawl-{time.monotonic_ns()}.log"
        clean = {name: value for name, value in os.environ.items() if not name.startswith("KZ_")}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "scrapy", "crawl", spider, *args],
                cwd=ROOT,
                env={**clean, **farm.env, **env},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._seen: set[tuple[int, int]] = set()

    @property
    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def look(self) -> set[tuple[int, int]]:
        """The processes that it has started and that live; they are remembered."""
        found = descendants(self.process.pid)
        self._seen |= found
        return found

    def browsers(self) -> list[int]:
        """The process ids of its browsers' main processes.

        Those are not always children of the driver: Debian's chromium is a script.
        """
        return [
            pid
            for pid, _ in self.look()
            if "--remote-debugging-pipe" in _command(pid)
            and "--type=" not in _command(pid)
            and not _program(pid).endswith("sh")
        ]

    def driver(self) -> int | None:
        """The process id of Playwright's Node driver."""
        found = [pid for pid in _children(self.process.pid) if "run-driver" in _command(pid)]
        return found[0] if found else None

    def kill_browser(self) -> None:
        """Kills the browser that there is; returns when it has gone."""
        for pid in self.browsers():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            wait_until(lambda: pid not in self.browsers(), "its end")  # noqa: B023

    def signal(self, number: signal.Signals, *, group: bool = False) -> None:
        self.look()
        if group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)

    def wait(self, patience: float = PATIENCE) -> int:
        """The exit code; the crawl has to end by itself."""
        deadline = time.monotonic() + patience
        while not self.has_ended:
            self.look()
            if time.monotonic() > deadline:
                raise AssertionError(f"the crawl did not end in {patience:g} s:\n{self.said}")
            time.sleep(0.05)
        return self.process.returncode

    def left(self) -> list[str]:
        """The names of those that it started and that still live."""
        return alive(self._seen)

    def end(self) -> None:
        if not self.has_ended:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@contextmanager
def crawl(farm: Farm, *args: str, spider: str = "kzpool", **env: str) -> Iterator[Crawl]:
    one = Crawl(farm, *args, spider=spider, **env)
    try:
        yield one
    finally:
        one.end()


def _children(pid: int | None) -> list[int]:
    if pid is None:
        return []
    try:
        tasks = Path(f"/proc/{pid}/task").iterdir()
        return [int(one) for task in tasks for one in (task / "children").read_text().split()]
    except OSError:
        return []


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace").replace("\0", " ")
    except OSError:
        return ""


def _program(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/exe").readlink().name
    except OSError:
        return "sh"  # it has ended
