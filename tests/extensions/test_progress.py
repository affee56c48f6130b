"""The live line of a crawl on a terminal, and what takes its place elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from kzscraper.extensions.progress import progress
from tests.conftest import Farm
from tests.crawl.scenarios import demo_pool
from tests.extensions.terminal import run_on_terminal, screen

RECORD = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[")


@pytest.mark.parametrize(
    ("done", "failed", "total", "seconds", "text"),
    [
        (0, 0, 40, 3.0, "0 of 40 pools"),
        (12, 1, 40, 4.0, "12 of 40 pools, 1 failed, 3.0 pages/s, 0:09 left"),
        (1, 0, 100, 1.0, "1 of 100 pools, 1.0 pages/s, 1:39 left"),
        (40, 2, 40, 10.0, "40 of 40 pools, 2 failed, 4.0 pages/s, 0:00 left"),
    ],
)
def test_the_line(done: int, failed: int, total: int, seconds: float, text: str) -> None:
    assert progress(done, failed, total, seconds) == text


def test_on_a_terminal_the_log_scrolls_over_the_line(farm: Callable[..., Farm]) -> None:
    pools = [
        demo_pool("first"),
        demo_pool("second"),
        demo_pool("revoked", failure="revoked"),
        demo_pool("fourth"),
    ]
    made = farm(*pools)
    code, written = run_on_terminal("crawl", "kzpool", env=made.env)
    assert code == 2
    shown = re.findall(r"\r\x1b\[K(\d of 4 pools[^\r]*)", written)
    assert shown[0] == "0 of 4 pools"
    assert [f"{n} of 4 pools" in " ".join(shown) for n in range(5)] == [True] * 5
    assert re.fullmatch(r"4 of 4 pools, 1 failed, \d+\.\d pages/s, 0:00 left", shown[-1])

    left = screen(written)
    # The lines of the log are whole, and of the live line nothing is left.
    assert not [line for line in left if "of 4 pools" in line]
    for pool_id in ("kzpool_001", "kzpool_002", "kzpool_003", "kzpool_004"):
        [line] = [one for one in left if "pipelines.store] " in one and f"{pool_id}: " in one]
        assert RECORD.match(line)
    assert [line for line in left if "4 pool(s): 3 complete, 1 failed" in line]


def test_a_narrow_terminal_gets_a_short_line(farm: Callable[..., Farm]) -> None:
    made = farm(demo_pool("first"), demo_pool("second"))
    _, written = run_on_terminal("crawl", "kzpool", "-L", "ERROR", env=made.env, columns=16)
    shown = re.findall(r"\r\x1b\[K([^\r]+)", written)
    assert shown[0] == "0 of 2 pools"
    assert max(map(len, shown)) == 15
    assert shown[-1].startswith("2 of 2 pools, ")
    assert screen(written) == [""]


def test_a_dumb_terminal_gets_none(farm: Callable[..., Farm]) -> None:
    made = farm(demo_pool("first"), demo_pool("second"))
    code, written = run_on_terminal("crawl", "kzpool", env={**made.env, "TERM": "dumb"})
    assert code == 0
    assert "\x1b" not in written
