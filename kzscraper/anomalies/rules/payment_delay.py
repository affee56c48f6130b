from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from statistics import median

from kzscraper import units
from kzscraper.anomalies.state import PoolState
from kzscraper.anomalies.verdict import SEVERITIES, Finding, NoEvidence, Severity

_DAY = timedelta(days=1)
# How long after its beginning a day is usually shown, while nothing else is known.
_USUAL_LAG = timedelta(hours=36)
_LEARNED_FROM = 14  # days


def payment_delay(state: PoolState) -> Finding | None:
    """Earnings or balance that stand still although the pool was hashing."""
    if not state.hashrates and not _is_hashing_now(state):
        raise NoEvidence
    findings = [finding for finding in (_earnings(state), _balance(state)) if finding]
    if findings:
        return max(findings, key=lambda finding: SEVERITIES.index(finding.severity))
    if not state.scrape.sections.get("earnings") and state.balance_since is None:
        raise NoEvidence
    return None


def due(state: PoolState) -> datetime | None:
    """When the next day of earnings is late: its usual time, and some grace; UTC."""
    if not state.incomes:
        return None
    newest = max(income.day for income in state.incomes)
    begins = datetime.combine(newest + _DAY, time(), UTC)
    return begins + usual_lag(state) + state.thresholds.payment_grace


def usual_lag(state: PoolState) -> timedelta:
    """How long after its beginning a day is usually shown, learned from when days appeared.

    Days that came several at once say nothing, as they were there before anybody looked.
    """
    by_moment = [income.recorded for income in state.incomes]
    lags = [
        income.recorded - datetime.combine(income.day, time(), UTC)
        for income in state.incomes
        if by_moment.count(income.recorded) == 1
    ]
    learned = [lag / _DAY for lag in lags if lag >= _DAY / 2][:_LEARNED_FROM]
    return max(median(learned) * _DAY, _DAY) if len(learned) >= 3 else _USUAL_LAG


def _earnings(state: PoolState) -> Finding | None:
    at = due(state)
    if at is None or not state.scrape.sections.get("earnings") or state.now <= at:
        return None
    newest = max(income.day for income in state.incomes)
    missing = datetime.combine(newest + _DAY, time(), UTC)
    if not _was_hashing(state, missing, missing + _DAY):
        return None
    late = state.now - at
    return Finding(
        _severity(late, state),
        f"No earnings since {newest}: the day after was due by {units.utc_text(at)} UTC",
    )


def _balance(state: PoolState) -> Finding | None:
    if state.balance_since is None or state.summary is None:
        return None
    stands = state.now - state.balance_since
    late = stands - _DAY - state.thresholds.payment_grace
    # A balance of nothing is one that is paid out as it comes in.
    if late <= timedelta(0) or not units.parse_btc(state.summary.balance):
        return None
    if not _was_hashing(state, state.balance_since, state.now):
        return None
    return Finding(
        _severity(late, state),
        f"Balance stands still at {state.summary.balance} since "
        f"{units.utc_text(state.balance_since)} UTC",
    )


def _was_hashing(state: PoolState, since: datetime, until: datetime) -> bool:
    """Whether most of the samples of that time show a hashrate; without any, the present one."""
    samples = [value > 0 for at, value in state.hashrates if since <= at < until]
    if not samples:
        return _is_hashing_now(state)
    return sum(samples) * 2 > len(samples)


def _is_hashing_now(state: PoolState) -> bool:
    rate = units.parse_hashrate(state.summary.current_hashrate if state.summary else None)
    return bool(rate and rate.value)


def _severity(late: timedelta, state: PoolState) -> Severity:
    return "HIGH" if late >= state.thresholds.payment_late_high else "MEDIUM"
