from __future__ import annotations

import pytest

from kzscraper.anomalies.rules.scrape_failure import scrape_failure
from tests.anomalies.states import HOUR, NOW, state, told


def test_a_complete_visit() -> None:
    assert scrape_failure(state("complete")) is None


def test_a_partial_visit() -> None:
    finding = scrape_failure(state("partial", error="3 of 5 pages"))
    assert finding
    assert (finding.severity, finding.description) == ("LOW", "Read in part: 3 of 5 pages")


@pytest.mark.parametrize(
    ("hours", "severity"),
    [(0, None), (0.99, None), (1, "LOW"), (5.99, "LOW"), (6, "MEDIUM"), (1000, "MEDIUM")],
)
def test_failed_visits(hours: float, severity: str | None) -> None:
    finding = scrape_failure(state("failed", error="HTTP 503", failing_since=NOW - hours * HOUR))
    assert (finding and finding.severity) == severity
    if finding:
        assert finding.description == f"Not read for {hours:.0f} h: HTTP 503"


def test_the_first_failure_is_none() -> None:
    assert scrape_failure(state("failed")) is None


def test_thresholds_are_settings() -> None:
    settings = {"KZ_UNREADABLE_LOW_HOURS": 3, "KZ_UNREADABLE_MEDIUM_HOURS": 4}
    for hours, severity in ((2, None), (3, "LOW"), (4, "MEDIUM")):
        failing = state("failed", settings=settings, failing_since=NOW - hours * HOUR)
        finding = scrape_failure(failing)
        assert (finding and finding.severity) == severity


def test_an_incident_that_lasts_is_not_ended_by_a_failed_visit() -> None:
    lasting = told("SCRAPE_FAILURE", {"since": "2026-03-09 00:00:00"})
    finding = scrape_failure(state("failed", failing_since=NOW - HOUR / 6, lasting=lasting))
    assert finding
    assert finding.description == "as told before"
    assert finding.memory == {"since": "2026-03-10 11:50:00"}  # something was read in between
