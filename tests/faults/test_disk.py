"""A database that cannot be written, or is none: a clear error, and nothing is damaged."""

from __future__ import annotations

import hashlib
import os
import resource
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.conftest import ROOT, Completed, Farm
from tests.faults.conftest import Book
from tests.faults.running import LONG, crawl, small_pools, wait_until
from tests.faults.wholeness import damage, visits

FarmMaker = Callable[..., Farm]
NOBODY = 65534
# Large enough that a few visits fill a small disk.
POOLS = small_pools(6, online=400, page_size=500)


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def error_of(done: Completed, farm: Farm) -> str:
    assert "Traceback" not in done.stderr
    [error] = [line for line in done.stderr.splitlines() if line.startswith("error: ")]
    assert str(farm.database) in error
    return error


def errors_in(log: str) -> list[str]:
    assert "Traceback" not in log
    return [line for line in log.splitlines() if "] ERROR: " in line]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a file system can be mounted by root only")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.mark.parametrize("room", range(40_000, 320_000, 20_000) if LONG else [120_000])
def test_a_full_disk_is_told_and_damages_nothing(
    farm: FarmMaker, small_disk: Path, book: Book, room: int
) -> None:
    one = farm(*POOLS)
    shutil.move(one.database, small_disk)
    one.database = small_disk / one.database.name
    one.env["KZ_DATABASE"] = str(one.database)
    filler = small_disk / "filler"
    free = shutil.disk_usage(small_disk).free
    filler.write_bytes(b"\0" * (free - room))
    done = one.crawl()
    assert done.returncode == 2
    errors = errors_in(done.stderr)
    assert any(str(one.database) in line and "full" in line for line in errors), done.stderr
    lost = [line for line in errors if "the visit is lost" in line]
    kept = list((small_disk / "pools.db.spool").glob("*.json"))
    assert visits(one.database) + len(kept) + len(lost) == len(POOLS)
    assert list(small_disk.glob("pools.db.spool/*.part")) == []
    assert damage(one.database) == []

    # With room on the disk the next run goes on by itself, and stores first what was kept.
    filler.unlink()
    before = visits(one.database)
    assert one.crawl("kzpool_summary").returncode == 0
    assert visits(one.database) == before + len(kept) + len(POOLS)
    assert damage(one.database) == []
    book(
        "a full disk",
        times=1,
        lost=len(lost),
        seen=f"of {len(POOLS)} visits {before} stored, {len(kept)} kept, {len(lost)} told as lost",
    )


def test_a_limit_of_file_sizes_is_told_and_loses_nothing(farm: FarmMaker) -> None:
    one = farm(*POOLS)
    with crawl(one) as going:
        wait_until(lambda: going.browsers() != [], "the browser, which the limit is not to stop")
        limit = one.database.stat().st_size + 60_000
        resource.prlimit(going.process.pid, resource.RLIMIT_FSIZE, (limit, limit))
        assert going.wait() == 2
        assert "Traceback" not in going.said
        assert any(str(one.database) in line for line in errors_in(going.said))
    spool = one.folder / "pools.db.spool"
    kept = list(spool.glob("*.json"))
    assert kept
    assert visits(one.database) + len(kept) == len(POOLS)
    assert damage(one.database) == []
    assert one.crawl("kzpool_summary").returncode == 0
    assert visits(one.database) == 2 * len(POOLS)
    assert list(spool.iterdir()) == []
    assert damage(one.database) == []


@pytest.fixture
def as_user(farm: FarmMaker) -> Callable[[Farm], Completed]:
    """Crawls as a user who is bound by the modes of files, which root is not."""
    as_nobody = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    before = ["setpriv", *as_nobody] if os.geteuid() == 0 else []
    if before and shutil.which("setpriv") is None:
        pytest.skip("root ignores modes, and there is no setpriv")
    probe = [*before, sys.executable, "-c", "import scrapy, kzscraper.settings"]
    if subprocess.run(probe, cwd=ROOT, capture_output=True, check=False).returncode:
        pytest.skip("another user may not read where we are installed")

    def run(one: Farm) -> Completed:
        return subprocess.run(
            [*before, sys.executable, "-m", "scrapy", "crawl", "kzpool"],
            cwd=ROOT,
            env={**os.environ, **one.env},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    return run


@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o777), (0o444, 0o555)])
def test_a_read_only_database_is_told(
    farm: FarmMaker,
    as_user: Callable[[Farm], Completed],
    file_mode: int,
    folder_mode: int,
) -> None:
    one = farm(*POOLS)
    for folder in one.folder.parents:
        if Path(tempfile.gettempdir()) in folder.parents:
            folder.chmod(0o755)  # pytest's own are closed to others
    one.database.chmod(file_mode)
    before = digest(one.database)
    one.folder.chmod(folder_mode)
    try:
        done = as_user(one)
    finally:
        one.folder.chmod(0o755)
    assert done.returncode == 1
    assert "readonly" in error_of(done, one) or "cannot be taken" in error_of(done, one)
    assert digest(one.database) == before


def test_a_file_that_is_no_database_is_left_alone(farm: FarmMaker) -> None:
    one = farm(*POOLS)
    one.database.write_bytes(b"not SQLite at all\n" * 1000)
    before = digest(one.database)
    done = one.crawl()
    assert done.returncode == 1
    assert "not a database" in error_of(done, one)
    assert digest(one.database) == before


def test_a_damaged_database_is_told(farm: FarmMaker) -> None:
    one = farm(*POOLS)
    content = bytearray(one.database.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    one.database.write_bytes(content)
    before = digest(one.database)
    done = one.crawl()
    assert done.returncode == 1
    assert "malformed" in error_of(done, one)
    assert digest(one.database) == before


def test_a_database_of_a_newer_version_is_left_alone(farm: FarmMaker) -> None:
    one = farm(*POOLS)
    with closing(sqlite3.connect(one.database)) as connection:
        connection.execute("INSERT INTO schema_step (version) VALUES (99)")
        connection.execute("PRAGMA user_version = 99")
        connection.commit()
    before = digest(one.database)
    done = one.crawl()
    assert done.returncode == 1
    assert "newer version" in error_of(done, one)
    assert digest(one.database) == before
