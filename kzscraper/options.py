"""Every `KZ_` setting: its name, default, form and meaning, defined here and nowhere else.

`settings.py` publishes the names to Scrapy (where `-s NAME=VALUE`, Scrapyd and the environment
can override them); a component asks `DATABASE.read(crawler.settings)` for the checked value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from kzscraper import host_list
from kzscraper.exceptions import ConfigurationError

T = TypeVar("T")


class SettingsLike(Protocol):
    """What we need of Scrapy's settings."""

    def get(self, name: Any, default: Any = None) -> Any: ...


@dataclass(frozen=True)
class Option(Generic[T]):
    """One setting. `default` is text, as a user would type it."""

    name: str
    default: str
    meaning: str
    parse: Callable[[str], T]

    def read(self, settings: SettingsLike) -> T:
        """The checked value; raises ConfigurationError naming the setting."""
        value = settings.get(self.name, self.default)
        text = ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
        try:
            return self.parse(text.strip())
        except ValueError as error:
            raise ConfigurationError(f"{self.name}={text!r}: {error}") from None


def _path(text: str) -> Path:
    if not text:
        raise ValueError("a file name is needed")
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise ValueError("the user behind ~ is unknown") from None


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip().lower() for part in text.split(",") if part.strip())


def _any_hosts(text: str) -> tuple[str, ...]:
    names = _names(text)
    for name in names:
        host_list.parse(name)
    return names


def _hosts(text: str) -> tuple[str, ...]:
    names = _any_hosts(text)
    if not names:
        raise ValueError("at least one host is needed, such as btcpool.kz")
    return names


def _optional(text: str) -> str | None:
    return text or None


def _whole(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError("a whole number, 0 or more, is needed")
    return int(text)


def _count(text: str) -> int:
    number = _whole(text)
    if number == 0:
        raise ValueError("a whole number above 0 is needed")
    return number


def _optional_count(text: str) -> int | None:
    return _count(text) if text else None


def _days(text: str) -> int:
    days = _count(text)
    if days > 36_500:
        raise ValueError("a number of days is needed, at most 36500")
    return days


def _positive(text: str) -> Decimal:
    number = _decimal(text)
    if number <= 0:
        raise ValueError("a number above 0 is needed")
    return number


def _seconds(text: str) -> float:
    seconds = float(_decimal(text))
    # A busy timeout of some weeks overflows in SQLite, which then does not wait at all.
    if not 0 < seconds <= 86_400:
        raise ValueError("a number of seconds above 0 is needed, at most 86400")
    return seconds


def _hours(text: str) -> timedelta:
    number = _decimal(text)
    if not 0 <= number <= 87_600:
        raise ValueError("a number of hours is needed, from 0 to 87600")
    return timedelta(hours=float(number))


def _share(text: str) -> Decimal:
    number = _decimal(text)
    if not 0 < number < 1:
        raise ValueError("a share between 0 and 1 is needed, such as 0.20")
    return number


def _decimal(text: str) -> Decimal:
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("a number is needed") from None
    if not number.is_finite():
        raise ValueError("a finite number is needed")
    return number


def _choice(*allowed: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text.lower() not in allowed:
            raise ValueError(f"one of {', '.join(allowed)} is needed")
        return text.lower()

    return parse


DATABASE = Option("KZ_DATABASE", "btcpool_data.db", "path of the SQLite file", _path)
OBSERVER_HOSTS = Option(
    "KZ_OBSERVER_HOSTS",
    "btcpool.kz,new.btcpool.kz",
    "hosts whose observer links may be opened; a pool elsewhere is not ours to crawl",
    _hosts,
)
PAGE_HOSTS = Option(
    "KZ_PAGE_HOSTS",
    "",
    "further hosts that a page may load scripts and data from (the observer hosts and their "
    "subdomains always may)",
    _any_hosts,
)
JOURNAL_MODE = Option(
    "KZ_JOURNAL_MODE",
    "auto",
    "`auto`: WAL where the linked SQLite has the WAL-reset fix and the file is new or already "
    "WAL, else rollback journal; or `wal`, `delete`, `truncate`",
    _choice("auto", "wal", "delete", "truncate"),
)
BUSY_TIMEOUT = Option(
    "KZ_BUSY_TIMEOUT",
    "30",
    "seconds to wait for another program's write lock on the database",
    _seconds,
)
CHROMIUM = Option(
    "KZ_CHROMIUM",
    "",
    "path of the Chromium to use; empty: an installed one, else Playwright's own",
    _optional,
)
VISIT_TIMEOUT = Option(
    "KZ_VISIT_TIMEOUT",
    "60",
    "seconds that one visit to one pool may take, all attempts together",
    _seconds,
)
FILL_TIMEOUT = Option(
    "KZ_FILL_TIMEOUT", "20", "seconds to wait for a page to show its data", _seconds
)
USER_AGENT = Option(
    "KZ_USER_AGENT",
    "",
    "user agent that the browser names; empty: its own, which says HeadlessChrome",
    _optional,
)
EVIDENCE_DIR = Option(
    "KZ_EVIDENCE_DIR",
    "evidence",
    "folder for the HTML and screenshot of pages that were not read completely",
    _path,
)
SECTION_GRACE_HOURS = Option(
    "KZ_SECTION_GRACE_HOURS",
    "24",
    "hours after which a section that is gone from a page counts as a right withdrawn",
    _hours,
)
OFFLINE_WORKERS_HIGH = Option(
    "KZ_OFFLINE_WORKERS_HIGH", "5", "more offline workers than this is HIGH", _whole
)
WORKER_FORGOTTEN_HOURS = Option(
    "KZ_WORKER_FORGOTTEN_HOURS",
    "24",
    "hours after which a worker that is DEAD or gone from the list raises nothing any more",
    _hours,
)
HASHRATE_DROP_LOW = Option(
    "KZ_HASHRATE_DROP_LOW", "0.10", "a drop against the baseline from this on is LOW", _share
)
HASHRATE_DROP_MEDIUM = Option(
    "KZ_HASHRATE_DROP_MEDIUM", "0.20", "a drop against the baseline from this on is MEDIUM", _share
)
HASHRATE_DROP_HIGH = Option(
    "KZ_HASHRATE_DROP_HIGH", "0.30", "a drop against the baseline of more than this is HIGH", _share
)
BALANCE_NEAR_SHARE = Option(
    "KZ_BALANCE_NEAR_SHARE",
    "0.05",
    "near: a balance that fell to this share of what it was, or less, was paid out; two amounts "
    "that differ by less than this share are the same",
    _share,
)
BALANCE_FAR_FACTOR = Option(
    "KZ_BALANCE_FAR_FACTOR",
    "3",
    "far: a balance that rose by more than so many times the income of the time is an anomaly",
    _positive,
)
BALANCE_ANOMALY_HOURS = Option(
    "KZ_BALANCE_ANOMALY_HOURS",
    "24",
    "hours for which an unexplained change of the balance stays open, unless it is reversed",
    _hours,
)
PAYMENT_GRACE_HOURS = Option(
    "KZ_PAYMENT_GRACE_HOURS",
    "6",
    "hours after the usual time at which a day's earnings are late; likewise beyond a day for a "
    "balance that stands still",
    _hours,
)
PAYMENT_LATE_HIGH_HOURS = Option(
    "KZ_PAYMENT_LATE_HIGH_HOURS", "48", "hours late from which on a payment delay is HIGH", _hours
)
UNREADABLE_LOW_HOURS = Option(
    "KZ_UNREADABLE_LOW_HOURS", "1", "hours without a readable visit from which on it is LOW", _hours
)
UNREADABLE_MEDIUM_HOURS = Option(
    "KZ_UNREADABLE_MEDIUM_HOURS",
    "6",
    "hours without a readable visit from which on it is MEDIUM",
    _hours,
)
INCIDENT_OPENS_AFTER = Option(
    "KZ_INCIDENT_OPENS_AFTER", "1", "visits in a row that show it before an incident opens", _count
)
INCIDENT_CLOSES_AFTER = Option(
    "KZ_INCIDENT_CLOSES_AFTER", "2", "good visits in a row after which an incident closes", _count
)

STALE_MINUTES = Option(
    "KZ_STALE_MINUTES",
    "25",
    "minutes without a complete visit of a pool after which `scrapy health` fails",
    _count,
)
DISK_MIN_MB = Option(
    "KZ_DISK_MIN_MB",
    "500",
    "megabytes that must be free where the database is, else `scrapy health` fails",
    _whole,
)

KEEP_WORKER_STATUS_DAYS = Option(
    "KZ_KEEP_WORKER_STATUS_DAYS",
    "30",
    "whole UTC days for which `scrapy db prune` keeps worker_status; their uptime is kept for ever",
    _days,
)
KEEP_POOL_SUMMARY_DAYS = Option(
    "KZ_KEEP_POOL_SUMMARY_DAYS", "90", "likewise for pool_summary", _days
)
KEEP_RESOLVED_ANOMALY_DAYS = Option(
    "KZ_KEEP_RESOLVED_ANOMALY_DAYS",
    "365",
    "likewise for resolved anomalies; those that are open stay",
    _days,
)
KEEP_SCRAPE_LOG_DAYS = Option(
    "KZ_KEEP_SCRAPE_LOG_DAYS",
    "365",
    "likewise for scrape_log, which tells uptime reports of visits that failed",
    _days,
)
DATABASE_LIMIT_MB = Option(
    "KZ_DATABASE_LIMIT_MB",
    "",
    "size that the database must not reach: `scrapy db stats` says when it will; empty: the disk",
    _optional_count,
)

OPTIONS: tuple[Option[Any], ...] = tuple(
    value for value in list(globals().values()) if isinstance(value, Option)
)


def check_all(settings: SettingsLike) -> None:
    """Raises ConfigurationError for the first setting that cannot be used."""
    for option in OPTIONS:
        option.read(settings)


def values(environ: Mapping[str, str]) -> dict[str, str]:
    """Setting names and their values: the environment's, else the default."""
    return {option.name: environ.get(option.name, option.default) for option in OPTIONS}


def named_in(environ: Mapping[str, str]) -> list[str]:
    """The names of the settings that the environment sets."""
    return [option.name for option in OPTIONS if option.name in environ]
