"""Our lines of a crontab."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence

from kzscraper.deploy import plan
from kzscraper.deploy.plan import Installation, Job
from kzscraper.exceptions import ConfigurationError

# Longer lines are cut off, or refused, by the cron of Debian.
_LONGEST = 998


def block(installation: Installation, jobs: Sequence[Job]) -> str:
    """The lines, between two comments by which they are found again."""
    begin, end = _marks(installation)
    return "\n".join((begin, *(line(job, installation) for job in jobs), end)) + "\n"


def line(job: Job, installation: Installation) -> str:
    """One line: cron has neither our folder, nor our environment, nor our PATH."""
    variables = [f"{name}={shlex.quote(v)}" for name, v in installation.environment.items()]
    log = installation.logs / f"{job.name}.log"
    command = [
        *(str(installation.python), "-m", "kzscraper.deploy.job"),
        *("--jitter", str(plan.JITTER_S), "--log", str(log)),
        *plan.arguments(job, installation.database),
    ]
    text = " ".join(
        (f"cd {shlex.quote(str(installation.folder))} &&", *variables, shlex.join(command))
    )
    # To cron a percent sign is the end of the line.
    whole = f"{job.cron} {text}".replace("%", r"\%")
    if len(whole.encode()) > _LONGEST:
        raise ConfigurationError(
            f"the crontab line of {job.name} has more than {_LONGEST} bytes, which cron does not "
            "accept: use shorter paths, or put settings into a settings file of your own"
        )
    return whole


def with_block(crontab: str, installation: Installation, jobs: Sequence[Job]) -> str:
    """The crontab with our lines as they are now, everything else as it was."""
    rest = without_block(crontab, installation)
    return (rest if not rest or rest.endswith("\n") else f"{rest}\n") + block(installation, jobs)


def without_block(crontab: str, installation: Installation) -> str:
    begin, end = _marks(installation)
    kept, ours = [], False
    for one in crontab.splitlines(keepends=True):
        ours = ours or one.rstrip("\n") == begin
        if not ours:
            kept.append(one)
        if one.rstrip("\n") == end:
            ours = False
    if ours:
        raise ConfigurationError(f"the crontab has {begin!r} but not {end!r}: mend it first")
    return "".join(kept)


def read() -> str:
    """The user's crontab; empty if there is none."""
    done = _crontab("-l")
    if done.returncode and "no crontab" not in done.stderr:
        raise ConfigurationError(f"the crontab cannot be read: {done.stderr.strip()}")
    return "" if done.returncode else done.stdout


def write(crontab: str) -> None:
    done = _crontab("-", text=crontab)
    if done.returncode:
        raise ConfigurationError(f"the crontab was not changed: {done.stderr.strip()}")


def _crontab(argument: str, text: str | None = None) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(  # noqa: S603 - both arguments are ours
            ["crontab", argument],  # noqa: S607 - wherever the system has it
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise ConfigurationError("there is no `crontab` here: install cron") from None


def _marks(installation: Installation) -> tuple[str, str]:
    of = f"# kzscraper {installation.database}"
    return f"{of}: begin (`scrapy schedule cron --remove` takes these lines out)", f"{of}: end"
