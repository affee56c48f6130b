"""The pages that the crawl tests read, by name: what differs from a plain page."""

from __future__ import annotations

from dataclasses import replace
from hashlib import md5

from kzscraper.demo.pools import RIGHTS, DemoPool

_PLAIN = DemoPool(
    token="0" * 32, moving=False, online=22, offline=2, earnings_days=10, page_size=10
)


def demo_pool(name: str, **changes: object) -> DemoPool:
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
    demo_pool("plain"),
    demo_pool("two hundred and two over five pages", online=200, page_size=45),
    demo_pool("all rows on one page", online=200, paging="none"),
    demo_pool("english", language="en"),
    demo_pool("kazakh", language="kk"),
    demo_pool("paged by a labelled icon", paging="aria"),
    demo_pool("paged by a titled icon, English", paging="title", language="en"),
    demo_pool("paged by a bare icon", paging="icon"),
    demo_pool("paged by numbers, Kazakh", paging="numbers", language="kk"),
    demo_pool("paged by load more", paging="load_more"),
    demo_pool("next never disabled", paging="endless"),
    demo_pool("cards of p", markup="p"),
    demo_pool("cards of span", markup="span"),
    demo_pool("cards of dl", markup="dl"),
    demo_pool("label and value in one line", markup="inline"),
    demo_pool("number and unit apart", markup="split"),
    demo_pool(
        "extra columns, other order",
        columns=(
            *("ip", "status", "last_exchange", "name", "reject"),
            *("hashrate_24h", "hashrate_1h", "hashrate_10m"),
        ),
    ),
    demo_pool("unknown last header", unknown_headers=True),
    demo_pool("unknown headers", unknown_headers="all"),
    demo_pool("dead inside offline", dead=3),
    demo_pool("dead outside offline", dead=3, dead_in_offline=False),
    demo_pool("no balance", rights=RIGHTS - {"balance"}),
    demo_pool("no statistics", rights=RIGHTS - {"statistics"}),
    demo_pool("no earnings", rights=RIGHTS - {"earnings"}),
    demo_pool("balance only", rights=frozenset({"balance"})),
    demo_pool("hostile names", worker_names=NAMES),
    demo_pool("dates as ISO", date_format="iso"),
    demo_pool("dates with dots", date_format="dotted"),
    demo_pool("dates without comma", date_format="us"),
    demo_pool(
        "other units",
        values={
            "current_hashrate": "1,02 ЭХ/с",
            "avg_hashrate_24h": "1 020,5 PH/s",
            "balance": "0,01570138 BTC",
            "last_income": "—",
        },
    ),
    demo_pool("fills late", fill_after_s=2.5),
    demo_pool("picture without end", failure="slow_asset"),
    demo_pool("ticking clock", failure="ticking"),
    demo_pool("rows in chunks", failure="chunked_rows", online=200, paging="none"),
    demo_pool("loads a third party", third_party=True),
]

# What fails, by the kind and the beginning of the reason that scrape_log gives.
FAILED = [
    (demo_pool("http 404", failure="http_404"), "revoked", "HTTP 404"),
    (demo_pool("http 403", failure="http_403"), "http", "HTTP 403"),
    (demo_pool("http 500", failure="http_500"), "http", "HTTP 500"),
    (demo_pool("http 503", failure="http_503"), "http", "HTTP 503"),
    (demo_pool("http 429", failure="http_429"), "http", "HTTP 429"),
    (demo_pool("revoked", failure="revoked"), "revoked", "the link is unknown or was revoked"),
    (demo_pool("revoked, en", failure="revoked", language="en"), "revoked", "the link is unknown"),
    (demo_pool("revoked, kk", failure="revoked", language="kk"), "revoked", "the link is unknown"),
    (demo_pool("challenge", failure="challenge"), "challenge", "a challenge page"),
    (demo_pool("challenge with 200", failure="challenge_200"), "challenge", "a challenge page"),
    (demo_pool("login", failure="login"), "login", "the page asks for a login"),
    (demo_pool("never filled", failure="never"), "empty", "the page never showed data"),
    (demo_pool("loading for ever", failure="loading"), "empty", "the page never showed data"),
    (demo_pool("no data at all", failure="api_500"), "empty", "the page never showed data"),
    (demo_pool("hangs", failure="hang"), "timeout", "not read within 24 s"),
    (demo_pool("script hangs", failure="script_hang"), "timeout", "not read within 24 s"),
    (demo_pool("redirects for ever", failure="redirect_loop"), "network", "net::ERR_TOO_MANY"),
    (demo_pool("redirects elsewhere", failure="redirect_foreign"), "foreign", "led to http"),
]
# What is read in part: the rows that are stored, and the reason.
PARTIAL = [
    (
        demo_pool("worker table fails", failure="workers_500"),
        0,
        "the page counts 24 workers, its table has 0",
    ),
    (
        demo_pool("rows hidden", failure="short", online=50),
        22,
        "the page counts 52 workers, its table has 22",
    ),
    (demo_pool("no control", paging="hidden"), 10, "the page counts 24 workers, its table has 10"),
]
# What fails once and then is read.
FLAKY = [
    demo_pool("503 once", failure="flaky_503:1"),
    demo_pool("429 twice", failure="flaky_429:2"),
]
