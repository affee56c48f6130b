"""`scrapy ARGS` in a process of its own, but without the second that importing Scrapy takes.

A server, which the first run starts, has everything imported but the settings, as these read the
environment. It forks for each run; the child gets the run's own environment, folder and files, and
does what `python -m scrapy ARGS` does.
"""

from __future__ import annotations

import atexit
import gc
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages

from scrapy.settings import default_settings


class Run:
    """As subprocess.Popen. Variables that Python itself reads at its start have no effect."""

    def __init__(
        self, args: Sequence[str], env: Mapping[str, str], cwd: Path, files: Sequence[int]
    ) -> None:
        """files: those that become standard input, output and error."""
        self.args = ["scrapy", *args]
        self._connection = socket.socket(socket.AF_UNIX)
        self._connection.connect(_address())
        with tempfile.TemporaryFile("w+") as request:
            json.dump({"args": list(args), "env": dict(env), "cwd": str(cwd)}, request)
            request.seek(0)
            socket.send_fds(self._connection, [b"."], [request.fileno(), *files])
            self._answer = self._connection.makefile()
            self.pid = int(self._answer.readline())

    def wait(self, timeout: float) -> int:
        """The exit code; raises subprocess.TimeoutExpired, and leaves nothing running."""
        with self._connection, self._answer:
            self._connection.settimeout(timeout)
            try:
                return int(self._answer.readline())
            except TimeoutError:
                os.kill(self.pid, signal.SIGKILL)
                raise subprocess.TimeoutExpired(self.args, timeout) from None


def run(
    args: Sequence[str], env: Mapping[str, str], cwd: Path, stdin: str | None, timeout: float
) -> subprocess.CompletedProcess[str]:
    """As subprocess.run."""
    with (
        tempfile.TemporaryFile("w+") as given,
        tempfile.TemporaryFile("w+") as out,
        tempfile.TemporaryFile("w+") as err,
    ):
        given.write(stdin or "")
        given.seek(0)
        started = Run(args, env, cwd, [file.fileno() for file in (given, out, err)])
        code = started.wait(timeout)
        out.seek(0)
        err.seek(0)
        return subprocess.CompletedProcess(started.args, code, out.read(), err.read())


@cache
def _address() -> str:
    """Starts the server, which ends with us."""
    folder = tempfile.TemporaryDirectory()
    address = f"{folder.name}/warm"
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(address)
        listening.listen()
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.warm", str(listening.fileno())],
            cwd=Path(__file__).parent.parent,
            stdin=subprocess.PIPE,  # which is closed when we end, in whatever way
            stdout=subprocess.DEVNULL,
            pass_fds=[listening.fileno()],
        )

    def stop() -> None:
        server.communicate()
        folder.cleanup()

    atexit.register(stop)
    return address


def serve(listening: socket.socket) -> None:
    """Comes back at the end, and in each child when its run has ended."""
    for name in ("scrapy.cmdline", "scrapy.commands", "kzscraper"):
        import_module(name)
        for module in walk_packages(getattr(sys.modules[name], "__path__", ()), f"{name}."):
            if module.name != "kzscraper.settings":
                import_module(module.name)
    for usual in (
        *default_settings.EXTENSIONS_BASE,
        *default_settings.DOWNLOADER_MIDDLEWARES_BASE,
        *default_settings.SPIDER_MIDDLEWARES_BASE,
    ):
        import_module(usual.rpartition(".")[0])
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for a run's parent
    while sys.stdin not in (ready := select.select([listening, sys.stdin], [], [])[0]) and ready:
        connection, _ = listening.accept()
        if os.fork() == 0:
            listening.close()
            _run(connection)
            return
        connection.close()


def _run(connection: socket.socket) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, files, _, _ = socket.recv_fds(connection, 1, 4)
    if pid := os.fork():
        connection.sendall(b"%d\n" % pid)
        _, status = os.waitpid(pid, 0)
        connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
        os._exit(0)
    connection.close()
    with os.fdopen(files[0]) as file:
        request = json.load(file)
    for number, file_of_run in enumerate(files[1:]):
        os.dup2(file_of_run, number)
        os.close(file_of_run)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    sys.argv[1:] = request["args"]
    runpy.run_module("scrapy", run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
