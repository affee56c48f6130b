from __future__ import annotations

import pytest

from kzscraper import reckoning
from kzscraper.items import PoolScrape, ScrapeStatus


def scrape(
    status: ScrapeStatus = "complete", expected: int | None = None, read: int | None = None
) -> PoolScrape:
    return PoolScrape(
        *("2025-11-23 05:00:00", "kzpool_001", "kzpool", status),
        workers_expected=expected,
        workers_read=read,
    )


@pytest.mark.parametrize(
    ("expected", "read", "dead"),
    [
        (202, 202, 0),
        (202, 202, 3),  # the dead are inside "offline"
        (199, 202, 3),  # the dead are outside
        (0, 0, 0),
        (0, None, 0),
        (0, 3, 3),  # only dead ones, which the page does not count
        (None, 202, 0),  # the page does not count them
        (None, None, 0),  # not granted
    ],
)
def test_a_visit_that_read_all_workers_is_complete(
    expected: int | None, read: int | None, dead: int
) -> None:
    visit = scrape(expected=expected, read=read)
    reckoning.check_workers(visit, dead)
    assert (visit.status, visit.error, visit.gaps) == ("complete", None, set())


@pytest.mark.parametrize(
    ("expected", "read", "dead"),
    [
        (202, 200, 0),
        (202, 203, 0),
        (202, 0, 0),
        (202, None, 0),
        (0, 1, 0),
        (201, 202, 3),  # some of the dead inside, some outside
        (200, 202, 3),
        (205, 202, 3),  # the dead are not counted twice
    ],
)
def test_a_visit_with_another_number_of_workers_is_partial(
    expected: int, read: int | None, dead: int
) -> None:
    visit = scrape(expected=expected, read=read)
    reckoning.check_workers(visit, dead)
    assert (visit.status, visit.gaps) == ("partial", {"workers"})
    assert visit.error is not None
    assert str(expected) in visit.error
    assert ("no table" if read is None else str(read)) in visit.error


@pytest.mark.parametrize(
    ("before", "after"),
    [("complete", "partial"), ("partial", "partial"), ("failed", "failed")],
)
def test_a_problem_makes_a_complete_visit_partial_and_no_visit_better(
    before: ScrapeStatus, after: ScrapeStatus
) -> None:
    visit = scrape(before)
    reckoning.add_problem(visit, "rows are missing")
    assert (visit.status, visit.error) == (after, "rows are missing")


def test_problems_are_listed_in_the_order_in_which_they_were_found() -> None:
    visit = scrape()
    for problem in ("first", "second", "third"):
        reckoning.add_problem(visit, problem)
    assert visit.error == "first; second; third"


def test_a_problem_names_the_section_that_was_not_read_to_its_end() -> None:
    visit = scrape()
    reckoning.add_problem(visit, "a value cannot be read")
    assert visit.gaps == set()
    reckoning.add_problem(visit, "the table goes on", "earnings")
    assert visit.gaps == {"earnings"}
