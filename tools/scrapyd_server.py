"""A Scrapyd of our own, for the demo and the tests: in a folder of its own, on loopback."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import requests
from scrapyd_client.pyclient import ScrapydClient

from tools.deploy import ROOT

_START = 30.0  # seconds
_STOP = 30.0


class ScrapydServer:
    """Runs with deploy/scrapyd.conf, a free port and a password that nobody else knows.

    What it stores (eggs, logs, queue) is left in `folder`.
    """

    def __init__(self, folder: Path, environ: Mapping[str, str] = os.environ) -> None:
        self.folder = folder
        self.username, self.password = "kzscraper", secrets.token_urlsafe(24)
        self.credentials = {
            "SCRAPYD_USERNAME": self.username,
            "SCRAPYD_PASSWORD": self.password,
        }
        self._environ = {**environ, **self.credentials}
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        """Raises RuntimeError, with the server's own words, if it does not answer."""
        shutil.copy(ROOT / "deploy" / "scrapyd.conf", self.folder)
        log = self.folder / "scrapyd.log"
        for _ in range(5):  # somebody else may take the port in the moment between
            port = _free_port()
            self.url = f"http://127.0.0.1:{port}"
            with log.open("wb") as output:
                self._process = subprocess.Popen(
                    # No pid file: it would stand in the working directory.
                    [sys.executable, "-m", "scrapyd", "--pidfile="],
                    cwd=self.folder,
                    env={**self._environ, "SCRAPYD_HTTP_PORT": str(port)},
                    stdout=output,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # Ctrl-C is for us, and we stop it in order
                )
            if poll(self._answers_or_ended, _START) and self._process.poll() is None:
                return self
            self._kill()
        raise RuntimeError(f"Scrapyd does not start:\n{log.read_text()}")

    @property
    def client(self) -> ScrapydClient:
        return ScrapydClient(self.url, self.username, self.password)

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("Scrapyd is not running")
        return self._process.pid

    def wait_for(self, project: str, job: str, state: str, seconds: float) -> bool:
        """Whether the job is in that state (pending, running, finished) before the time is over."""
        return poll(lambda: self.client.status(job, project)["currstate"] == state, seconds)

    def log_of(self, project: str, spider: str, job: str) -> Path:
        return self.folder / "logs" / project / spider / f"{job}.log"

    def stop(self) -> None:
        """Cancels what runs, as Scrapyd would leave it running, and ends the server."""
        if self._process is None:
            return
        try:
            for _ in range(2):  # a job that hangs needs a second word
                if self._cancel_all():
                    break
        except requests.RequestException:
            pass  # it is gone already
        finally:
            self._kill()

    def _cancel_all(self) -> bool:
        client = self.client
        for project in client.projects():
            jobs = client.jobs(project)
            for job in (*jobs["pending"], *jobs["running"]):
                client.cancel(project, job["id"])
        return poll(lambda: not client.daemonstatus()["running"], _STOP)

    def _kill(self) -> None:
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def _answers_or_ended(self) -> bool:
        if self._process is None or self._process.poll() is not None:
            return True
        try:
            self.client.daemonstatus()
        except requests.RequestException:
            return False
        return True

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def poll(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether `condition` comes true within that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
