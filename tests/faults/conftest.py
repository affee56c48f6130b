"""How much is tried, and the book that `make torture` reads."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

Book = Callable[..., None]


@pytest.fixture
def book() -> Book:
    """Notes what was tried, how often, and what was lost: `book("kill -9", times=50, lost=0)`.

    A test does so after its assertions, so that what is noted was seen.
    """

    def note(what: str, *, times: int, lost: int, seen: str = "") -> None:
        if path := os.environ.get("TORTURE_BOOK"):
            row = {"what": what, "times": times, "lost": lost, "seen": seen}
            with Path(path).open("a", encoding="utf-8") as file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")

    return note
