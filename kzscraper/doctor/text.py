"""The report as tables for people."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from kzscraper.doctor.report import Report
from kzscraper.table import Column, as_table, printable, shorten

# Of a text of the page; the whole of it stands in the JSON.
_LONGEST = 40
_MOST_FAILED = 10
_MOST_LINES = 25
# Never loaded, and never missed.
_DECORATION = ("image", "media", "font")
_WIDTH = 100  # where the terminal says nothing


def as_text(report: Report, room: int | None) -> str:
    """room: the terminal's width."""
    width = room or _WIDTH
    parts = [_visit(report, width)]
    if report["counters"] or report["tables"]:
        parts += [_counters(report, width), _reckoning(report, width)]
    else:
        parts.append("no label and no table was found")
    parts += [_table(table, width) for table in report["tables"]]
    parts += [_steps(report, width), *_requests(report, width), *_lines(report, width)]
    return "\n\n".join(parts)


def _visit(report: Report, width: int) -> str:
    shown = [name for name, is_shown in report["sections"].items() if is_shown]
    hidden = [name for name, is_shown in report["sections"].items() if not is_shown]
    facts = {
        "pool": report["pool_id"],
        "page": report["url"],
        "led to": None if report["final_url"] == report["url"] else report["final_url"],
        "HTTP status": report["http_status"],
        "status": report["status"],
        "failure": report["failure"],
        **{f"problem {n}": text for n, text in enumerate(report["problems"], 1)},
        "shown": ", ".join(shown) or None,
        "not shown": ", ".join(hidden) or None,
        "saved": f"{len(report['saved'])} files" if report["saved"] else None,
    }
    return "\n".join(_fact(name, value, width) for name, value in facts.items() if value)


def _fact(name: str, value: object, width: int) -> str:
    indent = " " * 13
    lines = textwrap.wrap(printable(str(value)), max(20, width - len(indent))) or [""]
    return f"{name:<13}" + f"\n{indent}".join(lines)


def _counters(report: Report, width: int) -> str:
    rows: list[tuple[object, ...]] = [
        (
            one["counter"],
            _short(one["label"]),
            one["language"],
            _short(one["text"]),
            _value(one),
        )
        for one in report["counters"]
    ]
    rows += [(name, None, None, None, "not found") for name in report["counters_missing"]]
    headings: list[str | Column] = [
        "counter",
        _elastic("label"),
        "lang",
        _elastic("on the page"),
        _elastic("read as"),
    ]
    return as_table(headings, rows, width)


def _reckoning(report: Report, width: int) -> str:
    workers = report["workers"]
    statuses = ", ".join(f"{count} {status}" for status, count in workers["statuses"].items())
    return as_table(
        ["workers by the counters", "rows read", _elastic("statuses")],
        [(workers["expected"], workers["read"], statuses or None)],
        width,
    )


def _table(table: dict[str, Any], width: int) -> str:
    if table["kind"] is None:
        headers = " | ".join(map(_short, table["headers"])) or "none"
        title = f"table that is not recognised: {table['rows']} rows; headers: {headers}"
        return textwrap.fill(printable(title), width)
    control = f"next page by {table['control']!r}" if table["control"] else "no control for more"
    title = f"{table['kind']}: {table['rows']} rows on {table['pages']} page(s), {control}"
    rows: list[tuple[object, ...]] = [
        (
            one["column"],
            one["place"],
            _short(one["header"]),
            one["language"] if one["found_by"] == "header" else "by place",
            _short(one["text"]),
            _value(one),
        )
        for one in table["columns"]
    ]
    rows += [(name, None, None, None, None, "not found") for name in table["missing"]]
    used = {one["place"] for one in table["columns"]}
    rows += [
        ("(ignored)", place, _short(header), None, None, None)
        for place, header in enumerate(table["headers"], 1)
        if place not in used
    ]
    headings: list[str | Column] = [
        "column",
        "at",
        _elastic("header"),
        "lang",
        _elastic("first row"),
        _elastic("read as"),
    ]
    problems = [
        shorten(f"{one['column']}: {one['unreadable']} cell(s): {printable(one['problem'])}", width)
        for one in table["columns"]
        if one["problem"]
    ]
    return "\n".join([textwrap.fill(title, width), as_table(headings, rows, width), *problems])


def _steps(report: Report, width: int) -> str:
    rows = [(step, Decimal(f"{seconds:.2f}")) for step, seconds in report["seconds"].items()]
    return as_table(["step", "seconds"], rows, width)


def _requests(report: Report, width: int) -> Iterator[str]:
    requests = report["requests"]
    failed = [
        (one["type"], one["status"] or one["error"], one["url"])
        for one in requests["failed"][:_MOST_FAILED]
    ]
    if failed:
        yield as_table(["failed", "", _elastic("request")], failed, width)
    blocked = [
        (one["host"], one["type"], one["count"])
        for one in requests["blocked"]
        if one["type"] not in _DECORATION
    ]
    if blocked:
        yield as_table(["not loaded from", "type", "requests"], blocked, width)


def _lines(report: Report, width: int) -> Iterator[str]:
    """The page's own words, where a label was not found among them."""
    lines = report["lines"]
    # Few pages have a counter of all workers.
    if lines and set(report["counters_missing"]) - {"total_workers"}:
        shown = [shorten(printable(line), width - 2) for line in lines[:_MOST_LINES]]
        more = [f"and {len(lines) - len(shown)} more"] if len(lines) > len(shown) else []
        yield "\n  ".join(["lines of the page", *shown, *more])


def _elastic(heading: str) -> Column:
    """A column whose long cells are shortened where the terminal is narrow."""
    return Column(heading, least=10)


def _value(one: dict[str, Any]) -> object:
    if one["problem"]:
        return "CANNOT BE READ" if one["text"] else None
    return _short(one["value"]) if isinstance(one["value"], str) else one["value"]


def _short(text: str | None) -> str:
    return "–" if text is None else shorten(printable(text), _LONGEST)
