"""The rules. One more is one function, one line here, and one table of tests."""

from __future__ import annotations

from collections.abc import Callable

from kzscraper.anomalies.rules.balance_anomaly import balance_anomaly
from kzscraper.anomalies.rules.hashrate_drop import hashrate_drop
from kzscraper.anomalies.rules.offline_workers import offline_workers
from kzscraper.anomalies.rules.payment_delay import payment_delay
from kzscraper.anomalies.rules.scrape_failure import scrape_failure
from kzscraper.anomalies.rules.workers_appeared import workers_appeared
from kzscraper.anomalies.state import PoolState
from kzscraper.anomalies.verdict import Finding, NoEvidence, Verdicts

Rule = Callable[[PoolState], Finding | None]

RULES: dict[str, Rule] = {
    "OFFLINE_WORKERS": offline_workers,
    "HASHRATE_DROP": hashrate_drop,
    "BALANCE_ANOMALY": balance_anomaly,
    "PAYMENT_DELAY": payment_delay,
    "SCRAPE_FAILURE": scrape_failure,
    "WORKERS_APPEARED": workers_appeared,
}


def judge(state: PoolState) -> Verdicts:
    """What every rule says; one that lacks its evidence says nothing."""
    verdicts: Verdicts = {}
    for anomaly_type, rule in RULES.items():
        try:
            verdicts[anomaly_type] = rule(state)
        except NoEvidence:
            continue
    return verdicts
