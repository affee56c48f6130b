"""A running Scrapyd, as it is configured in deploy/scrapyd.conf: deploy, schedule, cancel."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.conftest import ROOT, Completed, Farm
from tests.crawl.scenarios import demo_pool
from tests.deploy.processes import alive, descendants
from tools.deploy import PACKAGE, build_egg
from tools.scrapyd_server import ScrapydServer, poll

PLAIN, OTHER, HANGS = (
    demo_pool("plain"),
    demo_pool("other"),
    demo_pool("hangs", failure="script_hang"),
)


@pytest.fixture(scope="module")
def egg(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_egg(tmp_path_factory.mktemp("egg"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScrapydServer]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("KZ_")}
    with ScrapydServer(tmp_path_factory.mktemp("scrapyd"), clean) as running:
        yield running


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    made = Farm(tmp_path_factory.mktemp("farm"), [PLAIN, OTHER, HANGS])
    with made.site:
        made.register()
        yield made


@pytest.fixture(scope="module")
def deployed(server: ScrapydServer, egg: Path) -> ScrapydServer:
    done = deploy(server, "--egg", str(egg), "--version", "1000")
    assert (done.returncode, done.stderr) == (0, "")
    assert "kzpool, kzpool_earnings, kzpool_summary, kzpool_workers" in done.stdout
    return server


def deploy(server: ScrapydServer, *args: str, **env: str) -> Completed:
    return subprocess.run(
        [sys.executable, "-m", "tools.deploy", "--url", server.url, *args],
        cwd=ROOT,
        env={**os.environ, **server.credentials, **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def schedule(server: ScrapydServer, farm: Farm, name: str, **settings: str) -> str:
    given = [("setting", f"{key}={value}") for key, value in {**farm.env, **settings}.items()]
    return str(server.client.schedule(PACKAGE, "kzpool", [*given, ("pool_id", farm.ids[name])]))


def test_the_egg_holds_every_file_of_the_package(egg: Path) -> None:
    packed = set(zipfile.ZipFile(egg).namelist())
    tree = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / PACKAGE).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert tree - packed == set()
    for name in ("store/schema.sql", "page/words.csv", "page/distil.js", "demo/static/app.js"):
        assert f"{PACKAGE}/{name}" in packed
    assert f"{PACKAGE}/deploy/templates/job.service" in packed


def test_nobody_is_served_without_the_password(server: ScrapydServer) -> None:
    assert server.url.startswith("http://127.0.0.1:")
    assert requests.get(f"{server.url}/daemonstatus.json", timeout=10).status_code == 401
    wrong = requests.get(f"{server.url}/", auth=(server.username, "x"), timeout=10)
    assert wrong.status_code == 401
    done = deploy(server, SCRAPYD_PASSWORD="x")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"error: not deployed: {server.url} wants another user or password: see --help\n"
    )


def test_no_server_is_told() -> None:
    nobody = ScrapydServer(Path())
    nobody.url = "http://127.0.0.1:1"
    done = deploy(nobody)
    assert done.returncode == 1
    assert done.stderr == f"error: not deployed: no Scrapyd answers at {nobody.url}\n"


def test_a_job_crawls_and_stores(deployed: ScrapydServer, farm: Farm) -> None:
    # Where Scrapyd itself would put it, if it had an items_dir.
    feed = {f"items/{PACKAGE}/%(name)s/%(_job)s.jl": {"format": "jsonlines"}}
    job = schedule(deployed, farm, "plain", FEEDS=json.dumps(feed))
    assert deployed.wait_for(PACKAGE, job, "finished", 90)
    visit = farm.one("scrape_log", "plain")
    assert (visit["status"], visit["workers_read"], visit["earnings_read"]) == ("complete", 24, 10)
    assert len(farm.of_pool("worker_status", "plain")) == 24
    assert farm.of_pool("scrape_log", "other") == []

    [finished] = deployed.client.jobs(PACKAGE)["finished"]
    assert finished["log_url"] == f"/logs/{PACKAGE}/kzpool/{job}.log"
    auth = (deployed.username, deployed.password)
    shown = requests.get(f"{deployed.url}{finished['log_url']}", auth=auth, timeout=10).content
    log = shown.decode()
    assert log == deployed.log_of(PACKAGE, "kzpool", job).read_text("utf-8")
    assert f"KZ_DATABASE={farm.database} (Scrapyd)" in log
    assert "1 pool(s): 1 complete" in log
    items = (deployed.folder / "items" / PACKAGE / "kzpool" / f"{job}.jl").read_text("utf-8")
    assert len([json.loads(line) for line in items.splitlines()]) == 1 + 24 + 10 + 1


def test_why_a_job_cannot_run_stands_in_its_log(deployed: ScrapydServer, farm: Farm) -> None:
    job = schedule(deployed, farm, "other", KZ_VISIT_TIMEOUT="soon")
    assert deployed.wait_for(PACKAGE, job, "finished", 90)
    last = deployed.log_of(PACKAGE, "kzpool", job).read_text("utf-8").splitlines()[-1]
    assert last.endswith("ERROR: cannot run: KZ_VISIT_TIMEOUT='soon': a number is needed")


def test_a_cancelled_job_leaves_no_browser(deployed: ScrapydServer, farm: Farm) -> None:
    job = schedule(deployed, farm, "hangs", KZ_VISIT_TIMEOUT="120")
    started: set[tuple[int, int]] = set()

    def has_opened_a_page() -> bool:
        started.update(descendants(deployed.pid))
        hangs = farm.site.link(HANGS).removeprefix(farm.site.url)
        return hangs in farm.site.requests and any("chrom" in name for name in alive(started))

    assert poll(has_opened_a_page, 60)
    deployed.client.cancel(PACKAGE, job)
    # The page does not let go: the first word, which asks for an orderly end, is not enough.
    assert not deployed.wait_for(PACKAGE, job, "finished", 1)
    started |= descendants(deployed.pid)
    deployed.client.cancel(PACKAGE, job)
    assert deployed.wait_for(PACKAGE, job, "finished", 30)
    assert poll(lambda: not alive(started), 30), alive(started)


def test_an_egg_that_cannot_be_loaded_here_is_not_sent(
    deployed: ScrapydServer, egg: Path, tmp_path: Path
) -> None:
    lacking = tmp_path / "lacking.egg"
    broken = tmp_path / "broken.egg"
    _repack(egg, lacking, {f"{PACKAGE}/store/schema.sql": None})
    _repack(egg, broken, {f"{PACKAGE}/spiders/kzpool.py": "import nothing_of_this_name\n"})
    for file, says in (
        (lacking, "the egg lacks kzscraper/store/schema.sql"),
        (broken, "nothing_of"),
    ):
        done = deploy(deployed, "--egg", str(file))
        assert done.returncode == 1
        assert "error: not deployed: " in done.stderr
        assert says in done.stderr
        assert deployed.client.versions(PACKAGE) == ["1000"]


def test_an_egg_that_the_server_cannot_load_is_taken_back(
    deployed: ScrapydServer, egg: Path, tmp_path: Path
) -> None:
    (tmp_path / "only_the_deployer_has_it.py").touch()
    broken = tmp_path / "broken.egg"
    with zipfile.ZipFile(egg) as archive:
        settings = archive.read(f"{PACKAGE}/settings.py").decode()
    changed = f"import only_the_deployer_has_it\n{settings}"
    _repack(egg, broken, {f"{PACKAGE}/settings.py": changed})
    done = deploy(deployed, "--egg", str(broken), "--version", "2000", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert "the server cannot load the egg" in done.stderr
    assert "No module named 'only_the_deployer_has_it'" in done.stderr
    assert "Version 2000 was taken back." in done.stderr
    assert deployed.client.versions(PACKAGE) == ["1000"]
    assert "kzpool" in deployed.client.spiders(PACKAGE)


def test_a_version_that_would_not_be_run_is_taken_back(deployed: ScrapydServer, egg: Path) -> None:
    done = deploy(deployed, "--egg", str(egg), "--version", "999")
    assert done.returncode == 1
    assert "would go on running version 1000" in done.stderr
    assert deployed.client.versions(PACKAGE) == ["1000"]
    again = deploy(deployed, "--egg", str(egg), "--version", "1000")
    assert "version 1000 is on the server already" in again.stderr


def test_it_runs_without_eggs_where_the_package_is_installed(tmp_path: Path) -> None:
    (tmp_path / "scrapy.cfg").write_text(f"[settings]\n{PACKAGE} = {PACKAGE}.settings\n")
    with ScrapydServer(tmp_path, {**os.environ, "PYTHONPATH": str(ROOT)}) as running:
        assert running.client.projects() == [PACKAGE]
        assert running.client.spiders(PACKAGE, "kzpool") == ["kzpool"]


def _repack(egg: Path, copy: Path, changes: dict[str, str | None]) -> None:
    """Copies an egg; None leaves a file out."""
    with zipfile.ZipFile(egg) as old, zipfile.ZipFile(copy, "w") as new:
        for name in old.namelist():
            content = changes.get(name, old.read(name).decode("utf-8", "surrogateescape"))
            if content is not None:
                new.writestr(name, content.encode("utf-8", "surrogateescape"))
