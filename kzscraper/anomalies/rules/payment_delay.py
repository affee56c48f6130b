from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from kzscraper import units
from kzscraper.anomalies.state import PoolState
from kzscraper.anomalies.verdict import SEVERITIES, Finding, NoEvidence, Severity

_DAY = timedelta(days=1)
# While nothing is known of when a day is shown, the end of the next one will do.
_USUAL_LAG = 2 * _DAY
_LEARNED_FROM = 14  # days


def payment_delay(state: PoolState) -> Finding | None:
    """Earnings or balance that stand still although the pool was hashing."""
    told = set(state.memory("PAYMENT_DELAY").get("about", ()))
    found: dict[str, Finding] = {}
    judged = set()
    for name, part in _PARTS.items():
        try:
            finding = part(state)
        except NoEvidence:
            continue
        judged.add(name)
        if finding:
            found[name] = finding
    if found:
        worst = max(found.values(), key=lambda finding: SEVERITIES.index(finding.severity))
        about = sorted(found.keys() | told - judged)
        return replace(worst, memory={**worst.memory, "about": about})
    if told - judged or not judged:
        raise NoEvidence
    return None


def due(day: date, state: PoolState) -> datetime:
    """When a day of earnings is late: its usual time, and some grace; UTC."""
    return _begin(day) + usual_lag(state) + state.thresholds.payment_grace


def usual_lag(state: PoolState) -> timedelta:
    """How long after its beginning a day is usually shown, learned from when days appeared.

    Days that came several at once say nothing, as they were there before anybody looked. Of the
    others nine in ten were there by then.
    """
    at_once = Counter(income.recorded for income in state.incomes)
    lags = [
        income.recorded - _begin(income.day)
        for income in state.incomes
        if at_once[income.recorded] == 1
    ]
    learned = sorted(lags[:_LEARNED_FROM])
    return max(learned[len(learned) * 9 // 10], _DAY) if len(learned) >= 3 else _USUAL_LAG


def _earnings(state: PoolState) -> Finding | None:
    if not state.incomes:
        raise NoEvidence
    newest = max(income.day for income in state.incomes)
    # Samples of the hashrate go back for some days only, and so does this.
    day = max(newest + _DAY, state.now.date() - timedelta(days=6))
    at = due(day, state)
    while at < state.now and _share_hashing(state, _begin(day), _begin(day) + _DAY) < 0.5:
        day, at = day + _DAY, at + _DAY
    if at >= state.now:
        return None
    if not state.scrape.sections.get("earnings") or "earnings" in state.scrape.gaps:
        raise NoEvidence  # the day may be there
    return Finding(
        _severity(state.now - at, state),
        f"No earnings since {newest}: {day} was due by {units.utc_text(at)} UTC",
    )


def _balance(state: PoolState) -> Finding | None:
    balance = units.parse_btc(state.summary.balance if state.summary else None)
    if balance is None:
        raise NoEvidence
    # A balance of nothing is one that is paid out as it comes in.
    if not balance or state.balance is None or state.balance.amount != balance:
        return None
    # The incident knows longer than the rules look back.
    told = state.memory("PAYMENT_DELAY").get("stands", {}).get(f"{balance:f}")
    since = units.parse_utc(told) if told else state.balance.since
    # The time without a hashrate brings nothing and does not count.
    hashing = (state.now - since) * _share_hashing(state, since, state.now)
    late = hashing - _DAY - state.thresholds.payment_grace
    # Nor is it late as long as the next day of earnings is not.
    credited = [income.day for income in state.incomes if income.recorded <= since]
    if credited:
        late = min(late, state.now - due(max(credited) + _DAY, state))
    if late <= timedelta(0):
        return None
    text = units.utc_text(since)
    return Finding(
        _severity(late, state),
        f"Balance stands still at {balance:f} BTC since {text} UTC",
        memory={"stands": {f"{balance:f}": text}},
    )


_PARTS: dict[str, Callable[[PoolState], Finding | None]] = {
    "earnings": _earnings,
    "balance": _balance,
}


def _begin(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _share_hashing(state: PoolState, since: datetime, until: datetime) -> float:
    """How much of that time the pool had a hashrate; by the present one if no sample tells.

    A sample holds until the next one.
    """
    samples = [(max(at, since), value) for at, value in state.hashrates if at < until]
    times = [*(at for at, _ in samples), until]
    known = until - times[0]
    if known:
        spans = [later - at for (at, value), later in zip(samples, times[1:], strict=True) if value]
        return sum(spans, timedelta()) / known
    rate = units.parse_hashrate(state.summary.current_hashrate if state.summary else None)
    if rate is None:
        raise NoEvidence
    return float(rate.value > 0)


def _severity(late: timedelta, state: PoolState) -> Severity:
    return "HIGH" if late >= state.thresholds.payment_late_high else "MEDIUM"
