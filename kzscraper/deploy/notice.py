"""When cron has something to say: a pure decision, from run to run.

Cron mails what a job prints. A run that went well, or that found another one going on, is silent;
trouble is told when it begins, when it changes, once a day while it lasts, and when it is over.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from kzscraper import exit_codes

_AGAIN_AFTER = timedelta(days=1)
# A run has an hour to end before those that find it going on complain.
_BUSY_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class Memory:
    """What is known from the runs before."""

    trouble: str | None = None  # that was told
    told: datetime | None = None
    busy_since: datetime | None = None

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=datetime.isoformat)

    @classmethod
    def from_json(cls, text: str) -> Memory:
        """Raises ValueError for what is not a memory."""
        try:
            known = json.loads(text)
            told, busy = (_moment(known[name]) for name in ("told", "busy_since"))
            return cls(known["trouble"], told, busy)
        except (KeyError, TypeError) as error:
            raise ValueError(str(error)) from None


@dataclass(frozen=True)
class Outcome:
    """What a run came to. trouble is the same text as long as it is the same trouble."""

    code: int
    trouble: str
    words: str  # for the mail


def decide(memory: Memory, outcome: Outcome, now: datetime) -> tuple[bool, Memory]:
    """Whether to speak, and what to remember."""
    if outcome.code == exit_codes.ALREADY_RUNNING:
        since = memory.busy_since or now
        memory = replace(memory, busy_since=since)
        if now - since < _BUSY_FOR:
            return False, memory
    else:
        memory = replace(memory, busy_since=None)
    if outcome.code == exit_codes.COMPLETE:
        return memory.trouble is not None, Memory()
    is_new = outcome.trouble != memory.trouble
    if is_new or memory.told is None or now - memory.told >= _AGAIN_AFTER:
        return True, replace(memory, trouble=outcome.trouble, told=now)
    return False, memory


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)
