from __future__ import annotations

import math
from datetime import timedelta
from decimal import Decimal
from typing import Literal

from kzscraper import units
from kzscraper.anomalies.state import PoolState
from kzscraper.anomalies.verdict import Finding, NoEvidence

_DAY = timedelta(days=1)
_RECENT = 7  # so many days tell what a day brings


def balance_anomaly(state: PoolState) -> Finding | None:
    """A balance that is negative, fell without a payout, or rose beyond any income.

    Such a change is an event, so its incident lasts for a day, unless the balance comes back.
    """
    balance = units.parse_btc(state.summary.balance if state.summary else None)
    if balance is None:
        raise NoEvidence
    if balance < 0:
        return Finding("HIGH", f"Balance is negative: {balance:f} BTC", float(-balance))
    told = state.lasting.get("BALANCE_ANOMALY")
    if told and _is_reversed(told, balance, state):
        return None
    change = _unexplained(balance, state)
    if change and state.balance:
        return _event(change, state.balance.amount, balance, state)
    return told if told and _is_of_today(told, state) else None


def _unexplained(balance: Decimal, state: PoolState) -> Literal["fell", "rose"] | None:
    """What happened, if income and payouts do not explain it."""
    before = state.balance
    if before is None or before.amount < 0:
        return None
    if balance < before.amount:
        return None if _is_payout(balance, before.amount, state) else "fell"
    # What is late is credited at once, for as many days as the balance stood still.
    days = max(Decimal(1), _days(state.now - before.since))
    daily = _daily_income(state)
    if daily is not None and balance - before.amount > state.thresholds.balance_far_factor * (
        daily * days
    ):
        return "rose"
    return None


def _is_payout(balance: Decimal, before: Decimal, state: PoolState) -> bool:
    """A payout takes a balance to near zero, or by the amount of an income that is shown."""
    near = state.thresholds.balance_near_share
    if balance <= before * near + _came_in(state):
        return True
    shown = _last_income(state)
    if shown is None:
        return False
    # All of it may have been paid just before that income came in.
    is_new = any(state.balance and one.recorded > state.balance.seen for one in state.incomes)
    return abs(before - balance - shown) <= shown * near or (
        is_new and abs(balance - shown) <= shown * near
    )


def _came_in(state: PoolState) -> Decimal:
    """What may have come in since the balance was last seen, BTC."""
    daily = _daily_income(state)
    if daily is None or state.balance is None:
        return Decimal(0)
    days = _days(state.now - state.balance.seen)
    return daily * (days if days < 1 else math.ceil(days))


def _daily_income(state: PoolState) -> Decimal | None:
    """The best of the recent days, BTC."""
    amounts = [one.amount for one in state.incomes[:_RECENT] if one.amount]
    amounts += [shown] if (shown := _last_income(state)) else []
    return max(amounts) if amounts else None


def _last_income(state: PoolState) -> Decimal | None:
    return units.parse_btc(state.summary.last_income if state.summary else None)


def _days(span: timedelta) -> Decimal:
    return Decimal(span / _DAY)


def _event(change: str, before: Decimal, after: Decimal, state: PoolState) -> Finding:
    by = abs(after - before)
    # A second event makes an incident worse by its size.
    told = state.lasting.get("BALANCE_ANOMALY")
    return Finding(
        "HIGH" if change == "fell" else "MEDIUM",
        f"Balance {change} by {by:f} BTC without a payout or income that explains it: "
        f"from {before:f} to {after:f} BTC",
        float(by) + (told.measure if told else 0.0),
        {"at": units.utc_text(state.now), "before": f"{before:f}", "change": change},
    )


def _is_of_today(told: Finding, state: PoolState) -> bool:
    at = told.memory.get("at")
    lasts = state.thresholds.balance_anomaly_lasts
    return at is not None and state.now - units.parse_utc(at) < lasts


def _is_reversed(told: Finding, balance: Decimal, state: PoolState) -> bool:
    if "before" not in told.memory:
        return False
    before = Decimal(told.memory["before"])
    near = before * state.thresholds.balance_near_share
    return balance >= before - near if told.memory["change"] == "fell" else balance <= before + near
