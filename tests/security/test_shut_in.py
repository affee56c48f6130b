"""One crawl of pages that pry, keep, ask, download and give commands: they get nothing."""

from __future__ import annotations

import asyncio
import csv
import io
import json
import os
import threading
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest
from playwright.async_api import async_playwright
from scrapy.settings import Settings

from kzscraper.browser import launch
from kzscraper.demo.serving import Answer
from tests.conftest import Completed, run_scrapy
from tests.security.hostile import Crawled, HostileSite, crawl, id_of, page

# Shows what an earlier visitor of this host has left, then leaves something in every place.
_KEEPS = """
const table = document.querySelector('#workers'), cell = table.querySelector('td');
table.hidden = true;  // so that nobody reads it before its time
(async () => {
  const found = [document.cookie, localStorage.getItem('k'), await caches.has('k'),
    (await indexedDB.databases()).length];
  document.cookie = 'k=v; max-age=1000; path=/';
  localStorage.setItem('k', 'v');
  await caches.open('k');
  await new Promise(done => { indexedDB.open('k').onsuccess = done; });
  cell.textContent = JSON.stringify(found);
  table.hidden = false;
  await fetch('/kept');
})();
"""
_NOTHING_FOUND = '["",null,false,0]'
_ASKS = """
const table = document.querySelector('#workers'), cell = table.querySelector('td');
table.hidden = true;
const within = what => Promise.race([
  what().then(() => 'granted', error => 'refused'),
  new Promise(done => setTimeout(done, 400, 'no answer'))]);
(async () => {
  const answers = await Promise.all([
    () => new Promise((yes, no) => navigator.geolocation.getCurrentPosition(yes, no)),
    () => Notification.requestPermission().then(a => { if (a !== 'granted') throw a; }),
    () => navigator.clipboard.readText(),
    () => navigator.mediaDevices.getUserMedia({audio: true}),
    () => navigator.storage.persist().then(a => { if (!a) throw a; }),
    () => showSaveFilePicker(),
  ].map(within));
  cell.textContent = 'answers: ' + answers.join(', ');
  table.hidden = false;
})();
"""
_DOWNLOADS = """
for (const href of ['/file', URL.createObjectURL(new Blob(['downloaded']))])
  Object.assign(document.createElement('a'), {href, download: 'x.exe'}).click();
document.body.append(Object.assign(document.createElement('iframe'), {src: '/file'}));
for (const ask of [alert, confirm, prompt]) ask('dialog');
"""
_RUNS_AT_HOME = """
<script>fetch('http://{host}/called-home')</script>
<img src="x" onerror="fetch('http://{host}/called-home')">
<img src="http://{host}/called-home"><iframe src="http://{host}/called-home"></iframe>
<link rel="stylesheet" href="http://{host}/called-home">
<svg onload="fetch('http://{host}/called-home')"></svg>
<noscript><meta http-equiv="refresh" content="0; url=http://{host}/called-home"></noscript>
"""
AGENT = "Mozilla/5.0 (X11; Linux x86_64) kzscraper (mail to watch@example.com)"
NAMES = (
    "rig\x1b]0;owned\x07\x1b[2J\x1b[31m",
    "\x9b2J\u202egnp.exe\u2066",
    '=HYPERLINK("http://x/?"&A1,"rig")',
    "@SUM(1+1)*cmd|' /C calc'!A0",
    "'); DROP TABLE worker_status; --",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    'rig"},{"x":"',
)


class Keeping:
    """Lets the second of two visitors wait until the first has left its things."""

    def __init__(self) -> None:
        self._kept = threading.Event()
        self._visitors = threading.Lock()
        self._first = True

    def page(self, _: Message) -> Answer:
        with self._visitors:
            is_first, self._first = self._first, False
        if not is_first:
            assert self._kept.wait(30)
        return page(_KEEPS)

    def kept(self, _: Message) -> Answer:
        self._kept.set()
        return Answer()


@pytest.fixture(scope="module")
def site() -> Iterator[HostileSite]:
    keeping = Keeping()
    with HostileSite() as site:
        site.paths["/kept"] = keeping.kept
        site.paths["/file"] = Answer(
            body=b"downloaded", headers={"Content-Disposition": "attachment; filename=x.exe"}
        )
        site.pools["keeps one"] = site.pools["keeps two"] = keeping.page
        site.pools["asks"] = page(_ASKS)
        site.pools["downloads"] = page(_DOWNLOADS)
        site.pools["is a file"] = site.paths["/file"]
        site.pools["names"] = page(workers=NAMES)
        calling = page(workers=NAMES).body.replace(
            b"<div>Offline workers</div><div>0",
            (_RUNS_AT_HOME.format(host=site.host).encode() + b"<div>Offline workers</div><div>9"),
        )
        site.pools["evidence"] = Answer(body=calling)
        yield site


@pytest.fixture(scope="module")
def crawled(site: HostileSite, tmp_path_factory: pytest.TempPathFactory) -> Crawled:
    folder = tmp_path_factory.mktemp("shut_in")
    (folder / "tmp").mkdir()
    feeds = ("-O", f"{folder}/workers.csv", "-O", f"{folder}/all.json")
    env = {"TMPDIR": str(folder / "tmp"), "KZ_USER_AGENT": AGENT}
    return crawl(site, folder, *feeds, "-L", "DEBUG", **env)


def test_nothing_is_shared_between_two_visits_to_one_host(
    site: HostileSite, crawled: Crawled
) -> None:
    assert crawled.workers("keeps one") == [_NOTHING_FOUND]
    assert crawled.workers("keeps two") == [_NOTHING_FOUND]
    links = {site.link(name).partition(site.host)[2] for name in ("keeps one", "keeps two")}
    asked = [headers for target, headers in site.requests if target in links]
    assert [headers["Cookie"] for headers in asked] == [None, None]
    assert len([True for target, _ in site.requests if target == "/kept"]) == 2


def test_no_permission_is_granted(crawled: Crawled) -> None:
    [answers] = crawled.workers("asks")
    assert answers.startswith("answers: ")
    assert set(answers.removeprefix("answers: ").split(", ")) <= {"refused", "no answer"}


def test_nothing_is_downloaded_and_dialogs_are_dismissed(crawled: Crawled) -> None:
    assert crawled.scrape("downloads")["status"] == "complete"
    assert crawled.scrape("is a file")["status"] == "failed"
    files = [path for path in crawled.folder.rglob("*") if path.is_file()]
    assert not [path for path in files if path.read_bytes() == b"downloaded"]
    assert not [path for path in files if path.suffix == ".exe"]


def test_none_of_it_breaks_the_run(crawled: Crawled) -> None:
    assert crawled.done.returncode == 2
    assert "Traceback" not in crawled.done.stderr


def test_the_site_is_told_who_asks(site: HostileSite, crawled: Crawled) -> None:
    assert crawled.done.returncode == 2
    assert {headers["User-Agent"] for _, headers in site.requests} == {AGENT}


def test_the_log_says_once_whether_the_sandbox_is_off(crawled: Crawled) -> None:
    warnings = crawled.done.stderr.count("WARNING: Chromium runs without its sandbox, as root")
    assert warnings == (1 if os.geteuid() == 0 else 0)


def test_names_are_stored_as_they_are(crawled: Crawled) -> None:
    stored = crawled.workers("names")
    assert stored[2:] == list(NAMES[2:])
    assert len(stored) == len(NAMES)


def looked_at(crawled: Crawled, *args: str) -> Completed:
    database = str(crawled.folder / "pools.db")
    return run_scrapy("show", *args, "--pool_id", "names", env={"KZ_DATABASE": database})


@pytest.mark.parametrize("args", [("workers",), ("anomalies",), ("scrapes",)])
def test_tables_do_not_command_the_terminal(crawled: Crawled, args: tuple[str, ...]) -> None:
    done = looked_at(crawled, *args)
    assert done.returncode == 0
    assert_is_plain(done.stdout + done.stderr)


def test_the_log_does_not_command_the_terminal(crawled: Crawled) -> None:
    assert "DROP TABLE" in crawled.done.stderr  # DEBUG prints items
    assert_is_plain(crawled.done.stderr + crawled.done.stdout)


def test_csv_holds_no_formulas(crawled: Crawled) -> None:
    printed = looked_at(crawled, "workers", "--format", "csv").stdout
    for text in (printed, (crawled.folder / "workers.csv").read_text("utf-8")):
        cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
        assert f"'{NAMES[2]}" in cells
        assert not [cell for cell in cells if cell.startswith(("=", "@", "+", "\t"))]


def test_json_is_not_broken_out_of(crawled: Crawled) -> None:
    printed = json.loads(looked_at(crawled, "workers", "--format", "json").stdout)
    assert NAMES[-1] in [row["worker_name"] for row in printed]
    feed = json.loads((crawled.folder / "all.json").read_text("utf-8"))
    assert NAMES[-1] in [row.get("worker_name") for row in feed]


def test_evidence_does_nothing_when_it_is_opened(site: HostileSite, crawled: Crawled) -> None:
    [evidence] = crawled.folder.glob(f"evidence/{id_of('evidence')}/*.html")
    assert "called-home" in evidence.read_text("utf-8")
    del site.requests[:]
    assert "rig" in asyncio.run(text_of(evidence))
    assert site.requests == []


async def text_of(file: Path) -> str:
    """What a browser that may go everywhere makes of a file."""
    path = launch.launch_options(Settings())["executable_path"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path)
        try:
            opened = await browser.new_page(java_script_enabled=True)
            await opened.goto(file.as_uri(), wait_until="networkidle")
            return await opened.inner_text("body")
        finally:
            await browser.close()


def assert_is_plain(text: str) -> None:
    assert not [char for char in text if char in "\x1b\x07\x9b\r\u202e\u2066"]
