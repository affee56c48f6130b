"""Pools' days, told through the real pipelines, and exactly the rows that they give.

`pool.rows` is the whole anomaly_log of a pool, so each list also says what must not be there.
Times count from the pool's first visit, at midnight.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest

from kzscraper.store import operator
from tests.anomalies.player import Player, Pool

Players = Callable[..., Player]

# Nothing is wrong -------------------------------------------------------------------------------


def test_noise_payouts_and_jitter_of_a_month_give_no_rows(pool: Pool) -> None:
    pool.runs("30d")
    assert pool.rows == []


def test_slow_growth_gives_no_rows(pool: Pool) -> None:
    for _ in range(14):
        pool.runs("1d")
        pool.farm.phs *= 1.04
    assert pool.rows == []


def test_a_doubled_farm_gives_no_rows_and_is_the_new_normal_within_two_days(pool: Pool) -> None:
    pool.runs("5d")
    pool.farm.phs *= 2
    pool.runs("2d")
    assert pool.rows == []
    pool.runs("1h", level=0.75)
    assert pool.rows == ["HASHRATE_DROP MEDIUM 7d 00:00 - open"]


def test_a_burst_of_some_hours_is_not_the_new_normal(pool: Pool) -> None:
    pool.runs("5d")
    pool.runs("8h", level=1.6)
    pool.runs("2d")
    assert pool.rows == []


# OFFLINE_WORKERS --------------------------------------------------------------------------------


def test_two_workers_offline_for_days_are_one_row(pool: Pool) -> None:
    pool.runs("2d")
    pool.runs("4d", offline=2)
    assert pool.rows == ["OFFLINE_WORKERS MEDIUM 2d 00:00 - open"]
    assert pool.descriptions == ["2 worker(s) offline: farm.w01, farm.w02"]
    pool.runs("1h")
    assert pool.rows == ["OFFLINE_WORKERS MEDIUM 2d 00:00 - 6d 00:00"]


def test_two_then_seven_workers_are_one_row_that_rises(pool: Pool) -> None:
    pool.runs("1d")
    pool.runs("1h", offline=2)
    pool.runs("10m", offline=7)
    assert pool.rows == ["OFFLINE_WORKERS HIGH 1d 00:00 - open"]
    [words] = pool.descriptions
    assert words.startswith("7 worker(s) offline: farm.w03, ")
    assert words.endswith(", farm.w01, farm.w02")


def test_severity_does_not_fall_while_the_incident_lasts(pool: Pool) -> None:
    pool.runs("1d")
    pool.runs("1h", offline=7)
    pool.runs("1h", offline=1)
    assert pool.rows == ["OFFLINE_WORKERS HIGH 1d 00:00 - open"]
    assert pool.descriptions == ["1 worker(s) offline: farm.w01"]


def test_a_flapping_worker_is_one_row(pool: Pool) -> None:
    pool.runs("1d")
    pool.runs("12h", flaps=["farm.w03"])
    pool.runs("1h")
    assert pool.rows == ["OFFLINE_WORKERS MEDIUM 1d 00:00 - 1d 11:50"]


def test_an_incident_that_comes_back_after_two_good_visits_is_another_row(pool: Pool) -> None:
    pool.runs("1d")
    for _ in range(2):
        pool.runs("20m", offline=1)
        pool.runs("20m")
    assert pool.rows == [
        "OFFLINE_WORKERS MEDIUM 1d 00:00 - 1d 00:20",
        "OFFLINE_WORKERS MEDIUM 1d 00:40 - 1d 01:00",
    ]


def test_more_than_ten_workers_are_counted_and_not_all_named(player: Players) -> None:
    pool = player().pool(workers=30)
    pool.runs("1d")
    pool.runs("10m", offline=13)
    [words] = pool.descriptions
    assert words.startswith("13 worker(s) offline: farm.w01, ")
    assert words.endswith(", farm.w10 and 3 more")


def test_a_vanished_worker_is_missing_for_a_day_and_then_forgotten(pool: Pool) -> None:
    pool.runs("2d")
    pool.runs("3d", gone=["farm.w04"])
    assert pool.rows == ["OFFLINE_WORKERS MEDIUM 2d 00:00 - 3d 00:00"]
    assert pool.descriptions == ["1 worker(s) offline: farm.w04 (missing)"]


def test_a_vanished_worker_that_comes_back_has_not_appeared(pool: Pool) -> None:
    pool.runs("2d")
    pool.runs("3h", gone=["farm.w04"])
    pool.runs("3h")
    assert pool.rows == ["OFFLINE_WORKERS MEDIUM 2d 00:00 - 2d 03:00"]


def test_a_dead_worker_is_told_for_a_day_and_never_again(pool: Pool) -> None:
    pool.runs("2d")
    pool.runs("5d", dead=["farm.w04"])
    assert pool.rows == ["OFFLINE_WORKERS MEDIUM 2d 00:00 - 3d 00:00"]
    assert pool.descriptions == ["1 worker(s) offline: farm.w04 (dead)"]
    pool.runs("1d", gone=["farm.w04"])  # the page drops it at last
    assert len(pool.rows) == 1


def test_a_worker_that_dies_again_after_some_hours_is_told_again(pool: Pool) -> None:
    pool.runs("2d")
    pool.runs("2d", dead=["farm.w04"])
    pool.runs("6h")
    pool.runs("1h", dead=["farm.w04"])
    assert pool.rows == [
        "OFFLINE_WORKERS MEDIUM 2d 00:00 - 3d 00:00",
        "OFFLINE_WORKERS MEDIUM 4d 06:00 - open",
    ]


def test_a_partial_worker_list_is_no_evidence(pool: Pool) -> None:
    pool.runs("1d")
    pool.runs("2h", "partial")
    pool.runs("1h")
    assert pool.rows == ["SCRAPE_FAILURE LOW 1d 00:00 - 1d 02:00"]


def test_a_partial_worker_list_keeps_the_state_of_an_incident(pool: Pool) -> None:
    pool.runs("1d")
    pool.runs("1h", offline=["farm.w11", "farm.w12"])  # not in the half that is read
    pool.runs("2h", "partial", offline=["farm.w11", "farm.w12"])
    pool.runs("1h", offline=["farm.w11", "farm.w12"])
    assert pool.rows == [
        "OFFLINE_WORKERS MEDIUM 1d 00:00 - open",
        "SCRAPE_FAILURE LOW 1d 01:00 - 1d 03:00",
    ]


# HASHRATE_DROP ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("level", "severity"), [(0.85, "LOW"), (0.75, "MEDIUM"), (0.50, "HIGH"), (0, "HIGH")]
)
def test_a_drop(pool: Pool, level: float, severity: str) -> None:
    pool.runs("3d")
    pool.runs("1h", level=level)
    pool.runs("1h")
    assert pool.rows == [f"HASHRATE_DROP {severity} 3d 00:00 - 3d 01:00"]


def test_a_drop_of_less_than_a_tenth_is_none(pool: Pool) -> None:
    pool.runs("3d")
    pool.runs("3d", level=0.94)
    assert pool.rows == []


def test_a_level_at_the_threshold_does_not_flap(pool: Pool) -> None:
    pool.runs("3d")
    pool.runs("3d", level=0.90)
    assert pool.rows == ["HASHRATE_DROP LOW 3d 00:00 - open"]


def test_an_outage_of_eight_days_is_never_forgotten(pool: Pool) -> None:
    pool.runs("4d")
    pool.runs("8d", level=0.6)
    assert pool.rows == ["HASHRATE_DROP HIGH 4d 00:00 - open"]
    assert "against a usual 39" in pool.descriptions[0] or "usual 40" in pool.descriptions[0]
    pool.runs("1h")
    assert pool.rows == ["HASHRATE_DROP HIGH 4d 00:00 - 12d 00:00"]


def test_the_baseline_does_not_learn_from_an_outage(pool: Pool) -> None:
    pool.runs("4d")
    pool.runs("8d", level=0.6)
    pool.runs("1h")
    pool.runs("1h", level=0.75)  # against the level before the outage, at once
    assert pool.rows == [
        "HASHRATE_DROP HIGH 4d 00:00 - 12d 00:00",
        "HASHRATE_DROP MEDIUM 12d 01:00 - open",
    ]


def test_a_decline_of_two_percent_a_visit_over_ten_hours(pool: Pool) -> None:
    pool.runs("4d")
    pool.runs("10h", decline=0.02)
    assert pool.rows == ["HASHRATE_DROP HIGH 4d 00:50 - open"]


def test_a_decline_of_five_percent_a_day(pool: Pool) -> None:
    pool.runs("7d")
    for _ in range(7):
        pool.farm.phs *= 0.95
        pool.runs("1d")
    assert pool.rows == ["HASHRATE_DROP HIGH 8d 00:00 - open"]


def test_a_new_pool_has_the_pages_average_alone(pool: Pool) -> None:
    pool.runs("20m")
    pool.runs("3d", level=0.5)  # the average follows, the baseline does not
    pool.runs("1h")
    assert pool.rows == ["HASHRATE_DROP HIGH 0d 00:20 - 3d 00:20"]


def test_a_downsize_is_one_row_until_it_is_accepted(pool: Pool) -> None:
    pool.runs("4d")
    pool.farm.phs *= 0.6
    pool.runs("10d")
    assert pool.rows == ["HASHRATE_DROP HIGH 4d 00:00 - open"]
    operator.accept(pool.player.database, 1, pool.time)
    pool.runs("10d")
    assert pool.rows == ["HASHRATE_DROP HIGH 4d 00:00 - 14d 00:00"]


def test_a_downsize_accepted_by_sql_is_the_new_normal(pool: Pool) -> None:
    pool.runs("4d")
    pool.farm.phs *= 0.6
    pool.runs("1h")
    pool.resolve("HASHRATE_DROP")
    pool.runs("3d")
    assert pool.rows == ["HASHRATE_DROP HIGH 4d 00:00 - 4d 01:00"]
    pool.runs("1h", level=0.75)
    assert pool.rows[1:] == ["HASHRATE_DROP MEDIUM 7d 01:00 - open"]
    assert "against a usual 2" in pool.descriptions[1]


def test_a_small_accepted_downsize_stays_accepted(pool: Pool) -> None:
    pool.runs("4d")
    pool.farm.phs *= 0.87
    pool.runs("1h")
    pool.resolve("HASHRATE_DROP")
    pool.runs("10d")
    assert pool.rows == ["HASHRATE_DROP LOW 4d 00:00 - 4d 01:00"]


def test_a_drop_acknowledged_by_sql_that_gets_worse_is_told_again(pool: Pool) -> None:
    pool.runs("4d")
    pool.runs("1h", level=0.75)
    pool.resolve("HASHRATE_DROP")
    pool.runs("1h", level=0.75)
    pool.runs("1h", level=0.45)
    assert pool.rows == [
        "HASHRATE_DROP MEDIUM 4d 00:00 - 4d 01:00",
        "HASHRATE_DROP HIGH 4d 02:00 - open",
    ]


def test_a_drop_acknowledged_by_sql_that_ended_is_told_when_it_comes_back(pool: Pool) -> None:
    pool.runs("4d")
    pool.runs("1h", level=0.6)
    pool.resolve("HASHRATE_DROP")
    pool.runs("1h", level=0.6)
    pool.runs("30m")
    pool.runs("1h", level=0.6)
    assert pool.rows == [
        "HASHRATE_DROP HIGH 4d 00:00 - 4d 01:00",
        "HASHRATE_DROP HIGH 4d 02:30 - open",
    ]


def test_a_recovered_drop_that_is_resolved_by_sql_accepts_nothing(pool: Pool) -> None:
    pool.runs("4d")
    pool.runs("1h", level=0.6)
    pool.runs("10m")
    pool.resolve("HASHRATE_DROP")
    pool.runs("1h")
    pool.runs("1h", level=0.6)
    assert pool.rows == [
        "HASHRATE_DROP HIGH 4d 00:00 - 4d 01:00",
        "HASHRATE_DROP HIGH 4d 02:10 - open",
    ]


# BALANCE_ANOMALY --------------------------------------------------------------------------------


def test_a_payout_to_near_zero_gives_no_rows(pool: Pool) -> None:
    pool.runs("2d")
    pool.farm.balance *= Decimal("0.04")
    pool.runs("1d")
    assert pool.rows == []


def test_a_payout_of_the_last_income_gives_no_rows(pool: Pool) -> None:
    pool.runs("2d")
    pool.farm.balance -= pool.farm.last_income * Decimal("0.99")
    pool.runs("1d")
    assert pool.rows == []


def test_a_payout_just_before_an_income_gives_no_rows(pool: Pool) -> None:
    pool.runs("2d")
    pool.runs("6h", credits=False, earnings=False)
    pool.farm.balance = Decimal(0)
    pool.runs("1d")  # the first visit shows the new day, and its income alone
    assert pool.rows == []


def test_an_unexplained_fall_is_high_for_a_day(pool: Pool) -> None:
    pool.runs("2d")
    pool.farm.balance /= 2
    pool.runs("2d")
    assert pool.rows == ["BALANCE_ANOMALY HIGH 2d 00:00 - 3d 00:00"]
    assert pool.descriptions[0].startswith("Balance fell by 0.0")


def test_a_fall_that_is_reversed_ends(pool: Pool) -> None:
    pool.runs("2d")
    balance = pool.farm.balance
    pool.farm.balance /= 2
    pool.runs("1h")
    pool.farm.balance = balance
    pool.runs("1h")
    assert pool.rows == ["BALANCE_ANOMALY HIGH 2d 00:00 - 2d 01:00"]


def test_a_fall_after_a_gap_of_days(pool: Pool) -> None:
    pool.farm.balance = Decimal("0.5")
    pool.runs("1d")
    pool.runs("2d", "none")
    pool.farm.balance = Decimal("0.3")
    pool.runs("1h")
    assert pool.rows == ["BALANCE_ANOMALY HIGH 3d 00:00 - open"]


def test_a_payout_in_a_gap_of_days_gives_no_rows(pool: Pool) -> None:
    pool.runs("2d")
    pool.runs("5d", "none")  # the payout of the fifth day, and three incomes since
    pool.runs("1d")
    assert pool.rows == []


def test_a_rise_far_beyond_the_income(pool: Pool) -> None:
    pool.runs("2d")
    pool.farm.balance += 4 * pool.farm.last_income
    pool.runs("2d")
    assert pool.rows == ["BALANCE_ANOMALY MEDIUM 2d 00:00 - 3d 00:00"]


def test_a_rise_of_twice_the_income_gives_no_rows(pool: Pool) -> None:
    pool.runs("2d")
    pool.farm.balance += 2 * pool.farm.last_income
    pool.runs("1d")
    assert pool.rows == []


def test_a_negative_balance(pool: Pool) -> None:
    pool.runs("2d")
    balance = pool.farm.balance
    pool.farm.balance = Decimal("-0.001")
    pool.runs("1h")
    pool.farm.balance = balance
    pool.runs("1h")
    assert pool.rows == ["BALANCE_ANOMALY HIGH 2d 00:00 - 2d 01:00"]
    assert pool.descriptions == ["Balance is negative: -0.00100000 BTC"]


def test_a_second_fall_after_an_acknowledged_one_is_told(pool: Pool) -> None:
    pool.farm.balance = Decimal("0.5")
    pool.runs("2d")
    pool.farm.balance -= Decimal("0.1")
    pool.runs("1h")
    pool.resolve("BALANCE_ANOMALY")
    pool.runs("1h")
    pool.farm.balance -= Decimal("0.1")
    pool.runs("1h")
    assert pool.rows == [
        "BALANCE_ANOMALY HIGH 2d 00:00 - 2d 02:00",
        "BALANCE_ANOMALY HIGH 2d 02:00 - open",
    ]


# PAYMENT_DELAY ----------------------------------------------------------------------------------


def test_four_days_without_earnings_are_one_row_that_rises(pool: Pool) -> None:
    pool.runs("10d")
    pool.runs("4d", earnings=False)
    pool.runs("1h")
    [row] = pool.rows
    assert row.startswith("PAYMENT_DELAY HIGH 10d ")
    assert row.endswith(" - 14d 00:00")


def test_the_time_at_which_days_appear_is_learned(player: Players) -> None:
    late = player().pool(shown_at=(18.0, 20.0))
    late.runs("14d", payouts=False)
    assert late.rows == []
    late.runs("2d", earnings=False, payouts=False)
    [row] = late.rows
    assert row.startswith("PAYMENT_DELAY MEDIUM 15d 0")  # of the 14th, due on the 15th at 20 + 6 h


def test_earnings_missing_of_days_without_hashrate_are_not_late(pool: Pool) -> None:
    pool.runs("8d")
    pool.runs("3d", level=0)
    pool.runs("2d")
    assert pool.rows == ["HASHRATE_DROP HIGH 8d 00:00 - 11d 00:00"]


def test_earnings_missing_of_a_hashing_day_behind_a_day_of_rest_are_late(pool: Pool) -> None:
    pool.runs("8d")
    pool.runs("1d", level=0)
    pool.runs("3d", earnings=False)
    assert [row.split()[0] for row in pool.rows] == ["HASHRATE_DROP", "PAYMENT_DELAY"]


def test_a_table_that_was_not_read_to_its_end_is_no_evidence_of_a_delay(pool: Pool) -> None:
    pool.runs("6d")
    pool.runs("3d", "partial earnings", earnings=False)
    assert pool.rows == ["SCRAPE_FAILURE LOW 6d 00:00 - open"]


def test_a_balance_that_stands_still_for_more_than_a_day_while_hashing(pool: Pool) -> None:
    pool.runs("5d")
    pool.runs("3d", credits=False)
    pool.runs("1d")
    [row] = pool.rows
    # Nothing has come in since the payout of the fifth day.
    assert row == "PAYMENT_DELAY HIGH 5d 12:10 - 8d 00:00"


def test_a_balance_that_stands_still_while_not_hashing(pool: Pool) -> None:
    pool.runs("5d")
    pool.runs("3d", level=0)
    assert [row.split()[0] for row in pool.rows] == ["HASHRATE_DROP"]


def test_a_balance_of_nothing_stands_still(pool: Pool) -> None:
    pool.farm.balance = Decimal(0)
    pool.runs("6d", credits=False, payouts=False)
    assert pool.rows == []


def test_income_that_is_late_comes_at_once_and_is_explained(pool: Pool) -> None:
    pool.runs("5d")
    pool.runs("5d", credits=False, payouts=False)
    pool.runs("1d")  # five days of income in one visit
    assert [row.split()[0] for row in pool.rows] == ["PAYMENT_DELAY"]


def test_a_visit_to_the_counters_keeps_the_state_of_late_earnings(pool: Pool) -> None:
    pool.runs("8d")
    pool.runs("2d", earnings=False)
    assert len(pool.rows) == 1
    for _ in range(6):
        pool.runs("50m", "summary", earnings=False)
        pool.runs("10m", earnings=False)
    assert len(pool.rows) == 1
    assert pool.rows[0].endswith("open")


# SCRAPE_FAILURE ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("length", "rows"),
    [
        ("50m", []),
        ("2h", ["SCRAPE_FAILURE LOW 1d 01:00 - 1d 02:00"]),
        ("7h", ["SCRAPE_FAILURE MEDIUM 1d 01:00 - 1d 07:00"]),
    ],
)
def test_failed_visits(pool: Pool, length: str, rows: list[str]) -> None:
    pool.runs("1d")
    pool.runs(length, "failed")
    pool.runs("1h")
    assert pool.rows == rows


def test_a_failure_of_weeks_is_one_row(pool: Pool) -> None:
    pool.runs("1d")
    pool.runs("15d", "failed")
    assert pool.rows == ["SCRAPE_FAILURE MEDIUM 1d 01:00 - open"]
    assert pool.descriptions == ["Not read for 360 h: HTTP 503"]


def test_one_failed_visit_after_a_gap_gives_no_rows(pool: Pool) -> None:
    pool.runs("1d")
    pool.runs("1d", "none")
    pool.runs("10m", "failed")
    pool.runs("1h")
    assert pool.rows == []


def test_a_pool_that_was_never_read(pool: Pool) -> None:
    pool.runs("2h", "failed")
    assert pool.rows == ["SCRAPE_FAILURE LOW 0d 01:00 - open"]


def test_a_short_failure_in_the_recovery_of_a_long_one(pool: Pool) -> None:
    pool.runs("1d")
    pool.runs("2h", "failed")
    pool.runs("10m")
    pool.runs("10m", "failed")
    pool.runs("1h")
    assert pool.rows == ["SCRAPE_FAILURE LOW 1d 01:00 - 1d 02:20"]


def test_failed_visits_in_the_midst_of_an_incident_keep_its_state(pool: Pool) -> None:
    pool.runs("3d")
    pool.runs("1h", offline=2, level=0.75)
    pool.runs("50m", "failed")
    pool.runs("1h", offline=2, level=0.75)
    assert pool.rows == [
        "HASHRATE_DROP MEDIUM 3d 00:00 - open",
        "OFFLINE_WORKERS MEDIUM 3d 00:00 - open",
    ]


def test_a_partial_visit_is_one_low_row(pool: Pool) -> None:
    pool.runs("1d")
    pool.runs("10m", "partial")
    pool.runs("1h")
    assert pool.rows == ["SCRAPE_FAILURE LOW 1d 00:00 - 1d 00:10"]


# WORKERS_APPEARED -------------------------------------------------------------------------------


def test_workers_that_appear_are_told_once(pool: Pool) -> None:
    pool.runs("1d")
    pool.runs("20m", extra=["farm.x1"])
    pool.runs("1d", extra=["farm.x1", "farm.x2"])
    assert pool.rows == ["WORKERS_APPEARED LOW 1d 00:00 - 1d 01:20"]
    assert pool.descriptions == ["1 worker(s) appeared: farm.x2"]  # the last one that was new


# Operators --------------------------------------------------------------------------------------


def test_an_acknowledged_incident_that_stays_as_it_is_gives_no_second_row(pool: Pool) -> None:
    pool.runs("1d")
    pool.runs("1h", offline=2)
    pool.resolve("OFFLINE_WORKERS")
    pool.runs("2d", offline=2)
    assert pool.rows == ["OFFLINE_WORKERS MEDIUM 1d 00:00 - acknowledged"]
    pool.runs("1h")
    assert pool.rows == ["OFFLINE_WORKERS MEDIUM 1d 00:00 - 3d 01:00"]


def test_an_acknowledged_incident_that_gets_worse_is_told_again(pool: Pool) -> None:
    pool.runs("1d")
    pool.runs("1h", offline=2)
    pool.resolve("OFFLINE_WORKERS")
    pool.runs("1h", offline=2)
    pool.runs("1h", offline=3)
    assert pool.rows == [
        "OFFLINE_WORKERS MEDIUM 1d 00:00 - 1d 02:00",
        "OFFLINE_WORKERS MEDIUM 1d 02:00 - open",
    ]


def test_an_acknowledged_incident_that_ended_is_told_when_it_comes_back(pool: Pool) -> None:
    pool.runs("1d")
    pool.runs("1h", offline=2)
    pool.resolve("OFFLINE_WORKERS")
    pool.runs("1h", offline=2)
    pool.runs("20m")
    pool.runs("1h", offline=2)
    assert pool.rows == [
        "OFFLINE_WORKERS MEDIUM 1d 00:00 - 1d 02:00",
        "OFFLINE_WORKERS MEDIUM 1d 02:20 - open",
    ]


def test_an_acknowledgement_can_be_taken_back(pool: Pool) -> None:
    pool.runs("1d")
    pool.runs("1h", offline=2)
    pool.resolve("OFFLINE_WORKERS")
    pool.runs("1h", offline=2)
    pool.player.sql("UPDATE anomaly_log SET resolved = 0")
    pool.runs("1h", offline=3)
    assert pool.rows == ["OFFLINE_WORKERS MEDIUM 1d 00:00 - open"]
    assert pool.descriptions[0].startswith("3 worker(s)")


def test_an_ended_row_that_is_opened_by_sql_is_taken_up_and_ends_again(pool: Pool) -> None:
    pool.runs("1d")
    pool.runs("1h", offline=2)
    pool.runs("1h")
    pool.player.sql("UPDATE anomaly_log SET resolved = 0")
    pool.runs("10m", offline=2)
    assert pool.rows == ["OFFLINE_WORKERS MEDIUM 1d 00:00 - open"]
    pool.runs("1h")
    assert pool.rows == ["OFFLINE_WORKERS MEDIUM 1d 00:00 - 1d 02:10"]


def test_a_maintenance_window_marks_what_is_recorded(pool: Pool) -> None:
    pool.runs("1d")
    operator.mute(pool.player.database, pool.pool_id, "2026-03-03 02:00:00", "new cables")
    pool.runs("1h", offline=2)
    assert pool.rows == ["OFFLINE_WORKERS MEDIUM 1d 00:00 - open"]
    words = "2 worker(s) offline: farm.w01, farm.w02"
    assert pool.descriptions == [f"{words} [maintenance until 2026-03-03 02:00:00 UTC: new cables]"]
    pool.runs("2h", offline=2)
    assert pool.descriptions == [words]


# Settings ---------------------------------------------------------------------------------------


def test_opens_after_three_visits_and_closes_after_five(player: Players) -> None:
    pool = player(KZ_INCIDENT_OPENS_AFTER=3, KZ_INCIDENT_CLOSES_AFTER=5).pool()
    pool.runs("3d")
    pool.runs("20m", offline=2)
    pool.runs("40m")
    pool.runs("40m", offline=2)
    assert pool.rows == ["OFFLINE_WORKERS MEDIUM 3d 01:00 - open"]
    pool.runs("40m")
    assert pool.rows == ["OFFLINE_WORKERS MEDIUM 3d 01:00 - open"]
    pool.runs("10m")
    assert pool.rows == ["OFFLINE_WORKERS MEDIUM 3d 01:00 - 3d 01:40"]


def test_what_is_seen_at_one_visit_only_opens_later_too(player: Players) -> None:
    pool = player(KZ_INCIDENT_OPENS_AFTER=3).pool()
    pool.runs("3d")
    pool.farm.balance /= 2
    pool.runs("20m", gone=["farm.w01"], extra=["farm.x1"])
    assert pool.rows == []
    pool.runs("10m", gone=["farm.w01"], extra=["farm.x1"])
    assert pool.rows == [
        "BALANCE_ANOMALY HIGH 3d 00:00 - open",
        "OFFLINE_WORKERS MEDIUM 3d 00:00 - open",
        "WORKERS_APPEARED LOW 3d 00:00 - open",
    ]


# Others -----------------------------------------------------------------------------------------


def test_two_pools_do_not_influence_each_other(player: Players) -> None:
    both = player()
    ill, well = both.pool(), both.pool(hashrate_phs=7)
    for pool in (ill, well):
        pool.runs("2d")
    for _ in range(12):
        ill.runs("10m", offline=2, level=0.5)
        well.runs("10m")
    well.runs("10m", level=0.75)
    assert well.rows == ["HASHRATE_DROP MEDIUM 2d 02:00 - open"]
    assert ill.rows == [
        "HASHRATE_DROP HIGH 2d 00:00 - open",
        "OFFLINE_WORKERS MEDIUM 2d 00:00 - open",
    ]


def test_history_of_another_program_counts(pool: Pool) -> None:
    pool.runs("5d", "another program", payouts=False)
    pool.farm.balance /= 2
    pool.runs("10m", level=0.75, gone=["farm.w01"], extra=["farm.x1"])
    assert pool.rows == [
        "BALANCE_ANOMALY HIGH 5d 00:00 - open",
        "HASHRATE_DROP MEDIUM 5d 00:00 - open",
        "OFFLINE_WORKERS MEDIUM 5d 00:00 - open",
        "WORKERS_APPEARED LOW 5d 00:00 - open",
    ]


def test_another_program_between_our_visits_counts(pool: Pool) -> None:
    pool.runs("2d")
    pool.runs("2d", "another program", extra=["farm.x1"])
    pool.runs("1h", extra=["farm.x1"])  # known to the other program's list
    assert pool.rows == []


def test_an_open_row_of_another_program_is_taken_over(pool: Pool) -> None:
    pool.runs("1d", "another program")
    for _ in range(3):  # at each of its visits
        pool.player.sql(
            "INSERT INTO anomaly_log (timestamp, pool_id, anomaly_type, description, severity) "
            "VALUES (?, ?, 'OFFLINE_WORKERS', 'two are off', 'MEDIUM')",
            *(pool.time, pool.pool_id),
        )
    pool.runs("1h", offline=2)
    assert pool.rows == ["OFFLINE_WORKERS MEDIUM 1d 00:00 - open"] * 3
    assert pool.descriptions[2] == "2 worker(s) offline: farm.w01, farm.w02"
    pool.runs("1h")
    resolved = pool.player.sql("SELECT resolved FROM anomaly_log")
    assert resolved == [(1,), (1,), (1,)]


def test_a_stale_open_row_of_another_program_does_not_hide_the_history(pool: Pool) -> None:
    pool.runs("5d")
    pool.player.sql(
        "INSERT INTO anomaly_log (timestamp, pool_id, anomaly_type, description, severity) "
        "VALUES ('2026-03-02 01:00:00', ?, 'HASHRATE_DROP', 'long over', 'HIGH')",
        pool.pool_id,
    )
    pool.runs("1h")
    pool.runs("1h", level=0.75)
    assert pool.rows == [
        "HASHRATE_DROP HIGH 0d 01:00 - 5d 00:00",
        "HASHRATE_DROP MEDIUM 5d 01:00 - open",
    ]


def test_rows_that_make_no_sense_do_no_harm(pool: Pool) -> None:
    pool.runs("1d")
    for statement in (
        "INSERT INTO pool_summary (timestamp, pool_id, current_hashrate, balance) "
        "VALUES ('2026-03-03', ?, 'fast', 'much')",
        "INSERT INTO pool_summary (timestamp, pool_id) VALUES ('2026-03-02 9:61', ?)",
        "INSERT INTO daily_earnings (pool_id, date, recorded_at) VALUES (?, NULL, 'then')",
        "INSERT INTO daily_earnings (pool_id, date) VALUES (?, '2/30/2026')",
        "INSERT INTO worker_status (timestamp, pool_id) VALUES ('2026-03-03 00:00', ?)",
        "INSERT INTO anomaly_log (timestamp, pool_id) VALUES ('never', ?)",
        "INSERT INTO anomaly_log (pool_id, anomaly_type, severity) "
        "VALUES (?, 'HASHRATE_DROP', 'FATAL')",
    ):
        pool.player.sql(statement, pool.pool_id)
    pool.runs("1h")
    resolved = pool.player.sql("SELECT anomaly_type, resolved FROM anomaly_log")
    assert resolved == [(None, 0), ("HASHRATE_DROP", 1)]
