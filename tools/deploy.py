"""Deploys to a Scrapyd server, or leaves it as it was: `python -m tools.deploy --help`.

Scrapyd stores a broken egg, makes it the version that it runs, and answers 200, which is enough
for `scrapyd-deploy`. So the egg is loaded here first, the server's answer is read, and a version
that the server cannot load is taken back.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import requests
from scrapyd_client.exceptions import ErrorResponse, MalformedResponse
from scrapyd_client.pyclient import ScrapydClient
from scrapyd_client.utils import get_config

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "kzscraper"
_BUILT_FROM = ("setup.py", "pyproject.toml", "requirements.txt", "scrapy.cfg")
_TIMEOUT = 120  # seconds; the server loads the egg before it answers


class DeployError(Exception):
    """Raised for an egg that was not deployed; the server is as it was."""


def build_egg(folder: Path, root: Path = ROOT) -> Path:
    """Builds the egg with scrapyd-deploy, in a copy: what an earlier build left is not packed."""
    source = folder / "source"
    source.mkdir()
    for name in _BUILT_FROM:
        shutil.copy(root / name, source)
    shutil.copytree(root / PACKAGE, source / PACKAGE, ignore=shutil.ignore_patterns("__pycache__"))
    egg = folder / f"{PACKAGE}.egg"
    builder = Path(sys.executable).with_name("scrapyd-deploy")
    _run("building the egg", [str(builder), "--build-egg", str(egg)], source)
    return egg


def check_egg(egg: Path, root: Path = ROOT) -> list[str]:
    """The egg's spiders; raises DeployError if it lacks a file or a module does not load."""
    package = root / PACKAGE
    with zipfile.ZipFile(egg) as archive:
        packed = set(archive.namelist())
    wanted = {
        path.relative_to(root).as_posix()
        for path in package.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
    if missing := sorted(wanted - packed):
        raise DeployError(f"the egg lacks {', '.join(missing)}")
    with tempfile.TemporaryDirectory() as empty:
        check = str(Path(__file__).with_name("egg_check.py"))
        return _run("loading the egg", [sys.executable, check, str(egg)], Path(empty)).split()


def refuse_known(client: ScrapydClient, project: str, version: str) -> None:
    """Raises DeployError for a version that is on the server: it would be taken back with ours."""
    if project in client.projects() and version in client.versions(project):
        raise DeployError(f"version {version} is on the server already")


def upload(client: ScrapydClient, project: str, version: str, egg: Path, spiders: int) -> None:
    """Adds a new version, or takes it back and raises DeployError."""
    try:
        _add(client, project, version, egg, spiders)
    except (DeployError, requests.RequestException) as error:
        try:
            client.delversion(project, version)
        except ErrorResponse:
            raise DeployError(f"{error}\nNothing was stored.") from error
        except (requests.RequestException, MalformedResponse) as second:
            raise DeployError(
                f"{error}\nVersion {version} could not be taken back: {second}"
            ) from error
        raise DeployError(f"{error}\nVersion {version} was taken back.") from error


def _add(client: ScrapydClient, project: str, version: str, egg: Path, spiders: int) -> None:
    with egg.open("rb") as file:
        response = requests.post(
            f"{client.url}/addversion.json",
            data={"project": project, "version": version},
            files={"egg": ("project.egg", file)},
            auth=client.auth,
            timeout=_TIMEOUT,
        )
    try:
        answer = response.json()
    except ValueError:
        raise DeployError(f"the server answers HTTP {response.status_code}") from None
    if answer.get("status") != "ok":
        raise DeployError(f"the server cannot load the egg:\n{answer.get('message')}")
    if answer.get("spiders") != spiders:
        raise DeployError(f"the server finds {answer.get('spiders')} spiders, not {spiders}")
    if (newest := client.versions(project)[-1]) != version:
        raise DeployError(f"the server would go on running version {newest}, which sorts higher")


def _run(what: str, command: list[str], folder: Path) -> str:
    # Our own environment must not lend the egg what the server does not have.
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SCRAPY_")}
    done = subprocess.run(
        command, cwd=folder, env=clean, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise DeployError(f"{what} failed:\n{done.stdout}{done.stderr}")
    return done.stdout


def _in_words(error: Exception, url: str) -> str:
    if isinstance(error, requests.ConnectionError):
        return f"no Scrapyd answers at {url}"
    if str(error) == "Unauthorized":
        return f"{url} wants another user or password: see --help"
    return str(error)


def _arguments(arguments: list[str] | None) -> argparse.Namespace:
    target = get_config()["deploy"]
    parser = argparse.ArgumentParser(
        prog="python -m tools.deploy",
        description="Builds an egg, tries it, deploys it to Scrapyd, and takes it back if the "
        "server cannot load it. User and password: SCRAPYD_USERNAME and SCRAPYD_PASSWORD, else "
        "~/.netrc.",
    )
    parser.add_argument("--url", default=target.get("url"), help="default: %(default)s")
    parser.add_argument("--project", default=target.get("project"), help="default: %(default)s")
    parser.add_argument("--version", default=str(int(time.time())), help="default: the time")
    parser.add_argument("--egg", type=Path, help="deploy this egg instead of building one")
    parsed = parser.parse_args(arguments)
    if not re.fullmatch(r"[A-Za-z0-9_-]+", parsed.version):
        parser.error("a version is made of letters, digits, _ and -")
    return parsed


def main(arguments: list[str] | None = None) -> int:
    opts = _arguments(arguments)
    client = ScrapydClient(
        opts.url.rstrip("/"), os.environ.get("SCRAPYD_USERNAME"), os.environ.get("SCRAPYD_PASSWORD")
    )
    try:
        with tempfile.TemporaryDirectory() as folder:
            refuse_known(client, opts.project, opts.version)
            egg = opts.egg.resolve() if opts.egg else build_egg(Path(folder))
            spiders = check_egg(egg)
            upload(client, opts.project, opts.version, egg, len(spiders))
    except (DeployError, ErrorResponse, MalformedResponse, requests.RequestException) as error:
        print(f"error: not deployed: {_in_words(error, opts.url)}", file=sys.stderr)
        return 1
    print(f"{opts.project} version {opts.version} on {opts.url}: {', '.join(spiders)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
