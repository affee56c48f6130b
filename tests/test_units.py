from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, localcontext

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kzscraper import units
from kzscraper.units import Hashrate

UNITS = ["H/s", "kH/s", "MH/s", "GH/s", "TH/s", "PH/s", "EH/s", "ZH/s"]
NBSP, NARROW, ZERO_WIDTH, MINUS = "\u00a0", "\u202f", "\u200b", "\u2212"

BLANK = [
    None, "", " ", "\n\t", "\ufeff", NBSP, NARROW, ZERO_WIDTH, f" {ZERO_WIDTH}{NBSP}",
    "-", "–", "—", "--", " — ", MINUS, "N/A", "n/a", "н/д", "Н/Д", "нет данных",
    "Нет\u00a0данных", "null", "undefined", "NaN",
]  # fmt: skip
BLANK_PARSERS: list[Callable[[str | None], object]] = [
    units.parse_hashrate,
    units.parse_btc,
    units.parse_count,
    units.parse_day,
    units.parse_moment,
]
TEXT_PARSERS: list[Callable[[str], object]] = [
    *BLANK_PARSERS,
    units.parse_decimal,
    units.parse_utc,
]


def hashrate(text: str) -> Hashrate:
    read = units.parse_hashrate(text)
    assert read is not None
    return read


# Nothing there


@pytest.mark.parametrize("text", BLANK)
def test_blank(text: str | None) -> None:
    assert units.is_blank(text)
    assert [parse(text) for parse in BLANK_PARSERS] == [None] * len(BLANK_PARSERS)


@pytest.mark.parametrize("text", ["0", ".", "0 H/s", "-1", "none at all", "a-b", "²", "?"])
def test_not_blank(text: str) -> None:
    assert not units.is_blank(text)


# Numbers


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", "0"),
        ("007", "7"),
        ("38.4", "38.4"),
        ("38,4", "38.4"),
        ("1,234", "1.234"),
        ("1.234", "1.234"),
        ("38,405", "38.405"),
        ("1,234.5", "1234.5"),
        ("1.234,5", "1234.5"),
        ("1,234,567", "1234567"),
        ("1.234.567", "1234567"),
        ("1,234,567.89", "1234567.89"),
        ("1.234.567,89", "1234567.89"),
        ("1 234,5", "1234.5"),
        ("1 234", "1234"),
        (f"1{NBSP}234{NBSP}567,5", "1234567.5"),
        (f"1{NARROW}234,5", "1234.5"),
        ("1'234.5", "1234.5"),
        ("1\u2019234.5", "1234.5"),
        ("-5", "-5"),
        (f"{MINUS}5,5", "-5.5"),
        ("+5", "5"),
        ("1e-8", "1e-8"),
        ("1E3", "1000"),
        ("4.4014015804097E+20", "440140158040970000000"),
        (f"  38{ZERO_WIDTH}.4 ", "38.4"),
        ("\uff13\uff18.4", "38.4"),  # full-width digits
        ("9" * 64, "9" * 64),
    ],
)
def test_decimal(text: str, value: str) -> None:
    assert units.parse_decimal(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-", "abc", "NaN", "sNaN", "Infinity", "-inf", "1_000", "0x10",
        ".5", "5.", ",5", "--5", "- 5", "+-5", "1e", "e5", "1e999", "1e5.5",
        "1,23,456", "1,2345,678", "1,234,5", "1.234.5",
        "1234,567,890", "1 23", "1 2345", "1234 567", "1  234",
        "0 123", "0,123,456", "1,234 567", "1 234,567,890", "1.234,567.8", "1,234.567,8",
        "1\n234", "1\t234", "200\n123", "38.4²", "3½", "①", "\u0663\u0664", "一", "9" * 65,
    ],
)  # fmt: skip
def test_not_a_decimal(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a "):
        units.parse_decimal(text)


# Hashrates


@pytest.mark.parametrize(
    ("text", "canonical", "hashes_per_second"),
    [
        ("37.405 PH/s", "37.405 PH/s", "37.405e15"),
        ("187.650 TH/s", "187.650 TH/s", "187.65e12"),
        ("1.02 EH/s", "1.02 EH/s", "1.02e18"),
        ("1.02EH/s", "1.02 EH/s", "1.02e18"),
        ("3 ZH/s", "3 ZH/s", "3e21"),
        ("7 GH/s", "7 GH/s", "7e9"),
        ("7 MH/s", "7 MH/s", "7e6"),
        ("500 kH/s", "500 kH/s", "500000"),
        ("900 H/s", "900 H/s", "900"),
        ("0 H/s", "0 H/s", "0"),
        ("0", "0 H/s", "0"),
        ("0.000 TH/s", "0.000 TH/s", "0"),
        ("-0.00 TH/s", "0.00 TH/s", "0"),
        ("38,4 PH/s", "38.4 PH/s", "38.4e15"),
        ("1,234.5 TH/s", "1234.5 TH/s", "1234.5e12"),
        ("1 234,5 TH/s", "1234.5 TH/s", "1234.5e12"),
        (f"1{NBSP}234,5{NBSP}TH/s", "1234.5 TH/s", "1234.5e12"),
        (f"1{NARROW}234,5{NARROW}TH/s", "1234.5 TH/s", "1234.5e12"),
        ("1'234.5 TH/s", "1234.5 TH/s", "1234.5e12"),
        ("1,234 TH/s", "1.234 TH/s", "1.234e12"),  # see the docstring of parse_decimal
        ("38,405 ПХ/с", "38.405 PH/s", "38.405e15"),
        ("187.650TH/s", "187.650 TH/s", "187.65e12"),
        ("187.650\n TH/s", "187.650 TH/s", "187.65e12"),
        ("5 th/s", "5 TH/s", "5e12"),
        ("5 TH/S", "5 TH/s", "5e12"),
        ("5 Th/s", "5 TH/s", "5e12"),
        ("5 TH", "5 TH/s", "5e12"),
        ("5TH", "5 TH/s", "5e12"),
        ("5 KH/s", "5 kH/s", "5000"),
        ("5 mH/s", "5 MH/s", "5e6"),
        ("4.4014015804097E+20 H/s", "440140158040970000000 H/s", "440140158040970000000"),
        ("4.4E+20EH/s", "440000000000000000000 EH/s", "4.4e38"),
        ("293286989405200.68 H/s", "293286989405200.68 H/s", "293286989405200.68"),
        ("5 Х/с", "5 H/s", "5"),
        ("5 кХ/с", "5 kH/s", "5e3"),
        ("5 МХ/с", "5 MH/s", "5e6"),
        ("5 ГХ/с", "5 GH/s", "5e9"),
        ("5 ТХ/с", "5 TH/s", "5e12"),
        ("38,4 ПХ/с", "38.4 PH/s", "38.4e15"),
        ("5 ЭХ/с", "5 EH/s", "5e18"),
        ("5 ЗХ/с", "5 ZH/s", "5e21"),
        ("5 ТХ", "5 TH/s", "5e12"),
    ],
)
def test_hashrate(text: str, canonical: str, hashes_per_second: str) -> None:
    assert hashrate(text).text == canonical
    assert hashrate(text).hashes_per_second == Decimal(hashes_per_second)


@pytest.mark.parametrize(
    ("look_alike", "unit"),
    [
        ("\u0422H/s", "TH/s"),  # Cyrillic Т, Latin H
        ("T\u0425/\u0441", "TH/s"),  # Latin T, Cyrillic Хс
        ("\u0422X/c", "TH/s"),  # Cyrillic Т, Latin X and c
        ("\u0420H/s", "PH/s"),  # Cyrillic Р, drawn as Latin P
        ("P\u041d/s", "PH/s"),  # Cyrillic Н, drawn as Latin H
        ("\u0415H/s", "EH/s"),  # Cyrillic Е
        ("\u041cH/\u0455", "MH/s"),  # Cyrillic М and ѕ
        ("\u043aH/s", "kH/s"),  # Cyrillic к
        ("X/c", "H/s"),  # all Latin
    ],
)
def test_hashrate_in_mixed_alphabets(look_alike: str, unit: str) -> None:
    assert hashrate(f"1.5 {look_alike}").text == f"1.5 {unit}"


@pytest.mark.parametrize(
    "text",
    [
        "5", "0.5", "37.405", "00", "-5 TH/s", f"{MINUS}5 TH/s", "TH/s", "abc", "5 T", "5 H", "24h",
        "10px", "5 QH/s", "5 BTC", "5 W", "5 TH/m", "5 kkH/s", "5 TH/s x", "x 5 TH/s", "5 TH/s 24h",
        "5 TH/s 6 TH/s", "1.2.3 TH/s", "1 23 TH/s", "1\n234 TH/s", "38.4² PH/s", "Infinity TH/s",
        "NaN TH/s", "1e99 H/s", "5," + "0" * 60 + " TH/s", "5 TH/s" + "!" * 60,
        "1" * 60 + "TH", "Loading…", "2025-11-22", "\u0663 TH/s",
    ],
)  # fmt: skip
def test_not_a_hashrate(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a "):
        units.parse_hashrate(text)


@pytest.mark.parametrize(
    ("smaller", "larger"),
    [("999 PH/s", "1.02 EH/s"), ("999.999 kH/s", "1 MH/s"), ("2 TH/s", "10 TH/s")],
)
def test_hashrates_compare_across_units(smaller: str, larger: str) -> None:
    assert hashrate(smaller).hashes_per_second < hashrate(larger).hashes_per_second


def test_steps_are_1000() -> None:
    steps = [hashrate(f"1 {unit}").hashes_per_second for unit in UNITS]
    assert steps == [1000**step for step in range(8)]


def test_hashes_per_second_is_exact_whatever_the_callers_precision() -> None:
    with localcontext(prec=3):
        assert hashrate("1234567.891 TH/s").hashes_per_second == 1234567891000000000


# BTC amounts


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("0.01864218BTC", "0.01864218"),
        ("0.01570138", "0.01570138"),
        ("0,01570138 BTC", "0.01570138"),
        (f"0.01570138{NBSP}btc", "0.01570138"),
        ("0.01570138\nBTC", "0.01570138"),
        ("1e-8", "0.00000001"),
        ("1E-8 BTC", "0.00000001"),
        ("0", "0.00000000"),
        ("-0.00000000", "0.00000000"),
        ("₿0.5", "0.50000000"),
        ("₿ 0.5", "0.50000000"),
        ("0.5 ₿", "0.50000000"),
        ("BTC 0.5", "0.50000000"),
        ("-₿0.5", "-0.50000000"),
        ("₿-0.5", "-0.50000000"),
        ("-0.00000001 BTC", "-0.00000001"),
        (f"{MINUS}0.5BTC", "-0.50000000"),
        ("+0.5", "0.50000000"),
        ("0.015701380000", "0.01570138"),
        ("1 234,5 BTC", "1234.50000000"),
        ("21,000,000 BTC", "21000000.00000000"),
    ],
)
def test_btc(text: str, stored: str) -> None:
    amount = units.parse_btc(text)
    assert amount is not None
    assert units.format_btc(amount) == stored
    assert units.format_balance(amount) == f"{stored}BTC"
    assert units.parse_btc(f"{stored}BTC") == amount == Decimal(stored)


@pytest.mark.parametrize(
    "text",
    [
        "12.5 mBTC", "100 sat", "5 USD", "$5", "0.5 ETH", "BTC", "₿", "-BTC", "0.5 BTC BTC",
        "0.5₿5", "-₿-0.5", "--0.5", "- 0.5", "abc", "0.015701385", "1e-9", "0.000000001",
        "21000000.00000001", "-21000001", "1e30", "NaN BTC", "Infinity", "0.5 PH/s", "0.5²",
        "0.01 0.02", "0.01\n0.02",
    ],
)  # fmt: skip
def test_not_a_btc_amount(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a "):
        units.parse_btc(text)


@pytest.mark.parametrize("amount", ["0.015701385", "21000000.1", "NaN", "sNaN", "Infinity"])
def test_btc_that_cannot_be_stored_exactly(amount: str) -> None:
    with pytest.raises(ValueError, match=r"^not a "):
        units.format_btc(Decimal(amount))


# Counts


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("200", 200),
        (" 200\n", 200),
        ("0", 0),
        ("007", 7),
        ("1 234", 1234),
        (f"1{NBSP}234", 1234),
        (f"1{NARROW}234", 1234),
        ("1,234", 1234),
        ("1.234", 1234),
        ("1'234", 1234),
        ("1,234,567", 1234567),
        ("999999999", 999999999),
    ],
)
def test_count(text: str, count: int) -> None:
    assert units.parse_count(text) == count


@pytest.mark.parametrize(
    "text",
    [
        "200 шт", "-5", f"{MINUS}5", "+5", "1.5", "200.0", "1,23", "1,2345", "0,123", "1 234,567",
        "1  234", "1\n234", "200/202", "2e2", "abc", "1234567890", "\u0663", "5²", "1" * 65,
    ],
)  # fmt: skip
def test_not_a_count(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a "):
        units.parse_count(text)


# Dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("11/22/2025 12:00:00 AM", date(2025, 11, 22)),
        ("11/22/2025, 12:00:00 AM", date(2025, 11, 22)),
        (f"11/22/2025, 12:00:00{NARROW}AM", date(2025, 11, 22)),
        ("11/22/2025, 11:59:59 PM", date(2025, 11, 22)),
        ("11/22/2025", date(2025, 11, 22)),
        ("1/5/2026", date(2026, 1, 5)),
        ("11/12/2026", date(2026, 11, 12)),
        ("22.11.2025", date(2025, 11, 22)),
        ("5.1.2026", date(2026, 1, 5)),
        ("11.12.2026", date(2026, 12, 11)),
        ("22.11.2025, 00:00:00", date(2025, 11, 22)),
        ("22.11.2025 23:59", date(2025, 11, 22)),
        ("2025-11-22", date(2025, 11, 22)),
        ("2025-11-22T00:00:00Z", date(2025, 11, 22)),
        ("2025-11-22T23:59:59Z", date(2025, 11, 22)),
        ("2025-11-22 00:00:00", date(2025, 11, 22)),
        ("2/29/2028", date(2028, 2, 29)),
        ("2009-01-03", date(2009, 1, 3)),
        ("2100-12-31", date(2100, 12, 31)),
    ],
)
def test_day(text: str, day: date) -> None:
    assert units.parse_day(text) == day
    assert units.parse_day(day.isoformat()) == day


NOT_A_DATE = [
    "08:00", "Nov 22, 2025", "22 ноября 2025", "11/22/25", "22.11.25", "25-11-22", "2025",
    "20251122", "2025-326", "2025-W47-6", "2025/11/22", "22-11-2025", "1763769600", "today",
    "22/11/2025", "11.22.2025", "2/30/2025", "30.02.2025", "2025-02-30", "2/29/2025", "0/1/2025",
    "1/0/2025", "2025-13-01", "2008-12-31", "12/31/2008", "2101-01-01", "1.1.2101", "0000-01-01",
    "23/11/2025, 16:45:00", "11/12/2025, 16:45:00", "11/12/2025, 4:45:00 am",  # British
    "11/22/2025 13:00:00 PM", "11/22/2025 12:00:60 AM", "2025-11-22 24:00:00", "22.11.2025 24:00",
    "2025-11-22T00:00:00+05:00", "2025-11-22 00:00:00 UTC", "22.11.2025 00:00 ALMT",
    "2025-11-22T", "11/22/2025,", "11/22/2025\n12:00:00 AM", "11/22/2025 11/23/2025",
    "\u0662\u0660\u0662\u0665-11-22", "Invalid Date",
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_A_DATE)
@pytest.mark.parametrize("parse", [units.parse_day, units.parse_moment])
def test_not_a_date(parse: Callable[[str], object], text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a "):
        parse(text)


@pytest.mark.parametrize(
    ("text", "stored"),
    [
        ("2025-11-23 04:45:00", "2025-11-23 04:45:00"),
        ("2025-11-23T04:45:00Z", "2025-11-23 04:45:00"),
        ("11/23/2025, 4:45:00 AM", "2025-11-23 04:45:00"),
        (f"11/23/2025, 4:45:00{NARROW}PM", "2025-11-23 16:45:00"),
        ("11/23/2025, 12:00:00 AM", "2025-11-23 00:00:00"),
        ("11/23/2025, 12:00:00 PM", "2025-11-23 12:00:00"),
        ("23.11.2025, 04:45:00", "2025-11-23 04:45:00"),
        ("23.11.2025 04:45", "2025-11-23 04:45:00"),
        ("1/5/2026, 1:02:03 AM", "2026-01-05 01:02:03"),
    ],
)
def test_moment(text: str, stored: str) -> None:
    moment = units.parse_moment(text)
    assert moment is not None
    assert moment.tzinfo is None
    assert units.format_moment(moment) == stored
    assert units.parse_moment(stored) == moment


@pytest.mark.parametrize("text", ["2025-11-23", "11/23/2025", "23.11.2025"])
def test_moment_without_a_time(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a date with a time: "):
        units.parse_moment(text)


def test_utc_text_converts_and_drops_fractions() -> None:
    almaty = timezone(timedelta(hours=5))
    moment = datetime(2025, 11, 23, 4, 45, 0, 999999, tzinfo=almaty)
    assert units.utc_text(moment) == "2025-11-22 23:45:00"


def test_utc_text_refuses_a_naive_moment() -> None:
    with pytest.raises(ValueError, match="no time zone"):
        units.utc_text(datetime(2025, 11, 23))  # noqa: DTZ001


def test_parse_utc() -> None:
    read = units.parse_utc("2025-11-23 04:45:00")
    assert read == datetime(2025, 11, 23, 4, 45, tzinfo=UTC)
    assert read.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "text",
    [
        "", "-", "2025-11-23", "2025-11-23T04:45:00", "2025-11-23 04:45", "2025-11-23 04:45:00Z",
        "2025-11-23 04:45:00+05:00", "2025-11-23 04:45:00.5", " 2025-11-23 04:45:00",
        "2025-11-23 24:00:00", "2025-02-30 00:00:00", "now", "\ud800", "1" * 5000,
    ],
)  # fmt: skip
def test_not_utc(text: str) -> None:
    with pytest.raises(ValueError, match=r"^not a UTC timestamp"):
        units.parse_utc(text)


# Whatever the text


@pytest.mark.parametrize("parse", TEXT_PARSERS)
def test_the_message_quotes_no_more_than_40_characters(parse: Callable[[str], object]) -> None:
    with pytest.raises(ValueError, match=r"x{40}") as caught:
        parse("x" * 10_000)
    assert len(str(caught.value)) < 80


PIECES = st.sampled_from(
    [*"0123456789.,-+eE/:TZHXsc'² ", *UNITS, *"ХхНТПс", NBSP, NARROW, ZERO_WIDTH, MINUS, "\u2019",
     "BTC", "₿", "AM", "PM", "2025", "11", "12:00:00", "\ud800", "\x00", "½", "\uff11", "\u0661"]
)  # fmt: skip
NEARLY_RIGHT = st.lists(PIECES, max_size=14).map("".join)


@pytest.mark.parametrize("parse", TEXT_PARSERS)
@settings(deadline=None, max_examples=300)
@given(text=st.text() | NEARLY_RIGHT)
@example(text="1e999999999")
@example(text="9" * 100_000)
@example(text="\ufdfa" * 20)  # grows by normalisation
def test_any_text_is_read_or_refused(parse: Callable[[str], object], text: str) -> None:
    with suppress(ValueError):
        parse(text)


@settings(deadline=None, max_examples=1000)
@given(text=NEARLY_RIGHT | st.builds("{}{}".format, st.decimals(), st.sampled_from(UNITS)))
@example(text="0e9 H/s")
@example(text="1" * 60 + "TH")
def test_canonical_hashrate_is_read_back(text: str) -> None:
    try:
        read = units.parse_hashrate(text)
    except ValueError:
        return
    if read is not None:
        assert hashrate(read.text) == read
        assert hashrate(read.text).text == read.text


@settings(deadline=None)
@given(
    st.decimals(min_value=0, max_value=10**9, places=3),
    st.decimals(min_value=0, max_value=10**9, places=3),
    st.sampled_from(UNITS),
    st.sampled_from(UNITS),
)
def test_hashrates_order_as_their_exact_values(
    a: Decimal, b: Decimal, unit_a: str, unit_b: str
) -> None:
    read_a, read_b = hashrate(f"{a:f} {unit_a}"), hashrate(f"{b:f} {unit_b}")
    exact_a = int(a * 1000) * 1000 ** UNITS.index(unit_a)
    exact_b = int(b * 1000) * 1000 ** UNITS.index(unit_b)
    assert (read_a.hashes_per_second < read_b.hashes_per_second) == (exact_a < exact_b)


@settings(deadline=None)
@given(st.integers(-21 * 10**14, 21 * 10**14))
def test_every_satoshi_survives(satoshis: int) -> None:
    amount = Decimal(satoshis).scaleb(-8)
    assert units.parse_btc(units.format_btc(amount)) == amount
    assert units.parse_btc(units.format_balance(amount)) == amount


@settings(deadline=None)
@given(st.dates(date(2009, 1, 1), date(2100, 12, 31)))
def test_every_day_reads_the_same_in_all_forms(day: date) -> None:
    forms = [
        day.isoformat(),
        f"{day.month}/{day.day}/{day.year}, 12:00:00 AM",
        f"{day.day:02}.{day.month:02}.{day.year}",
    ]
    assert [units.parse_day(form) for form in forms] == [day] * 3


@settings(deadline=None)
@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001
def test_utc_text_and_parse_utc_are_inverse(moment: datetime) -> None:
    assert units.parse_utc(units.utc_text(moment)) == moment.replace(microsecond=0)
