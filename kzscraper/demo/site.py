"""The server of the demo observer pages: what is asked for, and what goes wrong on purpose."""

import re
import secrets
import threading
from collections.abc import Iterable, Mapping
from datetime import datetime
from email.message import Message
from types import TracebackType
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from kzscraper.demo import answers, assets
from kzscraper.demo.figures import moment_of
from kzscraper.demo.pools import DemoPool
from kzscraper.demo.serving import Answer, Server, error

RETRY_AFTER = {"Retry-After": "1"}


class DemoSite:
    """Serves the pages of some pools, each request in a thread of its own, until it is stopped."""

    def __init__(self, pools: Iterable[DemoPool], host: str = "127.0.0.1", port: int = 0) -> None:
        self.build = secrets.token_hex(8)
        self._host = host
        self._asked_port = port
        self._server: Server | None = None
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self._pools = {pool.token: pool for pool in pools}
        self._requests: list[str] = []
        self._visits: dict[str, list[datetime]] = {}
        self._shells_asked: dict[str, int] = {}

    def start(self) -> Self:
        if self._server is not None:
            raise RuntimeError("the demo site runs already")
        self._server = Server((self._host, self._asked_port), self.answer)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.02,), name="demo-site", daemon=True
        )
        self._thread.start()
        return self

    def stop(self) -> None:
        """Ends also the requests that would never be answered."""
        if self._server is None or self._thread is None:
            return
        self._server.stop()
        self._thread.join()
        self._server = self._thread = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def port(self) -> int:
        if self._server is None:
            raise RuntimeError("the demo site is not running")
        return self._server.server_port

    @property
    def url(self) -> str:
        return f"http://{self._host}:{self.port}"

    @property
    def foreign_url(self) -> str:
        """The same server under another host name."""
        return f"http://{'127.0.0.1' if self._host == 'localhost' else 'localhost'}:{self.port}"

    @property
    def requests(self) -> list[str]:
        """Paths with their query, in the order of arrival."""
        with self._lock:
            return list(self._requests)

    def link(self, pool: DemoPool) -> str:
        return f"{self.url}/observer-link/{pool.token}"

    def set(self, pool: DemoPool) -> None:
        """Replaces (or adds) the pool of this token; `flaky_…` begins to count anew."""
        with self._lock:
            self._pools[pool.token] = pool
            self._shells_asked.pop(pool.token, None)

    def answer(self, target: str, headers: Message) -> Answer | None:
        """None: never."""
        with self._lock:
            self._requests.append(target)
        url = urlsplit(target)
        if found := re.fullmatch(rf"{assets.static_path(self.build)}/([\w.]+)", url.path):
            return None if found[1] == "slow.png" else assets.asset(found[1], self.build)
        if url.path == "/metrics.js":
            return Answer(content_type=assets.CONTENT_TYPES["js"])
        if found := re.fullmatch(r"/observer-link/([0-9a-f]{32})", url.path):
            return self._page(found[1], target, headers)
        if found := re.fullmatch(r"/api/observer/([0-9a-f]{32})/(\w+)", url.path):
            return self._api(found[1], found[2], dict(parse_qsl(url.query)), headers)
        return error(404)

    def _page(self, token: str, target: str, headers: Message) -> Answer | None:
        with self._lock:
            pool = self._pools.get(token)
            asked = self._shells_asked[token] = self._shells_asked.get(token, 0) + 1
        if pool is None:
            return error(404)
        kind = pool.failure_kind
        if kind.startswith(("http_", "flaky_")):
            status = int(kind[-3:])
            if kind.startswith("http_") or asked <= pool.failure_count:
                return error(status, RETRY_AFTER if status == 429 else None)
        if kind in ("challenge", "challenge_200"):
            return answers.challenge(403 if kind == "challenge" else 200)
        if kind == "login":
            return answers.login(pool, self.build)
        if kind == "redirect_loop":
            return answers.redirect(target)
        if kind == "redirect_foreign" and headers.get("Host") == urlsplit(self.url).netloc:
            # There the page looks all right, so that a reader who does not mind the host is found.
            return answers.redirect(self.foreign_url + target)
        if kind == "hang":
            return None
        with self._lock:
            visits = self._visits.setdefault(token, [])
            visits.append(moment_of(pool))
            visit = len(visits) - 1
        return answers.shell(pool, visit, self.build, self.foreign_url)

    def _api(self, token: str, part: str, query: Mapping[str, str], headers: Message) -> Answer:
        with self._lock:
            pool = self._pools.get(token)
            visits = list(self._visits.get(token, ()))
        if pool is None:
            return error(404)
        said = headers.get("X-Visit", "")
        visit = int(said) if said.isdecimal() else max(0, len(visits) - 1)
        # All parts of a visit show the same moment, however late they are asked for.
        known = pool.moving and pool.now is None and visit < len(visits)
        moment = visits[visit] if known else moment_of(pool)
        return answers.api(pool, part, query, visit, moment)
