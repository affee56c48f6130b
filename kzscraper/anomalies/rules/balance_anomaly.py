from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from kzscraper import units
from kzscraper.anomalies.state import PoolState
from kzscraper.anomalies.verdict import Finding, NoEvidence

_DAY = timedelta(days=1)


def balance_anomaly(state: PoolState) -> Finding | None:
    """A balance that is negative, fell without a payout, or rose beyond any income.

    Such a change is an event, so its incident lasts for a day, unless the balance comes back.
    """
    balance = units.parse_btc(state.summary.balance if state.summary else None)
    if balance is None:
        raise NoEvidence
    if balance < 0:
        return Finding("HIGH", f"Balance is negative: {balance:f} BTC", float(-balance))
    if state.previous_balance is not None:
        before = state.previous_balance[1]
        change = _unexplained(balance, before, state)
        if change:
            return _event(change, before, balance, state.now)
    return _lasting(balance, state)


def _unexplained(balance: Decimal, before: Decimal, state: PoolState) -> str | None:
    """What happened, in words, if income and payouts do not explain it."""
    if balance < before:
        return None if _is_payout(balance, before, state) else "fell"
    income = _income(state)
    # A day's income is credited at once; after a gap, that of several days.
    if income is not None and balance - before > state.thresholds.balance_far_factor * income:
        return "rose"
    return None


def _is_payout(balance: Decimal, before: Decimal, state: PoolState) -> bool:
    """A payout takes a balance to near zero, or by the amount of an income that is shown."""
    near = state.thresholds.balance_near_share
    if balance <= before * near:
        return True
    # What came in since the last visit may be there already, on top of nothing.
    income = _income(state)
    days = _days_since(state)
    if income is not None and balance <= income * days:
        return True
    paid = units.parse_btc(state.summary.last_income if state.summary else None)
    return paid is not None and abs(before - balance - paid) <= paid * near


def _days_since(state: PoolState) -> Decimal:
    if state.previous_balance is None:
        return Decimal(0)
    return Decimal((state.now - state.previous_balance[0]) / _DAY)


def _income(state: PoolState) -> Decimal | None:
    """What the time since the last visit may have brought: at least a day's income, in BTC."""
    amounts = [income.amount for income in state.incomes[:7] if income.amount]
    if not amounts:
        return None
    return max(amounts) * max(Decimal(1), _days_since(state))


def _event(change: str, before: Decimal, after: Decimal, now: datetime) -> Finding:
    return Finding(
        "HIGH" if change == "fell" else "MEDIUM",
        f"Balance {change} by {abs(after - before):f} BTC without a payout or income that explains "
        f"it: from {before:f} to {after:f} BTC",
        float(abs(after - before)),
        {"at": units.utc_text(now), "before": f"{before:f}", "change": change},
    )


def _lasting(balance: Decimal, state: PoolState) -> Finding | None:
    """An event of the last day, told again unless it was reversed."""
    lasting = state.lasting.get("BALANCE_ANOMALY")
    if lasting is None or "at" not in lasting.memory:
        return None
    memory = lasting.memory
    if state.now - units.parse_utc(memory["at"]) >= state.thresholds.balance_anomaly_lasts:
        return None
    before = Decimal(memory["before"])
    near = before * state.thresholds.balance_near_share
    is_back = balance >= before - near if memory["change"] == "fell" else balance <= before + near
    if is_back:
        return None
    return lasting
