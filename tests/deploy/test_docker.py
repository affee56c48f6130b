"""What Dockerfile and compose.yaml say, and the programs that they call, outside of a container."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT, Completed, Farm
from tests.crawl.scenarios import demo_pool
from tests.deploy.processes import alive, descendants
from tools.scrapyd_server import poll

ENTRYPOINT = ROOT / "deploy" / "docker" / "entrypoint.sh"
PROGRAMS = Path(sys.executable).parent
PLAIN = demo_pool("plain")


def environment(**own: str) -> dict[str, str]:
    """As the image has it: the package is found wherever one is, there is no scrapy.cfg."""
    return {
        "PATH": f"{PROGRAMS}:/usr/bin:/bin",
        "PYTHONPATH": str(ROOT),
        "SCRAPY_SETTINGS_MODULE": "kzscraper.settings",
        **own,
    }


def enter(folder: Path, *args: str, **env: str) -> Completed:
    return subprocess.run(
        [str(ENTRYPOINT), *args],
        cwd=folder,
        env=environment(**env),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("program", "args"),
    [
        ("hadolint", ["Dockerfile"]),
        ("shellcheck", ["deploy/docker/entrypoint.sh", "tools/install-browser.sh"]),
        ("check-jsonschema", ["-q", "--builtin-schema", "vendor.compose-spec", "compose.yaml"]),
    ],
)
def test_linters_find_nothing(program: str, args: list[str]) -> None:
    if not (PROGRAMS / program).exists():
        pytest.skip(f"there is no {program} for this platform")
    done = subprocess.run(
        [str(PROGRAMS / program), *args], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    return found


def test_the_containers_are_shut_in() -> None:
    services = compose()["services"]
    ours = [services[name] for name in ("crawler", "prune", "backup")]
    for service in ours:
        assert service["cap_drop"] == ["ALL"]
        assert service["read_only"] is True
        assert "no-new-privileges:true" in service["security_opt"]
        [profile] = [o.partition(":")[2] for o in service["security_opt"] if "seccomp" in o]
        assert (ROOT / profile).exists()
    assert all(service["volumes"][0] == "data:/data" for service in services.values())
    user = re.search(r"^USER (.+)$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert user
    assert user[1] == services["second-scraper"]["user"] == "10001:10001"


def test_the_profile_leaves_chromium_its_sandbox() -> None:
    profile = json.loads((ROOT / "deploy" / "docker" / "seccomp.json").read_text("utf-8"))
    assert profile["defaultAction"] == "SCMP_ACT_ALLOW"
    [rule] = profile["syscalls"]
    assert rule["action"] == "SCMP_ACT_ERRNO"
    assert not {"clone", "clone3", "unshare", "setns", "chroot", "seccomp"} & set(rule["names"])
    assert {"mount", "ptrace", "bpf", "keyctl", "kexec_load"} <= set(rule["names"])


def test_files_that_the_image_copies_are_sent_to_the_builder() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text("utf-8")
    ignored = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.MULTILINE)
    for name in " ".join(copied).split():
        assert (ROOT / name).exists()
        assert f"!{name}" in ignored


def test_the_loop_crawls_again_and_again_until_it_is_stopped(farm: Callable[..., Farm]) -> None:
    made = farm(PLAIN)
    with (made.folder / "loop.log").open("wb") as log:
        loop = subprocess.Popen(
            [str(ENTRYPOINT), "every", "1", "crawl", "kzpool"],
            cwd=made.folder,
            env=environment(**made.env),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        assert poll(lambda: len(made.of_pool("scrape_log", "plain")) == 1, 120)
        # In the middle of the second visit.
        asked = len(made.site.requests)
        assert poll(lambda: len(made.site.requests) > asked, 60)
        started = descendants(loop.pid)
    finally:
        loop.send_signal(signal.SIGTERM)
        code = loop.wait(90)
    assert code == 0
    assert poll(lambda: not alive(started), 10), alive(started)
    visits = made.of_pool("scrape_log", "plain")
    assert [visit["status"] for visit in visits] == ["complete", "complete"]


def test_the_loop_makes_the_database_and_outlives_what_cannot_run(tmp_path: Path) -> None:
    with (tmp_path / "loop.log").open("wb") as log:
        loop = subprocess.Popen(
            [str(ENTRYPOINT), "every", "1", "crawl", "kzpool"],
            cwd=tmp_path,
            env=environment(KZ_DATABASE=str(tmp_path / "pools.db")),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    said = tmp_path / "loop.log"
    try:
        assert poll(lambda: said.read_text("utf-8").count("`scrapy pools add ") >= 2, 60)
    finally:
        loop.send_signal(signal.SIGTERM)
        code = loop.wait(60)
    assert code == 0
    assert (tmp_path / "pools.db").exists()


@pytest.mark.parametrize("args", [["every"], ["every", "0", "crawl"], ["every", "x", "crawl"]])
def test_a_loop_without_sense_is_refused(tmp_path: Path, args: list[str]) -> None:
    done = enter(tmp_path, *args)
    assert done.returncode == 1
    assert "usage: every SECONDS ARGUMENTS" in done.stderr


def test_anything_else_is_for_scrapy(tmp_path: Path) -> None:
    done = enter(tmp_path, "version")
    assert (done.returncode, done.stdout) == (0, "Scrapy 2.19.0\n")


def test_the_health_check_knows_two_answers(farm: Callable[..., Farm]) -> None:
    made = farm(PLAIN)
    line = re.search(r"^ +CMD (\[.+\])$", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)
    assert line
    [program, mode] = json.loads(line[1])
    assert (program, mode) == ("kzscraper", "healthcheck")  # the entry point, where it is installed
    assert enter(made.folder, mode, **made.env).returncode == 0
    sick = enter(made.folder, mode, **made.env, KZ_DISK_MIN_MB="999999999")
    assert (sick.returncode, sick.stdout[:11]) == (1, "UNHEALTHY: ")
    missing = enter(made.folder, mode, **{**made.env, "KZ_DATABASE": "/nowhere/pools.db"})
    assert missing.returncode == 1


def test_the_second_scraper_shares_the_database(farm: Callable[..., Farm]) -> None:
    made = farm(PLAIN)
    script = [sys.executable, str(ROOT / "deploy" / "docker" / "second_scraper.py")]
    # While the crawl writes, too.
    crawl = subprocess.Popen(
        [str(ENTRYPOINT), "crawl", "kzpool", "-L", "WARNING"],
        cwd=made.folder,
        env=environment(**made.env),
    )
    try:
        while crawl.poll() is None:
            subprocess.run([*script, str(made.database)], env=os.environ, check=True)
    finally:
        code = crawl.wait(120)
    assert code == 0
    with closing(sqlite3.connect(made.database)) as database:
        rows = database.execute("SELECT pool_id, balance FROM latest_pool_status").fetchall()
    assert ("antpool_001", "0.00250000BTC") in rows
    assert len(made.of_pool("worker_status", "plain")) == 24
    # A pool that is not ours is none of our business.
    assert "antpool" not in enter(made.folder, "health", **made.env).stdout
