"""The lock files hold what requirements*.txt ask for, all of it with hashes."""

from __future__ import annotations

import re

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.conftest import ROOT

NAMES = ("requirements", "requirements-scrapyd", "requirements-dev")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def asked_for(name: str) -> list[Requirement]:
    """Those of a file, and of the files that it includes."""
    found = []
    for line in (ROOT / f"{name}.txt").read_text("utf-8").splitlines():
        text = line.partition("#")[0].strip()
        if text.startswith("-r "):
            found += asked_for(text.removeprefix("-r ").removesuffix(".txt"))
        elif text:
            found.append(Requirement(text))
    return found


def locked(name: str) -> dict[str, Requirement]:
    """By package; each version is one logical line with its hashes."""
    text = (ROOT / f"{name}.lock").read_text("utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line and not line.lstrip().startswith("#")]
    found = [Requirement(_HASH.sub("", line)) for line in lines]
    assert all(_HASH.search(line) for line in lines)
    return {canonicalize_name(one.name): one for one in found}


@pytest.mark.parametrize("name", NAMES)
def test_a_lock_file_is_up_to_date(name: str) -> None:
    """After a change of requirements*.txt: `make lock`."""
    in_lock = locked(name)
    for asked in asked_for(name):
        found = in_lock[canonicalize_name(asked.name)]
        [version] = [one.version for one in found.specifier]
        assert asked.specifier.contains(version), f"{asked} is locked as {version}: make lock"


@pytest.mark.parametrize("name", NAMES)
def test_every_version_in_a_lock_file_is_exact(name: str) -> None:
    for found in locked(name).values():
        assert [one.operator for one in found.specifier] == ["=="], found


def test_what_runs_is_what_was_tested() -> None:
    tested = {package: one.specifier for package, one in locked("requirements-dev").items()}
    for name in NAMES:
        for package, one in locked(name).items():
            assert tested[package] == one.specifier, f"{name}.lock: make lock"
