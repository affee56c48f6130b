"""The thresholds of the rules, read from the settings that define them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from kzscraper import options


@dataclass(frozen=True)
class Thresholds:
    """Shares are of 1; see options.py for what each means."""

    offline_workers_high: int
    worker_forgotten: timedelta
    hashrate_drop_low: Decimal
    hashrate_drop_medium: Decimal
    hashrate_drop_high: Decimal
    balance_near_share: Decimal
    balance_far_factor: Decimal
    balance_anomaly_lasts: timedelta
    payment_grace: timedelta
    payment_late_high: timedelta
    unreadable_low: timedelta
    unreadable_medium: timedelta

    @classmethod
    def from_settings(cls, settings: options.SettingsLike) -> Thresholds:
        return cls(
            options.OFFLINE_WORKERS_HIGH.read(settings),
            options.WORKER_FORGOTTEN_HOURS.read(settings),
            options.HASHRATE_DROP_LOW.read(settings),
            options.HASHRATE_DROP_MEDIUM.read(settings),
            options.HASHRATE_DROP_HIGH.read(settings),
            options.BALANCE_NEAR_SHARE.read(settings),
            options.BALANCE_FAR_FACTOR.read(settings),
            options.BALANCE_ANOMALY_HOURS.read(settings),
            options.PAYMENT_GRACE_HOURS.read(settings),
            options.PAYMENT_LATE_HIGH_HOURS.read(settings),
            options.UNREADABLE_LOW_HOURS.read(settings),
            options.UNREADABLE_MEDIUM_HOURS.read(settings),
        )
