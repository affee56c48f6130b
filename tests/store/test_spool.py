"""Visits that wait to be stored: kept without the observer link, read back with it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from kzscraper.items import DailyEarnings, PoolScrape, PoolSummary, Visit, WorkerStatus
from kzscraper.store.spool import Spool

LINK = "https://btcpool.kz/observer-link/4828a3fecdaa48eebfa475021b4e8d8d"
NOW = "2026-11-23 04:47:34"


def visit(link: str) -> Visit:
    return Visit(
        PoolScrape(NOW, "kzpool_001", "kzpool", "complete", gaps={"earnings"}),
        [PoolSummary(NOW, "kzpool_001", link, "37.405 PH/s", online_workers=1)],
        [WorkerStatus(NOW, "kzpool_001", link, "rig", "ONLINE")],
        [DailyEarnings("kzpool_001", link, "2026-11-22", "0.01570138", recorded_at=NOW)],
    )


def test_a_visit_comes_back_with_the_link_of_its_pool(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "pools.db")
    path = spool.put(visit(LINK))
    assert spool.files() == [path]
    assert spool.visit(path, {"kzpool_001": LINK}) == visit(LINK)


def test_a_file_holds_no_link_and_is_its_owners(tmp_path: Path) -> None:
    path = Spool(tmp_path / "pools.db").put(visit(LINK))
    assert "observer-link" not in path.read_text("utf-8")
    assert "4828" not in path.read_text("utf-8")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_file_of_an_earlier_version_with_its_link_is_read(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "pools.db")
    path = spool.put(visit(LINK))
    content = json.loads(path.read_text("utf-8"))
    for item in (*content["summaries"], *content["workers"], *content["earnings"]):
        item["observer_url"] = LINK
    path.write_text(json.dumps(content), "utf-8")
    assert spool.visit(path, {"kzpool_001": LINK}) == visit(LINK)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"version": 2}', "\xff"])
def test_a_damaged_file_is_named_and_set_aside(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    spool = Spool(tmp_path / "pools.db")
    path = spool.put(visit(LINK))
    path.write_bytes(text.encode("latin-1"))
    assert spool.visit(path, {}) is None
    assert path.stem in caplog.text
    assert spool.files() == []
    assert path.with_suffix(".unreadable").read_bytes() == text.encode("latin-1")
