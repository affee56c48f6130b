"""Pages as a browser saves them, and small ones put together from parts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from pathlib import Path

from kzscraper.page.document import Document
from kzscraper.page.parsers import Visited

FOLDER = Path(__file__).parent / "pages"
NAMES = sorted(path.stem for path in FOLDER.glob("*.html"))

VISITED = Visited(
    "kzpool_001", "https://btcpool.kz/observer-link/" + "0" * 32, "2025-11-23 05:00:00"
)

WORKER_HEADERS = (
    *("Воркеры", "Статус", "Хешрейт за 10 минут", "Хешрейт за 1 час", "Хешрейт за 24 часа"),
    "Время последней доли",
)
WORKER = ("a.1", "ONLINE", "1.5 TH/s", "2.5 TH/s", "3.5 TH/s", "2025-11-23 04:45:00")
EARNINGS_HEADERS = ("Дата", "Общий доход", "Хешрейт")
DAY = ("11/22/2025 12:00:00 AM", "0.01570138", "38.187 PH/s")


def text(name: str) -> str:
    return (FOLDER / f"{name}.html").read_text("utf-8")


def page(name: str) -> Document:
    return Document.from_html(text(name))


def table(headers: Sequence[str], *rows: Sequence[str]) -> str:
    """The HTML of a table; the texts are shown as they are."""
    return f"<table><thead>{_row('th', headers)}</thead><tbody>{_rows(rows)}</tbody></table>"


def headless(*rows: Sequence[str]) -> str:
    """The HTML of a table without any `th`."""
    return f"<table><tbody>{_rows(rows)}</tbody></table>"


def cards(*pairs: tuple[str, str]) -> str:
    return "".join(f"<div><p>{label}</p><p>{value}</p></div>" for label, value in pairs)


def workers(rows: Iterable[Sequence[str]] = (WORKER,)) -> str:
    return table(WORKER_HEADERS, *rows)


def earnings(rows: Iterable[Sequence[str]] = (DAY,)) -> str:
    return table(EARNINGS_HEADERS, *rows)


def buttons(*texts: str) -> str:
    """A bar of controls; a text that begins with `!` is that of a disabled one."""
    return "".join(
        f"<button{' disabled' if text.startswith('!') else ''}>{text.lstrip('!')}</button>"
        for text in texts
    )


def _rows(rows: Iterable[Sequence[str]]) -> str:
    return "".join(_row("td", row) for row in rows)


def _row(tag: str, texts: Iterable[str]) -> str:
    return "<tr>" + "".join(f"<{tag}>{escape(text)}</{tag}>" for text in texts) + "</tr>"
