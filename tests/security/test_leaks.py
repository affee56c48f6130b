"""A working day of the whole program, after which no observer token is found anywhere but in the
column of the database that is for it.
"""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from kzscraper.demo.pools import DemoPool
from kzscraper.page.diagnosis import diagnose
from kzscraper.page.document import Document
from tests.conftest import ROOT, Farm
from tests.security.hostile import token_of

# Of a token that is masked four digits are left at either end; so many in a row are too many.
TOO_MANY = 9
_PLAIN = DemoPool(token_of("plain"), name="plain", online=12, offline=2, page_size=10, moving=False)


def demo_pool(name: str, **changes: object) -> DemoPool:
    return replace(_PLAIN, token=token_of(name), name=name, **changes)  # type: ignore[arg-type]


_ENCODED = "".join(f"%{ord(digit):02x}" for digit in token_of("talkative"))
POOLS = [
    _PLAIN,
    demo_pool("short", failure="short", online=50),
    demo_pool("gone", failure="http_404"),
    demo_pool("server error", failure="http_500"),
    demo_pool("revoked", failure="revoked"),
    demo_pool("no data", failure="api_500"),
    demo_pool("redirects for ever", failure="redirect_loop"),
    demo_pool("redirects elsewhere", failure="redirect_foreign"),
    demo_pool("hangs", failure="hang"),
    # Its own link, where numbers are expected: it is quoted in the reason.
    demo_pool(
        "talkative",
        values={
            "balance": f"0.5BTC, see /observer-link/{token_of('talkative')}",
            "last_income": f"0.5BTC ?next=%2Fapi%2Fobserver%2F{_ENCODED}",
            "current_hashrate": f"1 {'x' * 24} {token_of('talkative')}",
        },
    ),
]
TOKENS = [pool.token for pool in POOLS]
# All that an operator may ask, by what he types.
COMMANDS = (
    *("pools list", "pools show kzpool_001", "pools show kzpool_099", "pools activate kzpool_001"),
    *(f"show {what}" for what in ("status", "workers", "offline", "earnings", "anomalies")),
    *("show scrapes", "show status --format json", "show workers --format csv"),
    *("report uptime", "report earnings", "anomalies list", "health", "health --format json"),
    *("db stats", "db prune", "db optimize", "db backup {folder}/pools-backup.db.gz"),
    *("config", "schedule cron", "schedule systemd {folder}/units"),
    *("doctor kzpool_001", "doctor kzpool_001 --format json --save {folder}/doctor --fixture"),
    "doctor kzpool_008 --save {folder}/doctor-foreign",
    # Mistakes are quoted.
    *("pools add kzpool_001 --url {link}", "pools add kzpool_098 --url {link}%0A?x={token}"),
    *("pools update kzpool_001 --url ftp://x/observer-link/{token}", "doctor {token}"),
    *("doctor https://example.com/observer-link/{token}", "crawl kzpool -a pool_id={token}"),
    *("crawl kzpool -a url={link}", "crawl kzpool -a client={link}", "show {link}"),
    *("crawl kzpool -s KZ_OBSERVER_HOSTS={link}", "crawl {link}", "db restore {token}"),
)


class Titles(threading.Thread):
    """Looks at all processes' titles until it is stopped."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.seen: set[str] = set()
        self._stopped = threading.Event()

    def run(self) -> None:
        while not self._stopped.wait(0.1):
            self.seen.update(map(title, Path("/proc").glob("[0-9]*")))

    def stop(self) -> set[str]:
        self._stopped.set()
        self.join()
        return self.seen


def title(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().decode("utf-8", "replace")
    except OSError:  # it has ended
        return ""


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """All that is left of the day, by where it was found."""
    folder = tmp_path_factory.mktemp("leaks")
    (folder / "tmp").mkdir()
    farm = Farm(folder, POOLS)
    farm.env |= {
        "KZ_VISIT_TIMEOUT": "15",
        "TMPDIR": str(folder / "tmp"),
        "XDG_CONFIG_HOME": str(folder / "config"),
    }
    found: dict[str, bytes] = {}

    def keep(what: str, done: subprocess.CompletedProcess[str]) -> None:
        assert "Traceback" not in done.stderr, done.stderr
        found[f"output of {what}"] = done.stdout.encode() + done.stderr.encode()

    with farm.site:
        farm.register()
        titles = Titles()
        titles.start()
        feeds = ("-O", f"{folder}/workers.csv", "-O", f"{folder}/all.json", "-O", f"{folder}/x.xml")
        keep("crawl", farm.crawl("kzpool", *feeds, "-L", "DEBUG"))
        with locked_from_the_first_request(farm):
            keep("spooling crawl", _crawl_one(farm))
        assert list(folder.glob("pools.db.spool/*.json")), found["output of spooling crawl"]
        found |= _files(farm)
        keep("crawl after that", _crawl_one(farm))
        places = {"folder": folder, "link": farm.site.link(_PLAIN), "token": _PLAIN.token}
        for command in COMMANDS:
            keep(command, farm.scrapy(*command.format(**places).split()))
        found["process titles"] = "\n".join(titles.stop()).encode()
    return found | _files(farm)


@contextmanager
def locked_from_the_first_request(farm: Farm) -> Iterator[None]:
    """Another program holds the database from the moment on that a page is asked for."""
    before, over = len(farm.site.requests), threading.Event()

    def hold() -> None:
        while len(farm.site.requests) == before and not over.wait(0.01):
            pass
        with closing(sqlite3.connect(farm.database)) as other:
            other.execute("BEGIN IMMEDIATE")
            over.wait()

    holder = threading.Thread(target=hold, daemon=True)
    holder.start()
    try:
        yield
    finally:
        over.set()
        holder.join()


def _crawl_one(farm: Farm) -> subprocess.CompletedProcess[str]:
    return farm.crawl("kzpool", "-a", "pool_id=kzpool_001", KZ_BUSY_TIMEOUT="0.1")


def _files(farm: Farm) -> dict[str, bytes]:
    """Names and contents, but for the column that is for the links, and backups of it."""
    files = [path for path in farm.folder.rglob("*") if path.is_file()]
    database = {"pools.db", "pools.db-journal", "pools-backup.db.gz"}
    found = {str(path): path.read_bytes() for path in files if path.name not in database}
    found["names of files"] = "\n".join(map(str, files)).encode()
    with closing(sqlite3.connect(farm.database)) as connection:
        tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master")]
        for table in tables:
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            for column in set(columns) - {"observer_url"}:
                values = connection.execute(f"SELECT {column} FROM {table}").fetchall()
                found[f"{table}.{column}"] = repr(values).encode()
    return found


def test_no_token_is_left_anywhere(left: dict[str, bytes]) -> None:
    assert {where: leaks(what) for where, what in left.items() if leaks(what)} == {}


def test_all_of_the_day_was_looked_at(left: dict[str, bytes]) -> None:
    log = left["output of crawl"].decode()
    assert re.search(r"10 pool\(s\): \d complete, \d partial, \d failed", log)
    assert " DEBUG: " in log
    masked = f"{TOKENS[0][:4]}…{TOKENS[0][-4:]}"
    for where in ("crawl", "pools list", "doctor kzpool_001", "crawl {link}"):
        assert masked in left[f"output of {where}"].decode(), where
    places = "\n".join(left)
    for place in ("workers.csv", "all.json", "evidence/", "spool/", ".lock", "doctor/responses"):
        assert place in places
    assert "chromium" in left["process titles"].decode()
    assert "scrape_log.error" in left


@pytest.mark.parametrize(
    "text",
    [
        TOKENS[0],
        TOKENS[0].upper(),
        f"x{TOKENS[0][4:13]}x",
        "".join(f"%{ord(digit):02x}" for digit in TOKENS[0]),
        "".join(f"\\u{ord(digit):04x}" for digit in TOKENS[0]),
    ],
)
def test_such_traces_are_found(text: str) -> None:
    assert leaks(f"abc {text} def".encode())


def test_a_page_that_shows_a_token_is_quoted_without_it() -> None:
    for length in range(101):
        page = Document.from_html(f"<p>{'x' * length} {TOKENS[0]}</p>")
        assert not leaks(diagnose(page, 200).reason.encode())


def test_the_mask_is_no_trace() -> None:
    assert not leaks(f"{TOKENS[0][:4]}…{TOKENS[0][-4:]}".encode())


def test_a_link_among_the_arguments_does_not_stay_in_the_list_of_processes(tmp_path: Path) -> None:
    farm = Farm(tmp_path, [demo_pool("hangs", failure="hang")])
    with farm.site:
        [pool] = farm.pools.values()
        command = [sys.executable, "-m", "scrapy", "doctor", farm.site.link(pool)]
        env = {"PATH": "/usr/bin:/bin", **farm.env, "KZ_VISIT_TIMEOUT": "60"}
        with subprocess.Popen(
            command, cwd=ROOT, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as process:
            place = Path(f"/proc/{process.pid}")
            deadline = time.monotonic() + 60
            while "…" not in title(place) and time.monotonic() < deadline:
                time.sleep(0.05)
            shown = title(place)
            process.terminate()
        assert f"observer-link/{pool.token[:4]}…{pool.token[-4:]}" in shown


def leaks(content: bytes) -> list[str]:
    """What of a token stands there: so many digits in a row, plain or encoded."""
    text = re.sub(r"(?:%|\\x|\\u00)([0-9a-f]{2})", _decoded, content.decode("latin-1").lower())
    pieces = {token[n : n + TOO_MANY] for token in TOKENS for n in range(33 - TOO_MANY)}
    return sorted(piece for piece in pieces if piece in text)


def _decoded(match: re.Match[str]) -> str:
    return chr(int(match[1], 16)).lower()
