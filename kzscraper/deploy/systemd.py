"""Unit and timer files for systemd."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from string import Template

from kzscraper.deploy import plan
from kzscraper.deploy.plan import Installation, Job

# systemd makes this folder, for the unit's user alone.
STATE = Path("/var/lib/kzscraper")
_HOMES = ("/home", "/root", "/run/user")


def units(installation: Installation, user: str) -> dict[str, str]:
    """The files' names and contents."""
    made = {}
    for job in plan.JOBS:
        made[f"kzscraper-{job.name}.service"] = _service(job, installation, user)
        made[f"kzscraper-{job.name}.timer"] = _fill(
            "job.timer",
            meaning=job.meaning,
            calendar=job.calendar,
            persistent="yes" if job.catches_up else "no",
            jitter_s=str(plan.JITTER_S),
        )
    return made


def _service(job: Job, installation: Installation, user: str) -> str:
    command = [
        *(str(installation.python), "-m", "kzscraper.deploy.job"),
        *plan.arguments(job, installation.database),
    ]
    environment = {"HOME": str(STATE), **installation.environment}
    return _fill(
        "job.service",
        meaning=job.meaning,
        user=_escaped(user),
        folder=_escaped(str(installation.folder)),
        environment="\n".join(
            f"Environment={_quoted(f'{name}={value}')}" for name, value in environment.items()
        ),
        command=" ".join(_quoted(part).replace("$", "$$") for part in command),
        protect_home=_protect_home(installation),
        writable="".join(f"ReadWritePaths={path}\n" for path in _writable(installation)),
    )


def _protect_home(installation: Installation) -> str:
    """`yes` hides the homes, which is too much where the program itself is in one."""
    used = (installation.folder, installation.python, installation.database)
    in_home = any(path.is_relative_to(home) for path in used for home in _HOMES)
    return "read-only" if in_home else "yes"


def _writable(installation: Installation) -> list[str]:
    """Folders outside the state directory; one that is not there yet is passed over."""
    found: list[Path] = []
    for folder in (installation.database.parent, installation.evidence):
        if not any(folder.is_relative_to(parent) for parent in (STATE, *found)):
            found.append(folder)
    return [_quoted(f"-{folder}") for folder in found]


def _fill(name: str, **values: str) -> str:
    text = files("kzscraper.deploy").joinpath("templates", name).read_text("utf-8")
    return Template(text).substitute(values)


def _quoted(text: str) -> str:
    escaped = _escaped(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _escaped(text: str) -> str:
    return text.replace("%", "%%")
