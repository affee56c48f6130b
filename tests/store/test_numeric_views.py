"""The views that give numbers for the text columns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from kzscraper.store.database import Database

# Each numeric column: its view, its table and its text column.
HASHRATES = [
    ("pool_summary", "current_hashrate"),
    ("pool_summary", "avg_hashrate_24h"),
    ("worker_status", "hashrate_10m"),
    ("worker_status", "hashrate_1h"),
    ("worker_status", "hashrate_24h"),
    ("daily_earnings", "hashrate"),
]
AMOUNTS = [
    ("pool_summary", "balance"),
    ("pool_summary", "last_income"),
    ("daily_earnings", "total_income"),
]


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One for all tests here, which only add rows."""
    path = tmp_path_factory.mktemp("numbers") / "pools.db"
    with Database.open(path, create=True) as database:
        yield database


def number(database: Database, table: str, column: str, unit: str, text: str | None) -> object:
    new = database.execute(f"INSERT INTO {table} ({column}) VALUES (?)", (text,)).lastrowid
    row = database.one(
        f"SELECT {column}, {column}_{unit} FROM {table}_numeric WHERE id = ?", (new,)
    )
    assert row[0] == text
    return row[1]


@pytest.mark.parametrize(("table", "column"), HASHRATES)
@pytest.mark.parametrize(
    ("text", "ths"),
    [
        ("900 H/s", 9e-10),
        ("500 kH/s", 5e-7),
        ("1.5 MH/s", 1.5e-6),
        ("2.25 GH/s", 0.00225),
        ("187.650 TH/s", 187.65),
        ("37.405 PH/s", 37405.0),
        ("1.02 EH/s", 1020000.0),
        ("3 ZH/s", 3e9),
        ("0 H/s", 0.0),
        ("0.00 TH/s", 0.0),
    ],
)
def test_a_hashrate_in_terahashes(
    database: Database, table: str, column: str, text: str, ths: float
) -> None:
    assert number(database, table, column, "ths", text) == pytest.approx(ths, rel=1e-12, abs=0)


@pytest.mark.parametrize(("table", "column"), HASHRATES)
@pytest.mark.parametrize(
    "text",
    [
        *(None, "", " ", "—", "0", "38.4", "PH/s", " PH/s", ". PH/s", "— PH/s", "abc PH/s"),
        *("38,4 PH/s", "1,234.5 TH/s", "1 234.5 TH/s", "1'234.5 TH/s", "1.234.5 TH/s"),
        *("37.405PH/s", "37.405  PH/s", "37.405\xa0PH/s", "37.405 PH/s ", " 37.405 PH/s"),
        *("37.405 ph/s", "37.405 PH", "37.405 ПХ/с", "37.405 XH/s", "37.405 PH/s 2"),
        *("-5 PH/s", "1e3 PH/s", "12abc PH/s", "12-PH/s", "12? PH/s", "0x10 PH/s", "1 TH/s PH/s"),
    ],
)
def test_a_hashrate_in_another_form_is_no_number(
    database: Database, table: str, column: str, text: str | None
) -> None:
    assert number(database, table, column, "ths", text) is None


@pytest.mark.parametrize(("table", "column"), AMOUNTS)
@pytest.mark.parametrize(
    ("text", "btc"),
    [
        ("0.01864218BTC", 0.01864218),
        ("0.01570138", 0.01570138),
        ("0.01570138 BTC", 0.01570138),
        ("12BTC", 12.0),
        ("0.00000000BTC", 0.0),
        ("-0.00000001BTC", -1e-8),
    ],
)
def test_an_amount_in_btc(
    database: Database, table: str, column: str, text: str, btc: float
) -> None:
    assert number(database, table, column, "btc", text) == pytest.approx(btc, rel=1e-12, abs=0)


@pytest.mark.parametrize(("table", "column"), AMOUNTS)
@pytest.mark.parametrize(
    "text",
    [
        *(None, "", " ", "-", "—", "BTC", "-BTC", ".", ".BTC", "n/a"),
        *("0,01570138", "1 234.5BTC", "1,234.5BTC", "1.234.567BTC", "2025-11-22", "1-2BTC", "--5"),
        *("12.5 mBTC", "12.5mBTC", "0.5TB", "0.5 C", "0.5 USD", "$5", "1e-8", "0.5  BTC", "0.5btc"),
    ],
)
def test_an_amount_in_another_form_is_no_number(
    database: Database, table: str, column: str, text: str | None
) -> None:
    assert number(database, table, column, "btc", text) is None


@pytest.mark.parametrize(
    ("table", "numbers"),
    [
        (
            "pool_summary",
            ["current_hashrate_ths", "avg_hashrate_24h_ths", "balance_btc", "last_income_btc"],
        ),
        ("worker_status", ["hashrate_10m_ths", "hashrate_1h_ths", "hashrate_24h_ths"]),
        ("daily_earnings", ["total_income_btc", "hashrate_ths"]),
    ],
)
def test_the_numbers_stand_beside_all_columns_of_the_table(
    database: Database, table: str, numbers: list[str]
) -> None:
    def columns(name: str) -> list[str]:
        return [row["name"] for row in database.rows(f"PRAGMA table_info({name})")]

    assert columns(f"{table}_numeric") == columns(table) + numbers
