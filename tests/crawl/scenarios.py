"""The pages that the crawl tests read, by name: what differs from a plain page."""

from __future__ import annotations

from dataclasses import replace
from hashlib import md5

from kzscraper.demo.pools import RIGHTS, DemoPool

_PLAIN = DemoPool(
    token="0" * 32, moving=False, online=22, offline=2, earnings_days=10, page_size=10
)


def _pool(name: str, **changes: object) -> DemoPool:
    token = md5(name.encode(), usedforsecurity=False).hexdigest()
    return replace(_PLAIN, token=token, name=name, **changes)  # type: ignore[arg-type]


NAMES = (
    "<script>alert(1)</script>",
    "\"quoted\" and 'single'",
    "=1+1",
    "rig ⛏️ № 7",
    "long" * 75,
    "twin",
    "twin",
)

COMPLETE = [
    _pool("plain"),
    _pool("two hundred and two over five pages", online=200, page_size=45),
    _pool("all rows on one page", online=200, paging="none"),
    _pool("english", language="en"),
    _pool("kazakh", language="kk"),
    _pool("paged by a labelled icon", paging="aria"),
    _pool("paged by a titled icon, English", paging="title", language="en"),
    _pool("paged by a bare icon", paging="icon"),
    _pool("paged by numbers, Kazakh", paging="numbers", language="kk"),
    _pool("paged by load more", paging="load_more"),
    _pool("next never disabled", paging="endless"),
    _pool("cards of p", markup="p"),
    _pool("cards of span", markup="span"),
    _pool("cards of dl", markup="dl"),
    _pool("label and value in one line", markup="inline"),
    _pool("number and unit apart", markup="split"),
    _pool(
        "extra columns, other order",
        columns=(
            *("ip", "status", "last_exchange", "name", "reject"),
            *("hashrate_24h", "hashrate_1h", "hashrate_10m"),
        ),
    ),
    _pool("unknown last header", unknown_headers=True),
    _pool("unknown headers", unknown_headers="all"),
    _pool("dead inside offline", dead=3),
    _pool("dead outside offline", dead=3, dead_in_offline=False),
    _pool("no balance", rights=RIGHTS - {"balance"}),
    _pool("no statistics", rights=RIGHTS - {"statistics"}),
    _pool("no earnings", rights=RIGHTS - {"earnings"}),
    _pool("balance only", rights=frozenset({"balance"})),
    _pool("hostile names", worker_names=NAMES),
    _pool("dates as ISO", date_format="iso"),
    _pool("dates with dots", date_format="dotted"),
    _pool("dates without comma", date_format="us"),
    _pool(
        "other units",
        values={
            "current_hashrate": "1,02 ЭХ/с",
            "avg_hashrate_24h": "1 020,5 PH/s",
            "balance": "0,01570138 BTC",
            "last_income": "—",
        },
    ),
    _pool("fills late", fill_after_s=2.5),
    _pool("picture without end", failure="slow_asset"),
    _pool("ticking clock", failure="ticking"),
    _pool("rows in chunks", failure="chunked_rows", online=200, paging="none"),
    _pool("loads a third party", third_party=True),
]

# What fails, by the kind and the beginning of the reason that scrape_log gives.
FAILED = [
    (_pool("http 404", failure="http_404"), "revoked", "HTTP 404"),
    (_pool("http 403", failure="http_403"), "http", "HTTP 403"),
    (_pool("http 500", failure="http_500"), "http", "HTTP 500"),
    (_pool("http 503", failure="http_503"), "http", "HTTP 503"),
    (_pool("http 429", failure="http_429"), "http", "HTTP 429"),
    (_pool("revoked", failure="revoked"), "revoked", "the link is unknown or was revoked"),
    (_pool("revoked, en", failure="revoked", language="en"), "revoked", "the link is unknown"),
    (_pool("revoked, kk", failure="revoked", language="kk"), "revoked", "the link is unknown"),
    (_pool("challenge", failure="challenge"), "challenge", "a challenge page"),
    (_pool("challenge with 200", failure="challenge_200"), "challenge", "a challenge page"),
    (_pool("login", failure="login"), "login", "the page asks for a login"),
    (_pool("never filled", failure="never"), "empty", "the page never showed data"),
    (_pool("loading for ever", failure="loading"), "empty", "the page never showed data"),
    (_pool("no data at all", failure="api_500"), "empty", "the page never showed data"),
    (_pool("hangs", failure="hang"), "timeout", "not read within 24 s"),
    (_pool("script hangs", failure="script_hang"), "timeout", "not read within 24 s"),
    (_pool("redirects for ever", failure="redirect_loop"), "network", "net::ERR_TOO_MANY"),
    (_pool("redirects elsewhere", failure="redirect_foreign"), "foreign", "led to http"),
]
# What is read in part: the rows that are stored, and the reason.
PARTIAL = [
    (
        _pool("worker table fails", failure="workers_500"),
        0,
        "the page counts 24 workers, its table has 0",
    ),
    (
        _pool("rows hidden", failure="short", online=50),
        22,
        "the page counts 52 workers, its table has 22",
    ),
    (_pool("no control", paging="hidden"), 10, "the page counts 24 workers, its table has 10"),
]
# What fails once and then is read.
FLAKY = [_pool("503 once", failure="flaky_503:1"), _pool("429 twice", failure="flaky_429:2")]
