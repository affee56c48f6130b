"""A site whose pages attack whoever reads them, and strangers whom nobody may call."""

from __future__ import annotations

import json
import re
import socket
import sqlite3
import threading
from collections.abc import Callable, Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from email.message import Message
from hashlib import md5
from html import escape
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from kzscraper.demo.serving import Answer, Server, error
from tests.conftest import Completed, run_scrapy

Respond = Answer | Callable[[Message], Answer | None]


def token_of(name: str) -> str:
    return md5(name.encode(), usedforsecurity=False).hexdigest()


def id_of(name: str) -> str:
    return re.sub(r"\W", "_", name)


def page(script: str = "", head: str = "", workers: tuple[str, ...] = ("rig",)) -> Answer:
    """A page that shows all sections as soon as it is there, and then runs `script`."""
    rows = "".join(
        f"<tr><td>{escape(name)}<td>ONLINE<td>1.000 TH/s<td>1.000 TH/s<td>1.000 TH/s"
        "<td>2026-11-23 04:45:00"
        for name in workers
    )
    html = f"""<!DOCTYPE html><html><head><meta charset="utf-8">{head}</head><body>
<div><div>Current hashrate</div><div>1.000 TH/s</div></div>
<div><div>Average hashrate 24H</div><div>1.000 TH/s</div></div>
<div><div>Online workers</div><div>{len(workers)}</div></div>
<div><div>Offline workers</div><div>0</div></div>
<div><div>Balance</div><div>0.01864218BTC</div></div>
<div><div>Last income</div><div>0.01570138BTC</div></div>
<table id="workers"><thead><tr><th>Workers<th>Status<th>Hashrate 10m<th>Hashrate 1h<th>Hashrate 24h
<th>Last share time</tr></thead><tbody>{rows}</tbody></table>
<table><thead><tr><th>Date<th>Total income<th>Hashrate</tr></thead>
<tbody><tr><td>2026-11-22<td>0.01570138<td>1.000 TH/s</tbody></table>
<script>{script}</script></body></html>"""
    return Answer(body=html.encode())


def redirect(location: str) -> Answer:
    return Answer(302, headers={"Location": location})


class HostileSite:
    """Serves /observer-link/TOKEN by the pool's name, and further paths, on loopback."""

    def __init__(self) -> None:
        self.pools: dict[str, Respond] = {}
        self.paths: dict[str, Respond] = {}
        self.requests: list[tuple[str, Message]] = []
        self._server = Server(("127.0.0.1", 0), self._answer)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    def link(self, name: str) -> str:
        return f"http://{self.host}/observer-link/{token_of(name)}"

    def registry(self) -> str:
        """The file that `scrapy pools import` reads."""
        pools = [
            {"pool_id": id_of(name), "observer_url": self.link(name), "pool_name": name}
            for name in self.pools
        ]
        return json.dumps({"pools": pools})

    def _answer(self, target: str, headers: Message) -> Answer | None:
        self.requests.append((target, headers))
        path = urlsplit(target).path
        tokens = {f"/observer-link/{token_of(name)}": one for name, one in self.pools.items()}
        respond = tokens.get(path) or self.paths.get(path)
        if respond is None:
            return error(404)
        return respond if isinstance(respond, Answer) else respond(headers)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()
        self._thread.join()


@dataclass(frozen=True)
class Crawled:
    """What came of a crawl."""

    folder: Path
    done: Completed

    def rows(self, table: str, name: str) -> list[dict[str, Any]]:
        with closing(sqlite3.connect(self.folder / "pools.db")) as connection:
            connection.row_factory = sqlite3.Row
            sql = f"SELECT * FROM {table} WHERE pool_id = ? ORDER BY id"
            return [dict(row) for row in connection.execute(sql, (id_of(name),))]

    def scrape(self, name: str) -> dict[str, Any]:
        [row] = self.rows("scrape_log", name)
        return row

    def workers(self, name: str) -> list[str]:
        return [row["worker_name"] for row in self.rows("worker_status", name)]


def crawl(site: HostileSite, folder: Path, *args: str, **env: str) -> Crawled:
    """All pools of the site, which is the only one that may be opened."""
    env = {
        "KZ_DATABASE": str(folder / "pools.db"),
        "KZ_OBSERVER_HOSTS": site.host,
        "KZ_EVIDENCE_DIR": str(folder / "evidence"),
        **env,
    }
    added = run_scrapy("pools", "import", "-", stdin=site.registry(), env=env)
    assert added.returncode == 0, added.stderr
    return Crawled(folder, run_scrapy("crawl", "kzpool", *args, env=env))


class Strangers:
    """Listens on addresses of this machine that no page may reach, and notes who calls."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, bytes]] = []
        self._stack = ExitStack()
        self.v4 = self._listen(socket.AF_INET, "127.0.0.1")
        self.other_v4 = self._listen(socket.AF_INET, "127.0.0.2")
        self.v6 = self._listen(socket.AF_INET6, "::1") if socket.has_dualstack_ipv6() else 1
        self.udp = self._listen(socket.AF_INET, "127.0.0.1", socket.SOCK_DGRAM)

    @property
    def addresses(self) -> Mapping[str, str]:
        """The same strangers, by the ways in which a page may spell them."""
        return {
            "another port": f"127.0.0.1:{self.v4}",
            "another loopback address": f"127.0.0.2:{self.other_v4}",
            "IPv6": f"[::1]:{self.v6}",
            "IPv4 in IPv6": f"[::ffff:127.0.0.1]:{self.v4}",
            "a name": f"localhost:{self.v4}",
            "a decimal number": f"2130706433:{self.v4}",
            "hexadecimal": f"0x7f000001:{self.v4}",
            "short": f"127.1:{self.v4}",
            "metadata": "169.254.169.254",
        }

    def close(self) -> None:
        self._stack.close()

    def _listen(
        self, family: socket.AddressFamily, address: str, kind: int = socket.SOCK_STREAM
    ) -> int:
        listener = self._stack.enter_context(socket.socket(family, kind))
        listener.bind((address, 0))
        if kind == socket.SOCK_STREAM:
            listener.listen()
        threading.Thread(target=self._note, args=(listener, kind), daemon=True).start()
        port: int = listener.getsockname()[1]
        return port

    def _note(self, listener: socket.socket, kind: int) -> None:
        while True:
            try:
                if kind == socket.SOCK_DGRAM:
                    self.calls.append(("UDP", listener.recv(100)))
                    continue
                connection, _ = listener.accept()
            except OSError:
                return  # closed
            with connection:
                connection.settimeout(5)
                self.calls.append((str(listener.getsockname()), _first_words(connection)))


def _first_words(connection: socket.socket) -> bytes:
    try:
        heard = connection.recv(100)
        body = page(workers=("stranger",)).body
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(body)}\r\n"
        cors = "Access-Control-Allow-Origin: *\r\nConnection: close\r\n\r\n"
        connection.sendall(f"{head}{cors}".encode() + body)
    except OSError:
        return b""
    return heard
