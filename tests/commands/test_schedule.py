"""`scrapy schedule`: crontab lines and unit files."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commands.conftest import RunCommand, error_of
from tests.conftest import ROOT, run_scrapy

# Stands in for the crontab of cron, which a test must not change.
_CRONTAB = """#!/bin/sh
file="$(dirname "$0")/table"
case "$1" in
-l) [ -f "$file" ] && exec cat "$file"; echo "no crontab for me" >&2; exit 1 ;;
-) exec cat > "$file" ;;
esac
"""


@pytest.fixture
def crontab(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file that `crontab` keeps the lines in."""
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "crontab"
    program.write_text(_CRONTAB)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")
    return folder / "table"


def test_cron_prints_three_lines_between_two_marks(scrapy: RunCommand, path: Path) -> None:
    done = scrapy("schedule", "cron", KZ_STALE_MINUTES="30")
    assert (done.returncode, done.stderr) == (0, "")
    begin, crawl, prune, backup, end = done.stdout.splitlines()
    assert begin.startswith(f"# kzscraper {path}: begin")
    assert end == f"# kzscraper {path}: end"
    for line, when, what in (
        (crawl, "*/10 * * * *", "crawl kzpool"),
        (prune, "17 3 * * *", "db prune"),
        (
            backup,
            "47 3 * * *",
            f"db backup '{path.parent}/backups/pools-{{weekday}}.db.gz' --force",
        ),
    ):
        assert line.startswith(f"{when} cd {ROOT} && KZ_DATABASE={path} KZ_STALE_MINUTES=30 ")
        assert (
            f" {sys.executable} -m kzscraper.deploy.job --jitter 30 --log {path.parent}/logs/"
            in line
        )
        assert line.endswith(f".log {what}")


def test_cron_escapes_what_shell_and_cron_would_take_for_theirs(
    scrapy: RunCommand, tmp_path: Path
) -> None:
    database = tmp_path / "100% 'mine' $HOME" / "pools.db"
    done = scrapy("schedule", "cron", KZ_DATABASE=str(database))
    crawl = done.stdout.splitlines()[1]
    assert not re.search(r"(?<!\\)%", crawl)
    command = crawl.split(" ", 5)[5].replace(r"\%", "%")
    variables = command.partition("&& ")[2].partition(f" {sys.executable}")[0]
    printed = subprocess.run(
        ["/bin/sh", "-c", f'{variables}; printf %s "$KZ_DATABASE"'],
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout == str(database)


def test_install_shows_and_keeps_the_lines_of_others(scrapy: RunCommand, crontab: Path) -> None:
    crontab.write_text("MAILTO=me\n0 4 * * * something else")
    done = scrapy("schedule", "cron", "--install")
    assert (done.returncode, done.stderr) == (0, "installed\n")
    assert crontab.read_text() == f"MAILTO=me\n0 4 * * * something else\n{done.stdout}"


def test_install_again_replaces_the_lines(scrapy: RunCommand, crontab: Path, path: Path) -> None:
    other = str(path.with_name("other.db"))
    assert scrapy("schedule", "cron", "--install").returncode == 0
    second = scrapy("schedule", "cron", "--install", KZ_DATABASE=other)
    again = scrapy("schedule", "cron", "--install", KZ_STALE_MINUTES="30")
    assert crontab.read_text() == second.stdout + again.stdout
    assert scrapy("schedule", "cron", "--remove").stdout == f"removed the lines for {path}\n"
    assert crontab.read_text() == second.stdout
    assert "has no lines for" in scrapy("schedule", "cron", "--remove").stdout


def test_install_begins_a_crontab(scrapy: RunCommand, crontab: Path) -> None:
    done = scrapy("schedule", "cron", "--install")
    assert crontab.read_text() == done.stdout


def test_a_damaged_crontab_is_left_alone(scrapy: RunCommand, crontab: Path, path: Path) -> None:
    lines = scrapy("schedule", "cron").stdout
    damaged = lines.replace(f"# kzscraper {path}: end\n", "0 4 * * * something else\n")
    crontab.write_text(damaged)
    assert "mend it first" in error_of(scrapy("schedule", "cron", "--remove"))
    assert crontab.read_text() == damaged


@pytest.mark.parametrize(
    ("args", "env", "says"),
    [
        (["schedule"], {}, "one of cron, systemd is needed"),
        (["schedule", "cron", "x"], {}, "`scrapy schedule cron` takes 0 argument(s)"),
        (["schedule", "systemd"], {}, "`scrapy schedule systemd` takes 1 argument(s)"),
        (["schedule", "cron", "--install", "--remove"], {}, "opposites"),
        (["schedule", "cron"], {"KZ_BUSY_TIMEOUT": "soon"}, "KZ_BUSY_TIMEOUT='soon'"),
        (["schedule", "cron"], {"KZ_EVIDENCE_DIR": "a\nb"}, "cannot stand in a crontab"),
        (["schedule", "cron"], {"KZ_EVIDENCE_DIR": "a" * 999}, "more than 998 bytes"),
        (["schedule", "systemd", "/proc/none"], {}, "/proc/none: "),
        (["schedule", "systemd", "x", "--user", "a b"], {}, "'a b' is not the name of a user"),
        (["schedule", "cron", "--install"], {"PATH": "/nowhere"}, "install cron"),
    ],
)
def test_mistakes(
    scrapy: RunCommand, path: Path, args: list[str], env: dict[str, str], says: str
) -> None:
    if "PATH" in env:  # the lines are shown before there is nobody to take them
        done = scrapy(*args, KZ_CHROMIUM=sys.executable, **env)
        assert done.returncode == 1
        assert says in done.stderr
        return
    assert says in error_of(scrapy(*args, **env))


def units(folder: Path, **env: str) -> dict[str, str]:
    """The unit files by name."""
    done = run_scrapy("schedule", "systemd", str(folder), env=env)
    assert (done.returncode, done.stderr) == (0, "")
    files = {file.name: file.read_text("utf-8") for file in folder.iterdir()}
    jobs = ("crawl", "prune", "backup")
    names = [f"kzscraper-{job}.{kind}" for job in jobs for kind in ("service", "timer")]
    assert done.stdout.splitlines() == [str(folder / name) for name in names]
    assert sorted(files) == sorted(names)
    return files


def test_systemd_units_keep_data_in_the_state_directory(tmp_path: Path) -> None:
    files = units(tmp_path / "units", KZ_STALE_MINUTES="30")
    service = files["kzscraper-crawl.service"]
    assert 'Environment="KZ_DATABASE=/var/lib/kzscraper/btcpool_data.db"\n' in service
    assert 'Environment="KZ_EVIDENCE_DIR=/var/lib/kzscraper/evidence"\n' in service
    assert 'Environment="KZ_STALE_MINUTES=30"\n' in service
    assert "ReadWritePaths" not in service
    for line in (
        *("NoNewPrivileges=yes", "PrivateTmp=yes", "ProtectSystem=strict", "User=kzscraper"),
        *("StateDirectory=kzscraper", "RestrictNamespaces=user pid net", "SuccessExitStatus=3"),
    ):
        assert f"\n{line}\n" in service
    assert "\nOnCalendar=*:0/10\n" in files["kzscraper-crawl.timer"]


def test_systemd_units_write_where_the_database_is(tmp_path: Path) -> None:
    database = tmp_path / "100% mine" / "pools.db"
    files = units(tmp_path / "units", KZ_DATABASE=str(database))
    escaped = str(database.parent).replace("%", "%%")
    service = files["kzscraper-backup.service"]
    assert f'ReadWritePaths="-{escaped}"\n' in service
    assert f'"db" "backup" "{escaped}/backups/pools-{{weekday}}.db.gz" "--force"\n' in service


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_finds_nothing_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "units"
    units(folder, KZ_DATABASE=str(tmp_path / "a b%.db"))
    found = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, folder.iterdir())],
        capture_output=True,
        text=True,
        check=False,
    )
    ours = [line for line in found.stderr.splitlines() if "kzscraper" in line]
    assert (found.returncode, ours) == (0, [])
