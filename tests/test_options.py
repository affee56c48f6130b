"""Our settings: their forms, and what is said of a value that cannot be used."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings

from kzscraper import options
from kzscraper.exceptions import ConfigurationError
from kzscraper.options import Option


@pytest.mark.parametrize(
    ("option", "value", "expected"),
    [
        (options.DATABASE, "data/x.db", Path("data/x.db")),
        (options.DATABASE, " x.db ", Path("x.db")),
        (options.DATABASE, "~/x.db", Path.home() / "x.db"),
        (options.OBSERVER_HOSTS, "btcpool.kz, New.BTCpool.kz,,", ("btcpool.kz", "new.btcpool.kz")),
        (options.OBSERVER_HOSTS, "127.0.0.1:8080", ("127.0.0.1:8080",)),
        (options.OBSERVER_HOSTS, ["btcpool.kz", "x.kz"], ("btcpool.kz", "x.kz")),
        (options.PAGE_HOSTS, "", ()),
        (options.JOURNAL_MODE, "WAL", "wal"),
        (options.BUSY_TIMEOUT, "0.5", 0.5),
        (options.BUSY_TIMEOUT, 5, 5.0),
        (options.BUSY_TIMEOUT, "86400", 86400.0),
        (options.CHROMIUM, "", None),
        (options.CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium"),
        (options.OFFLINE_WORKERS_HIGH, "0", 0),
        (options.OFFLINE_WORKERS_HIGH, 7, 7),
        (options.HASHRATE_DROP_HIGH, "0.3", Decimal("0.3")),
        (options.HASHRATE_DROP_HIGH, 0.3, Decimal("0.3")),
    ],
)
def test_a_value_is_read(option: Option[Any], value: object, expected: object) -> None:
    read = option.read(Settings({option.name: value}))
    assert read == expected
    assert type(read) is type(expected)


@pytest.mark.parametrize(
    ("option", "text", "says"),
    [
        (options.DATABASE, " ", "a file name is needed"),
        (options.DATABASE, "~nobody-of-this-name/x.db", "the user behind ~ is unknown"),
        (options.OBSERVER_HOSTS, "", "at least one host is needed"),
        (options.OBSERVER_HOSTS, " , ", "at least one host is needed"),
        (options.JOURNAL_MODE, "memory", "one of auto, wal, delete, truncate is needed"),
        (options.JOURNAL_MODE, "", "one of auto, wal, delete, truncate is needed"),
        (options.BUSY_TIMEOUT, "0", "a number of seconds above 0 is needed"),
        (options.BUSY_TIMEOUT, "-1", "a number of seconds above 0 is needed"),
        (options.BUSY_TIMEOUT, "86401", "at most 86400"),
        (options.BUSY_TIMEOUT, "1e999", "at most 86400"),  # infinite as a float
        (options.BUSY_TIMEOUT, "1e-999", "above 0"),  # and this is zero
        (options.BUSY_TIMEOUT, "inf", "a finite number is needed"),
        (options.BUSY_TIMEOUT, "nan", "a finite number is needed"),
        (options.BUSY_TIMEOUT, "30 s", "a number is needed"),
        (options.VISIT_TIMEOUT, "", "a number is needed"),
        (options.OFFLINE_WORKERS_HIGH, "-1", "a whole number, 0 or more"),
        (options.OFFLINE_WORKERS_HIGH, "5.0", "a whole number, 0 or more"),
        (options.OFFLINE_WORKERS_HIGH, "٥", "a whole number, 0 or more"),
        (options.OFFLINE_WORKERS_HIGH, "", "a whole number, 0 or more"),
        (options.HASHRATE_DROP_MEDIUM, "20", "a share between 0 and 1"),
        (options.HASHRATE_DROP_MEDIUM, "0", "a share between 0 and 1"),
        (options.HASHRATE_DROP_MEDIUM, "20%", "a number is needed"),
        (options.SECTION_GRACE_HOURS, "-1", "a number of hours"),
        (options.SECTION_GRACE_HOURS, "1e999", "a number of hours"),
    ],
)
def test_a_bad_value_is_named(option: Option[Any], text: str, says: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        option.read(Settings({option.name: text}))
    assert str(caught.value).startswith(f"{option.name}={text!r}: ")
    assert says in str(caught.value)


@pytest.mark.parametrize("option", options.OPTIONS, ids=lambda option: option.name)
def test_every_default_can_be_read(option: Option[Any]) -> None:
    assert option.name.startswith("KZ_")
    assert option.meaning
    assert option.read(Settings()) == option.parse(option.default)


@pytest.mark.parametrize(
    ("option", "default"),
    [
        (options.DATABASE, "btcpool_data.db"),
        (options.OBSERVER_HOSTS, "btcpool.kz,new.btcpool.kz"),
        (options.JOURNAL_MODE, "auto"),
        (options.OFFLINE_WORKERS_HIGH, "5"),
        (options.HASHRATE_DROP_MEDIUM, "0.20"),
        (options.HASHRATE_DROP_HIGH, "0.30"),
    ],
)
def test_promised_defaults(option: Option[Any], default: str) -> None:
    assert option.default == default


def test_names_are_unique() -> None:
    names = [option.name for option in options.OPTIONS]
    assert len(names) >= 10
    assert len(set(names)) == len(names)


def test_the_environment_goes_before_the_default() -> None:
    values = options.values({"KZ_DATABASE": "x.db", "KZ_JOURNAL_MODE": "", "PATH": "/bin"})
    assert values["KZ_DATABASE"] == "x.db"
    assert values["KZ_JOURNAL_MODE"] == ""  # said so, so it is checked and refused, not ignored
    assert values["KZ_BUSY_TIMEOUT"] == options.BUSY_TIMEOUT.default
    assert values.keys() == {option.name for option in options.OPTIONS}
