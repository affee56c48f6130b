"""The processes that a process has started, so that a test sees whether any is left."""

from __future__ import annotations

from pathlib import Path


def descendants(pid: int) -> set[tuple[int, int]]:
    """Process ids with their start times, as an id may be given again."""
    parents: dict[int, int] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        fields = _fields(stat)
        if fields:
            parents[int(stat.parent.name)] = int(fields[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return {(one, started) for one in found - {pid} if (started := _started(one)) is not None}


def alive(processes: set[tuple[int, int]]) -> list[str]:
    """The names of those that still run; a zombie does not."""
    return [
        fields[-1]
        for pid, started in processes
        if (fields := _running(pid)) and _at(fields) == started
    ]


def _running(pid: int) -> list[str] | None:
    fields = _fields(Path(f"/proc/{pid}/stat"))
    return None if fields is None or fields[0] == "Z" else fields


def _started(pid: int) -> int | None:
    fields = _fields(Path(f"/proc/{pid}/stat"))
    return None if fields is None else _at(fields)


def _at(fields: list[str]) -> int:
    return int(fields[19])


def _fields(stat: Path) -> list[str] | None:
    """State, parent, … (man proc), and last the name, which may hold anything."""
    try:
        text = stat.read_text("utf-8", "replace")
    except OSError:
        return None  # it has ended
    name, _, rest = text.partition("(")[2].rpartition(")")
    return [*rest.split(), name]
