from __future__ import annotations

from typing import Any

import pytest

from kzscraper.anomalies.rules.workers_appeared import workers_appeared
from kzscraper.anomalies.verdict import NoEvidence
from kzscraper.items import WorkerStatus
from tests.anomalies.states import POOL, STAMP, state, told, workers


def words(**known: Any) -> str | None:
    finding = workers_appeared(state(**known))
    if finding is None:
        return None
    assert finding.severity == "LOW"
    return finding.description


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ({"a": "ONLINE"}, workers("a"), None),
        ({"a": "OFFLINE"}, workers("a"), None),
        ({"a": "ONLINE", "b": "ONLINE"}, workers("a"), None),
        ({"a": "ONLINE"}, workers("a", "b"), "1 worker(s) appeared: b"),
        ({"a": "ONLINE"}, workers("a", b="OFFLINE"), "1 worker(s) appeared: b"),
        ({"a": "ONLINE"}, workers("a", "b", "b", "c"), "2 worker(s) appeared: b, c"),
        ({}, workers("a"), "1 worker(s) appeared: a"),
        ({"a": "ONLINE"}, [WorkerStatus(STAMP, POOL, "", None, "ONLINE")], None),
    ],
)
def test_names(before: dict[str, str], now: list[WorkerStatus], said: str | None) -> None:
    assert words(previous_workers=before, workers=now) == said


@pytest.mark.parametrize("known", [{"workers": workers("a")}, {"previous_workers": {}}])
def test_with_one_list_there_is_nothing_to_compare(known: dict[str, Any]) -> None:
    with pytest.raises(NoEvidence):
        workers_appeared(state(**known))


def test_a_worker_that_was_missing_has_not_appeared() -> None:
    lasting = told("OFFLINE_WORKERS", {"stopped": {"b": ("MISSING", "2026-03-10 09:00:00")}})
    known = {"previous_workers": {"a": "ONLINE"}, "workers": workers("a", "b")}
    assert words(**known, lasting=lasting) is None


@pytest.mark.parametrize(
    ("since", "said"),
    [
        ("2026-03-10 11:10:00", "2 worker(s) appeared: c, b"),  # the newest first
        ("2026-03-10 11:00:00", "1 worker(s) appeared: c"),  # new for an hour
    ],
)
def test_those_of_the_last_hour_are_one_incident(since: str, said: str) -> None:
    known = {"previous_workers": {"a": "ONLINE", "b": "ONLINE"}, "workers": workers("a", "b", "c")}
    assert words(**known, lasting=told("WORKERS_APPEARED", {"since": {"b": since}})) == said


def test_one_that_is_gone_again_is_not_named() -> None:
    lasting = told("WORKERS_APPEARED", {"since": {"b": "2026-03-10 11:50:00"}})
    known = {"previous_workers": {"a": "ONLINE", "b": "ONLINE"}, "workers": workers("a")}
    assert words(**known, lasting=lasting) is None
