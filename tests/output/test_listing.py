"""The forms of what commands found."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from decimal import Decimal

from kzscraper.output.listing import Listing, as_csv, as_json, as_tables, field


@dataclass(frozen=True)
class Thing:
    name: str
    amount: Decimal | None
    count: int | None
    share: float | None
    good: bool
    steps: tuple[float | None, ...]


THINGS = [
    Thing("=1+1, «жұмыс»", Decimal("1E-8"), 2, 0.5, True, (1.5, None)),
    Thing("two\nlines", Decimal("-0.5"), None, None, False, ()),
]
TABLE = (
    field("thing", lambda one: one.name),
    field("BTC", lambda one: one.amount),
)


def listing(name: str = "things", *things: Thing) -> Listing:
    return Listing(name, Thing, things, TABLE, "nothing")


def test_json_keeps_the_types_and_the_order() -> None:
    assert json.loads(as_json([listing("things", *THINGS)])) == [
        {
            "name": "=1+1, «жұмыс»",
            "amount": "0.00000001",
            "count": 2,
            "share": 0.5,
            "good": True,
            "steps": [1.5, None],
        },
        {
            "name": "two\nlines",
            "amount": "-0.50000000",
            "count": None,
            "share": None,
            "good": False,
            "steps": [],
        },
    ]
    assert "«жұмыс»" in as_json([listing("things", *THINGS)])


def test_several_listings_are_one_object() -> None:
    both = [listing("first", THINGS[0]), listing("second")]
    content = json.loads(as_json(both))
    assert list(content) == ["first", "second"]
    assert len(content["first"]) == 1
    assert content["second"] == []


def test_csv_is_one_table_and_safe_to_open() -> None:
    header, *rows = csv.reader(io.StringIO(as_csv(listing("things", *THINGS))))
    assert header == ["name", "amount", "count", "share", "good", "steps"]
    assert rows == [
        ["'=1+1, «жұмыс»", "0.00000001", "2", "0.5", "true", "1.5 null"],
        ["two\nlines", "-0.50000000", "", "", "false", ""],
    ]


def test_without_records_csv_has_its_header_and_json_its_brackets() -> None:
    assert as_csv(listing()) == "name,amount,count,share,good,steps\n"
    assert as_json([listing()]) == "[]\n"


def test_tables_stand_below_each_other_and_empty_ones_are_left_out() -> None:
    text = as_tables([listing("a", THINGS[0]), listing("b"), listing("c", THINGS[1])], None, False)
    assert text == (
        "thing                 BTC\n"
        "─────────────  ──────────\n"
        "=1+1, «жұмыс»  0.00000001\n"
        "\n"
        "thing       BTC\n"
        "─────────  ────\n"
        "two\ufffdlines  -0.5\n"
    )
    assert as_tables([listing()], None, False) == ""
