"""What cron and systemd call: `python -m kzscraper.deploy.job [OPTIONS] ARGUMENTS OF SCRAPY`.

With --log the output goes to that file, of which older parts are kept beside it, and standard
output gets only what is worth a mail (see notice.py). Without, everything is as with `scrapy`.
With --jitter it begins up to so many seconds late, at random.
{weekday} in an argument becomes 1 to 7, so that a daily file keeps a week.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

from kzscraper import exit_codes, observer_link, units
from kzscraper.deploy.notice import Memory, Outcome, decide
from kzscraper.exceptions import KzError
from kzscraper.store import watch
from kzscraper.store.database import Database

_LOG_BYTES = 5_000_000
_OLD_LOGS = 5
_QUOTED = 20  # lines
# Where `scrapy health` has what changes from minute to minute.
_IN_PARENTHESES = re.compile(r" \([^()]*\)")
_MEANINGS = {
    exit_codes.COMPLETE: "all is well again",
    exit_codes.USAGE: "cannot run",
    exit_codes.INCOMPLETE: "something is wrong",
    exit_codes.ALREADY_RUNNING: "another run has been going on for more than an hour",
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m kzscraper.deploy.job")
    parser.add_argument("--log", type=Path)
    parser.add_argument("--jitter", type=float, default=0.0)
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    opts = parser.parse_args()
    time.sleep(random.uniform(0, opts.jitter))
    weekday = str(datetime.now().astimezone().isoweekday())
    arguments = [part.replace("{weekday}", weekday) for part in opts.arguments]
    command = [sys.executable, "-m", "scrapy", *arguments]
    try:
        if arguments[:2] == ["db", "backup"]:
            Path(arguments[2]).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if opts.log is None:
            os.execv(command[0], command)  # noqa: S606 - no shell is wanted
        return _run_with_log(command, arguments, opts.log)
    except OSError as error:
        print(f"error: {error.filename}: {error.strerror}", file=sys.stderr)
        return exit_codes.USAGE


def _run_with_log(command: list[str], arguments: list[str], log: Path) -> int:
    log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _rotate(log)
    begun = units.utc_text(datetime.now(UTC))
    with log.open("ab") as file:
        beginning = file.tell()
        # Straight into the file: it can be watched, and nothing waits for a pipe that is held open.
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)  # noqa: S603
        signal.signal(signal.SIGTERM, lambda *_: process.terminate())
        code = process.wait()
    with log.open("rb") as written:
        written.seek(beginning)
        lines = written.read().decode("utf-8", "replace").splitlines()
    outcome = _outcome(code, arguments, begun, lines)
    memory_file = log.with_suffix(".state.json")
    speaks, memory = decide(_remembered(memory_file), outcome, datetime.now(UTC))
    unfinished = memory_file.with_suffix(".part")
    unfinished.write_text(memory.to_json(), "utf-8")
    unfinished.replace(memory_file)
    if speaks:
        what = " ".join(arguments[:2])
        lines = [f"scrapy {what}: {_MEANINGS.get(code, f'ended with {code}')}", outcome.words]
        print("\n".join([*filter(None, lines), f"The whole log: {log}"]))
    return code


def _outcome(code: int, arguments: list[str], begun: str, lines: list[str]) -> Outcome:
    if code == exit_codes.COMPLETE:
        return Outcome(code, "", "")
    if code == exit_codes.INCOMPLETE and arguments[0] == "crawl":
        pools = _pools_in_trouble(arguments[1], begun)
        if pools:
            names = ", ".join(f"{pool_id} {status}" for pool_id, status, _ in pools)
            words = [f"{pool_id} {status}: {reason}" for pool_id, status, reason in pools]
            return Outcome(code, names, observer_link.mask("\n".join(words)))
    errors = _errors(lines)
    return Outcome(code, f"{code} {_IN_PARENTHESES.sub('', errors)}", errors)


def _pools_in_trouble(spider: str, begun: str) -> list[tuple[str, str, str]]:
    from scrapy.utils.project import get_project_settings  # takes time that most runs can save

    try:
        with Database.from_settings(get_project_settings(), read_only=True) as database:
            return watch.not_complete(database, spider, begun)
    except KzError:
        return []  # the database is the trouble: the log tells


def _errors(lines: list[str]) -> str:
    """The errors of a run, without their times; else its last lines."""
    found = [line.partition("] ERROR: ")[2] for line in lines]
    found += [line for line in lines if line.startswith("error: ")]
    return observer_link.mask("\n".join([one for one in found if one] or lines[-_QUOTED:]))


def _rotate(log: Path) -> None:
    """log becomes log.1, log.1 becomes log.2, … once it is large."""
    if not log.exists() or log.stat().st_size < _LOG_BYTES:
        return
    for number in range(_OLD_LOGS - 1, 0, -1):
        older = log.with_name(f"{log.name}.{number}")
        if older.exists():
            older.replace(log.with_name(f"{log.name}.{number + 1}"))
    log.replace(log.with_name(f"{log.name}.1"))


def _remembered(file: Path) -> Memory:
    try:
        return Memory.from_json(file.read_text("utf-8"))
    except (OSError, ValueError):
        return Memory()  # none yet, or damaged: better told twice than never


if __name__ == "__main__":
    sys.exit(main())
