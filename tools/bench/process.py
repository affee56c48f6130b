"""Running a command, and what it took: time, CPU of the process and of all it started, memory."""

from __future__ import annotations

import ctypes
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

_PR_SET_CHILD_SUBREAPER = 36
_SAMPLE_S = 0.2
_LONGEST_END_S = 10.0


@dataclass(frozen=True)
class Run:
    """cpu_s: of the process itself, tree_cpu_s: with all that it started. Peaks in bytes."""

    seconds: float
    cpu_s: float
    tree_cpu_s: float
    peak: int  # of the process itself
    tree_peak: int  # of what it started


def adopt_orphans() -> None:
    """From now on what commands leave behind is ours to wait for. Linux only.

    Most of a browser's work is done by processes whose parents end before they do: nobody would
    be told how much it was.
    """
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def run(
    command: Sequence[str], *, env: Mapping[str, str], stdin: str = "", watch: bool = False
) -> Run:
    """Raises RuntimeError, with what the command said, if it does not end with 0.

    watch: looks at the memory, which takes some time.
    """
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KZ_")}
    others = {child.pid for child in psutil.Process().children()}
    before = _children_cpu_s()
    begun = time.perf_counter()
    with subprocess.Popen(
        command,
        env={**clean, **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        with _watching(process.pid, watch) as peaks:
            process.stdin.write(stdin)  # type: ignore[union-attr]
            process.stdin.close()  # type: ignore[union-attr]
            said = process.stderr.read()  # type: ignore[union-attr]
            # Ended, but not forgotten: its times can still be read.
            os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
            seconds = time.perf_counter() - begun
        own = psutil.Process(process.pid).cpu_times()
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}:\n{said}")
    _wait_for_all_but(others)
    return Run(seconds, own.user + own.system, _children_cpu_s() - before, *peaks)


def _children_cpu_s() -> float:
    times = os.times()
    return times.children_user + times.children_system


def _wait_for_all_but(others: set[int]) -> None:
    until = time.monotonic() + _LONGEST_END_S
    while rest := [c.pid for c in psutil.Process().children() if c.pid not in others]:
        if time.monotonic() > until:
            raise RuntimeError(f"processes {rest} do not end")
        for pid in rest:
            with suppress(ChildProcessError):
                os.waitpid(pid, os.WNOHANG)
        time.sleep(0.01)


@contextmanager
def _watching(pid: int, watch: bool) -> Iterator[list[int]]:
    """The peaks of the process and of what it started, as they are at the end."""
    peaks = [0, 0]
    ended = threading.Event()

    def look() -> None:
        while not ended.wait(_SAMPLE_S):
            with suppress(psutil.Error):
                process = psutil.Process(pid)
                peaks[0] = max(peaks[0], _memory(process))
                peaks[1] = max(peaks[1], sum(map(_memory, process.children(recursive=True))))

    thread = threading.Thread(target=look)
    if watch:
        thread.start()
    try:
        yield peaks
    finally:
        ended.set()
        if watch:
            thread.join()


def _memory(process: psutil.Process) -> int:
    """What it has for itself, and its share of what it has in common with others."""
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:  # it has just ended
        return 0


def scrapy(*args: str) -> list[str]:
    return [sys.executable, "-m", "scrapy", *args]


def environment(database: Path) -> dict[str, str]:
    return {
        "KZ_DATABASE": str(database),
        "KZ_OBSERVER_HOSTS": "127.0.0.1",
        "KZ_EVIDENCE_DIR": str(database.with_name("evidence")),
    }
