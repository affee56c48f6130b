"""The life of an incident, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from kzscraper.anomalies.incidents import Incident, Pending, Policy, Step, advance
from kzscraper.anomalies.rules import RULES, judge
from kzscraper.anomalies.verdict import Finding, NoEvidence, Severity, worse
from tests.anomalies.states import state

POLICY = Policy(opens_after=1, closes_after=2)
LOW, MEDIUM, HIGH = (
    Finding(severity, f"it is {severity}") for severity in ("LOW", "MEDIUM", "HIGH")
)


def finding(severity: Severity, measure: float = 0, **memory: Any) -> Finding:
    return Finding(severity, f"{severity} {measure}", measure, memory)


def incident(latest: Finding = MEDIUM, **changes: Any) -> Incident:
    one = Incident(7, "OFFLINE_WORKERS", latest, resolved=False, last_seen="12:00")
    return replace(one, **changes)


def played(
    findings: Sequence[Finding | None], policy: Policy = POLICY, begin: Incident | None = None
) -> list[str]:
    """What becomes of a type's incident, visit by visit."""
    present, pending, told = begin, None, []
    for number, one in enumerate(findings):
        now = f"visit {number}"
        step = advance(present, pending, one, now, policy)
        present, pending = step.incident, step.pending
        if step.opens:
            present = Incident(1, "OFFLINE_WORKERS", step.opens, False, last_seen=now)
            told.append(f"opened, since {step.began}")
        elif present and present.ended:
            told.append(f"ended {present.ended}")
            present = None
        else:
            told.append("open" if present else "pending" if pending else "none")
    return told


def test_nothing_comes_of_nothing() -> None:
    assert advance(None, None, None, "12:00", POLICY) == Step()
    assert advance(None, Pending(1, "11:50", LOW), None, "12:00", POLICY) == Step()


def test_it_opens_at_the_first_visit_and_closes_after_two_good_ones() -> None:
    assert played([None, MEDIUM, MEDIUM, None, None, None]) == [
        *("none", "opened, since visit 1", "open", "open", "ended visit 3", "none"),
    ]


def test_a_flap_keeps_it_open() -> None:
    assert played([MEDIUM, None, MEDIUM, None, None]) == [
        *("opened, since visit 0", "open", "open", "open", "ended visit 3"),
    ]


def test_both_numbers_are_settings() -> None:
    policy = Policy.from_settings({"KZ_INCIDENT_OPENS_AFTER": 3, "KZ_INCIDENT_CLOSES_AFTER": 1})
    assert policy == Policy(3, 1)
    assert Policy.from_settings({}) == POLICY
    assert played([LOW, LOW, None, LOW, LOW, LOW, None], policy) == [
        *("pending", "pending", "none", "pending", "pending"),
        *("opened, since visit 3", "ended visit 6"),
    ]


def test_what_is_pending_remembers_what_was_last_said() -> None:
    policy = Policy(3, 2)
    step = advance(None, Pending(1, "11:50", LOW), HIGH, "12:00", policy)
    assert step == Step(pending=Pending(2, "11:50", HIGH))


def test_severity_rises_and_never_falls_and_words_are_kept_current() -> None:
    present = incident(finding("MEDIUM", 2))
    for one in (finding("HIGH", 7), finding("MEDIUM", 1, a=1)):
        step = advance(present, None, one, "12:10", POLICY)
        assert step.incident
        present = step.incident
        assert present.latest == replace(one, severity="HIGH")
    assert (present.peak, present.visits, present.last_seen) == (7, 3, "12:10")


def test_a_recovery() -> None:
    step = advance(incident(good_visits=1, good_since="12:10"), None, None, "12:20", POLICY)
    assert step.incident
    assert (step.incident.ended, step.incident.resolved) == ("12:10", True)
    assert step.incident.resolved_by == "recovery"


# An operator resolved it --------------------------------------------------------------------------

RESOLVED = incident(finding("MEDIUM", 4), resolved=True)


@pytest.mark.parametrize(
    ("then", "told"),
    [
        (finding("MEDIUM", 4), False),
        (finding("MEDIUM", 1), False),
        (finding("LOW", 4), False),
        (finding("MEDIUM", 4.9), False),
        (finding("MEDIUM", 5), True),  # by a quarter
        (finding("HIGH", 4), True),
    ],
)
def test_it_is_told_again_if_it_gets_worse(then: Finding, told: bool) -> None:
    for present in (RESOLVED, replace(RESOLVED, acknowledged=("MEDIUM", 4))):
        step = advance(present, None, then, "12:10", POLICY)
        assert step.opens == (then if told else None)
        assert step.incident
        assert (step.incident.ended == "12:10") is told
        assert step.incident.acknowledged == ("MEDIUM", 4)


def test_without_a_measure_only_severity_tells() -> None:
    present = incident(finding("MEDIUM"), resolved=True)
    assert advance(present, None, finding("MEDIUM"), "12:10", POLICY).opens is None
    assert advance(present, None, finding("HIGH"), "12:10", POLICY).opens


def test_its_words_stay_as_they_were_acknowledged() -> None:
    step = advance(RESOLVED, None, finding("MEDIUM", 3), "12:10", POLICY)
    assert step.incident
    assert step.incident.latest.description == "MEDIUM 4"
    assert step.incident.resolved_by == "operator"


def test_it_is_told_again_after_it_ended() -> None:
    acknowledged = replace(RESOLVED, acknowledged=("MEDIUM", 4))
    assert played([None, None, finding("LOW", 1)], begin=acknowledged) == [
        *("open", "ended visit 0", "opened, since visit 2"),
    ]


def test_an_acknowledgement_that_is_taken_back() -> None:
    present = replace(RESOLVED, resolved=False, acknowledged=("MEDIUM", 4), resolved_by="operator")
    step = advance(present, None, finding("HIGH", 9), "12:10", POLICY)
    assert step.incident
    assert step.opens is None
    assert (step.incident.acknowledged, step.incident.resolved_by) == (None, None)
    assert step.incident.latest.severity == "HIGH"


def drop(resolved: bool = True, **memory: Any) -> Incident:
    latest = finding("HIGH", 0.4, **memory)
    return incident(latest, anomaly_type="HASHRATE_DROP", resolved=resolved)


def test_a_resolved_drop_makes_its_level_the_new_normal() -> None:
    step = advance(drop(level="24 PH/s"), None, finding("HIGH", 0.9), "12:10", POLICY)
    assert step.accepts == "24 PH/s"  # not the one that has come since
    assert step.opens is None
    assert step.incident
    assert (step.incident.ended, step.incident.resolved_by) == ("12:10", "accepted")


@pytest.mark.parametrize(
    ("present", "then"),
    [
        (drop(resolved=False, level="24 PH/s"), HIGH),
        (drop(level="24 PH/s"), None),  # it has recovered already
        (drop(), HIGH),  # another program's: nobody knows its level
        (replace(drop(level="24 PH/s"), acknowledged=("HIGH", 0.4)), HIGH),
    ],
)
def test_other_drops_do_not(present: Incident, then: Finding | None) -> None:
    assert advance(present, None, then, "12:10", POLICY).accepts is None


def test_the_worse_of_two_severities() -> None:
    order: Sequence[Severity] = ("LOW", "MEDIUM", "HIGH")
    for one in order:
        for other in order:
            assert worse(one, other) == order[max(order.index(one), order.index(other))]


# The rules together -------------------------------------------------------------------------------


def test_a_rule_without_evidence_says_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def silent(_: object) -> Finding | None:
        raise NoEvidence

    rules: Mapping[str, Any] = {"A": silent, "B": lambda _: None, "C": lambda _: LOW}
    monkeypatch.setattr("kzscraper.anomalies.rules.RULES", rules)
    assert judge(state()) == {"B": None, "C": LOW}


def test_a_failed_visit_is_evidence_of_its_failure_only() -> None:
    assert judge(state("failed")) == {"SCRAPE_FAILURE": None}


def test_every_documented_type_has_a_rule() -> None:
    documented = {"OFFLINE_WORKERS", "HASHRATE_DROP", "BALANCE_ANOMALY", "PAYMENT_DELAY"}
    assert documented <= set(RULES)
