from __future__ import annotations

from typing import Any

import pytest

from kzscraper.anomalies.rules.offline_workers import listed, offline_workers
from kzscraper.anomalies.verdict import Finding, NoEvidence
from kzscraper.items import WorkerStatus
from tests.anomalies.states import DAY, HOUR, NOW, POOL, STAMP, state, summary, told, workers


def found(**known: Any) -> Finding:
    finding = offline_workers(state(**known))
    assert finding
    return finding


def stopped(how: str, hours: float) -> dict[str, Finding]:
    """Worker a has been stopped for so long."""
    since = f"{NOW - hours * HOUR:%Y-%m-%d %H:%M:%S}"
    return told("OFFLINE_WORKERS", {"stopped": {"a": (how, since)}})


@pytest.mark.parametrize(
    ("offline", "settings", "severity"),
    [
        (1, {}, "MEDIUM"),
        (5, {}, "MEDIUM"),
        (6, {}, "HIGH"),
        (1, {"KZ_OFFLINE_WORKERS_HIGH": 0}, "HIGH"),
        (6, {"KZ_OFFLINE_WORKERS_HIGH": 6}, "MEDIUM"),
        (7, {"KZ_OFFLINE_WORKERS_HIGH": 6}, "HIGH"),
    ],
)
def test_severity(offline: int, settings: dict[str, object], severity: str) -> None:
    names = {f"w{number}": "OFFLINE" for number in range(offline)}
    finding = found(workers=workers("a", **names), settings=settings)
    assert (finding.severity, finding.measure) == (severity, offline)


def test_all_online() -> None:
    assert offline_workers(state(workers=workers("a", "b"))) is None


def test_an_empty_list_before_and_now() -> None:
    assert offline_workers(state(workers=[], previous_workers={})) is None


def test_a_list_that_was_not_read_is_no_evidence() -> None:
    with pytest.raises(NoEvidence):
        offline_workers(state(workers=None))


@pytest.mark.parametrize(
    ("counter", "before", "sections", "said"),
    [
        (0, None, {"statistics": True}, None),
        (2, None, {"statistics": True}, "2 worker(s) offline"),
        (7, None, {"statistics": True}, "7 worker(s) offline"),
        # A list tells more: whoever reads one, judges it.
        (2, {"a": "ONLINE"}, {"statistics": True}, NoEvidence),
        (0, {"a": "ONLINE"}, {"statistics": True}, NoEvidence),
        # The list was wanted, and is missing.
        (2, None, {"statistics": True, "workers": False}, NoEvidence),
        (None, None, {"statistics": True}, NoEvidence),
    ],
)
def test_the_counter_is_evidence_where_nobody_reads_a_list(
    counter: int | None, before: dict[str, str] | None, sections: dict[str, bool], said: Any
) -> None:
    present = state(summary=summary(offline_workers=counter), previous_workers=before)
    present.scrape.sections = sections
    if said is NoEvidence:
        with pytest.raises(NoEvidence):
            offline_workers(present)
        return
    finding = offline_workers(present)
    assert (finding and finding.description) == said
    assert finding is None or finding.severity == ("HIGH" if counter == 7 else "MEDIUM")


@pytest.mark.parametrize("status", ["complete", "partial"])
def test_a_status_that_could_not_be_read_is_no_evidence(status: Any) -> None:
    unread = [*workers("a"), WorkerStatus(STAMP, POOL, "", "b", None)]
    if status == "complete":  # the page shows none
        assert offline_workers(state(status, workers=unread)) is None
        return
    with pytest.raises(NoEvidence):
        offline_workers(state(status, workers=unread))
    # What can be read is told all the same.
    assert found(status=status, workers=[*unread, *workers(c="OFFLINE")]).measure == 1


@pytest.mark.parametrize(
    ("before", "now", "words"),
    [
        (None, {"a": "OFFLINE"}, "1 worker(s) offline: a"),
        (None, {"a": "OFFLINE", "b": "DEAD"}, "2 worker(s) offline: a, b (dead)"),
        ({"a": "ONLINE"}, {}, "1 worker(s) offline: a (missing)"),
        ({"a": "OFFLINE"}, {}, "1 worker(s) offline: a (missing)"),
        # Newly offline first.
        (
            {"a": "OFFLINE", "b": "ONLINE"},
            {"a": "OFFLINE", "b": "OFFLINE"},
            "2 worker(s) offline: b, a",
        ),
        (
            {"a": "OFFLINE", "b": "ONLINE", "c": "ONLINE"},
            {"a": "OFFLINE", "b": "DEAD"},
            "3 worker(s) offline: b (dead), c (missing), a",
        ),
    ],
)
def test_description(before: dict[str, str] | None, now: dict[str, str], words: str) -> None:
    assert found(previous_workers=before, workers=workers("x", **now)).description == words


def test_the_order_lasts_as_long_as_the_incident() -> None:
    lasting = told(
        "OFFLINE_WORKERS",
        {
            "stopped": {
                "a": ("OFFLINE", "2026-03-10 09:00:00"),
                "b": ("OFFLINE", "2026-03-10 11:00:00"),
            }
        },
    )
    both = {"a": "OFFLINE", "b": "OFFLINE"}
    finding = found(lasting=lasting, previous_workers=both, workers=workers(**both, c="OFFLINE"))
    assert finding.description == "3 worker(s) offline: c, b, a"


@pytest.mark.parametrize(
    ("names", "words"),
    [(1, "w0"), (10, "w0, w1, w2, w3, w4, w5, w6, w7, w8, w9"), (11, "and 1 more")],
)
def test_ten_are_named(names: int, words: str) -> None:
    assert listed([f"w{number}" for number in range(names)]).endswith(words)


def test_two_workers_of_one_name_are_two() -> None:
    assert found(workers=workers(a="OFFLINE") * 2).description == "2 worker(s) offline: a, a"


def test_a_worker_without_a_name() -> None:
    nameless = [WorkerStatus(STAMP, POOL, "", None, "OFFLINE")]
    assert found(workers=nameless).description == "1 worker(s) offline: ?"


# DEAD or missing for longer than a day ------------------------------------------------------------


@pytest.mark.parametrize("how", ["DEAD", "MISSING"])
@pytest.mark.parametrize(("hours", "counts"), [(0, True), (23.9, True), (24, False), (30, False)])
def test_a_worker_is_forgotten_after_a_day(how: str, hours: float, counts: bool) -> None:
    listed_now = workers("x", a="DEAD") if how == "DEAD" else workers("x")
    finding = offline_workers(state(workers=listed_now, lasting=stopped(how, hours)))
    assert bool(finding) is counts


def test_an_offline_worker_is_never_forgotten() -> None:
    assert found(workers=workers(a="OFFLINE"), lasting=stopped("OFFLINE", 500)).measure == 1


@pytest.mark.parametrize(
    ("was", "now", "counts"),
    [
        ("OFFLINE", "DEAD", True),  # dying is news
        ("OFFLINE", None, True),
        ("DEAD", "OFFLINE", True),
        ("DEAD", None, False),  # the page drops what is dead for long
        ("MISSING", "DEAD", False),
    ],
)
def test_what_a_change_does_to_the_day(was: str, now: str | None, counts: bool) -> None:
    listed_now = workers("x", **({"a": now} if now else {}))
    finding = offline_workers(state(workers=listed_now, lasting=stopped(was, 30)))
    assert bool(finding) is counts


@pytest.mark.parametrize(
    ("before", "day_ago", "counts"),
    [
        ("DEAD", True, False),  # nothing new
        ("DEAD", False, True),  # since less than a day, whoever saw it
        ("ONLINE", True, True),  # it was repaired in between
        ("OFFLINE", True, True),
    ],
)
def test_a_dead_worker_that_no_incident_knows(before: str, day_ago: bool, counts: bool) -> None:
    finding = offline_workers(
        state(
            workers=workers("x", a="DEAD"),
            previous_workers={"a": before},
            dead_before=frozenset({"a"} if day_ago else ()),
        )
    )
    assert bool(finding) is counts


def test_a_dead_worker_that_vanishes_unnoticed() -> None:
    assert offline_workers(state(workers=workers("x"), previous_workers={"a": "DEAD"})) is None


def test_the_day_is_a_setting() -> None:
    settings = {"KZ_WORKER_FORGOTTEN_HOURS": 48}
    assert found(workers=workers("x"), lasting=stopped("MISSING", 30), settings=settings)
    assert DAY < 30 * HOUR
