"""What the demo site sends for a pool: the shell, JSON, or a page that stands in their place."""

import json
from collections.abc import Mapping
from datetime import datetime
from html import escape
from string import Template

from kzscraper.demo.assets import file, hash_classes, static_path
from kzscraper.demo.figures import figures
from kzscraper.demo.pools import DemoPool
from kzscraper.demo.serving import Answer
from kzscraper.demo.truth import (
    earnings_rows,
    payout_rows,
    summary,
    worker_rows,
)

JSON = "application/json; charset=utf-8"

# Beside the worker table, whose columns the pool chooses.
TABLES = {
    "earnings": ("date", "total_income", "hashrate"),
    "payouts": ("date", "amount", "transaction"),
}
# What the script must know to go wrong; the other failures are the server's.
SCRIPT_FAILURES = ("never", "loading", "script_hang", "ticking", "chunked_rows")


def redirect(location: str) -> Answer:
    return Answer(302, headers={"Location": location})


def challenge(status: int) -> Answer:
    return Answer(status, file("challenge.html"))


def login(pool: DemoPool, build: str) -> Answer:
    page = Template(file("login.html").decode()).substitute(
        language=pool.language,
        static=static_path(build),
        sign_in=pool.word("sign_in"),
        password=pool.word("password"),
    )
    return Answer(body=hash_classes(page, build).encode())


def shell(pool: DemoPool, visit: int, build: str, foreign_url: str) -> Answer:
    """The page without any data; the words are not in it either."""
    third_party = f'<script async src="{foreign_url}/metrics.js"></script>\n'
    slow_asset = f'<img src="{static_path(build)}/slow.png" alt="">\n'
    data = {"props": {"pageProps": _page_props(pool, visit, build)}, "buildId": build}
    page = Template(file("index.html").decode()).substitute(
        language=pool.language,
        title=escape(f"{pool.word('observer')} · {pool.name}"),
        static=static_path(build),
        # A "<" in a name must not end the script element.
        data=json.dumps(data, ensure_ascii=False).replace("<", "\\u003c"),
        extra_head=third_party if pool.third_party else "",
        extra_body=slow_asset if pool.failure_kind == "slow_asset" else "",
    )
    return Answer(body=page.encode(), headers={"Cache-Control": "no-store"})


def _page_props(pool: DemoPool, visit: int, build: str) -> dict[str, object]:
    short = pool.failure_kind == "short"
    paging = "none" if short else pool.paging
    sections = [(part, [(key, key) for key in keys]) for part, keys in TABLES.items()]
    sections.insert(0, ("workers", [(key, _header_word(pool, key)) for key in pool.columns]))
    return {
        "token": pool.token,
        "visit": visit,
        "name": pool.name,
        "static": static_path(build),
        "words": dict(pool.words),
        "cards": pool.cards,
        "markup": pool.markup,
        "sections": [(part, columns) for part, columns in sections if _granted(pool, part)],
        "paging": paging,
        "pageSize": max(1, pool.workers) if paging == "none" else pool.page_size,
        "fillAfterMs": round(pool.fill_after_s * 1000),
        "failure": pool.failure_kind if pool.failure_kind in SCRIPT_FAILURES else None,
    }


def _header_word(pool: DemoPool, column: str) -> str:
    """The key of the word that heads the column."""
    unknown: tuple[str, ...] = ()
    if pool.unknown_headers:
        unknown = ("last_exchange",)
    if pool.unknown_headers == "all":
        unknown += ("hashrate_10m", "hashrate_1h", "hashrate_24h")
    if column in unknown:
        return f"unknown.{column}"
    return "workers" if column == "name" else column


def _granted(pool: DemoPool, part: str) -> bool:
    right = "statistics" if part == "workers" else part
    return right in pool.rights


def api(
    pool: DemoPool, part: str, query: Mapping[str, str], visit: int, moment: datetime
) -> Answer:
    """JSON for one part of the page (`summary`, `workers`, `earnings`, `payouts`)."""
    if pool.failure_kind in ("api_500", f"{part}_500"):
        return _json(pool, {"error": "internal"}, 500)
    if pool.failure_kind == "revoked":
        return _json(pool, {"error": "revoked"}, 404)
    if part == "summary":
        return _json(pool, summary(pool, figures(pool, visit, moment)))
    if part not in ("workers", *TABLES):
        return _json(pool, {"error": "unknown"}, 404)
    if not _granted(pool, part):
        return _json(pool, {"error": "not granted"}, 403)
    if part == "workers":
        return _workers(pool, query, visit, moment)
    rows = earnings_rows if part == "earnings" else payout_rows
    local_dates = pool.date_format == "locale" and (part == "payouts" or pool.earnings is None)
    return _json(pool, {"items": rows(pool, moment, browser=False), "localDates": local_dates})


def _workers(pool: DemoPool, query: Mapping[str, str], visit: int, moment: datetime) -> Answer:
    try:
        page, size = int(query.get("page", "1")), int(query.get("size", str(pool.page_size)))
    except ValueError:
        page = size = 0
    if page < 1 or size < 1:
        return _json(pool, {"error": "bad page or size"}, 400)
    rows = worker_rows(pool, figures(pool, visit, moment))
    if pool.paging == "endless":
        page = min(page, max(1, -(-len(rows) // size)))
    items = rows[(page - 1) * size : page * size]
    return _json(pool, {"items": items, "page": page, "total": len(rows)})


def _json(pool: DemoPool, data: object, status: int = 200) -> Answer:
    body = json.dumps(data, ensure_ascii=False).encode()
    return Answer(status, body, JSON, {"Cache-Control": "no-store"}, pool.delay_s)
