"""The stand-in site itself, without a browser: what it sends, what it refuses, and how it stops."""

import json
import os
import re
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.message import Message
from http.client import HTTPConnection
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

import pytest

from kzscraper.demo.demo_pools import DEMO_POOLS, registry_entries
from kzscraper.demo.figures import figures, moment_of
from kzscraper.demo.pools import COLUMNS, RIGHTS, DemoPool
from kzscraper.demo.serving import STOP_TIMEOUT_S
from kzscraper.demo.site import DemoSite
from kzscraper.demo.truth import truth
from kzscraper.demo.words import LANGUAGES, WORDS

TOKEN = "0123456789abcdef0123456789abcdef"
POOL = DemoPool(token=TOKEN, moving=False, delay_s=0.0)


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


OPENER = build_opener(ProxyHandler({}), _NoRedirect)


class Reply(NamedTuple):
    status: int
    text: str
    headers: Message


@pytest.fixture
def site() -> Iterator[DemoSite]:
    with DemoSite([POOL]) as running:
        yield running


def get(url: str, headers: dict[str, str] | None = None, timeout: float = 5.0) -> Reply:
    try:
        with OPENER.open(Request(url, headers=headers or {}), timeout=timeout) as answer:
            return Reply(answer.status, answer.read().decode(), answer.headers)
    except HTTPError as error:
        with error:
            return Reply(error.code, error.read().decode(), error.headers)


def api(site: DemoSite, part: str, visit: int | None = None) -> Any:
    headers = {} if visit is None else {"X-Visit": str(visit)}
    reply = get(f"{site.url}/api/observer/{TOKEN}/{part}", headers)
    assert reply.status == 200, reply
    return json.loads(reply.text)


def page_props(shell: str) -> dict[str, Any]:
    found = re.search(r'<script id="__NEXT_DATA__" type="application/json">(.*?)</script>', shell)
    assert found
    props: dict[str, Any] = json.loads(found[1])["props"]["pageProps"]
    return props


@pytest.mark.parametrize("language", LANGUAGES)
def test_shell_is_empty_of_data_and_words(site: DemoSite, language: str) -> None:
    pool = replace(POOL, language=language)
    site.set(pool)
    shell = get(site.link(pool)).text
    assert '<div id="__next"></div>' in shell
    assert f'<html lang="{language}">' in shell
    for key in ("balance", "workers", "current_hashrate", "loading", "revoked"):
        assert pool.word(key) not in shell
    for text in (*truth(pool).summary.values(), truth(pool).workers[0]["name"]):
        assert f">{text}<" not in shell
        assert f'"{text}"' not in shell


def test_every_asset_of_the_shell_is_served_with_its_type(site: DemoSite) -> None:
    shell = get(site.link(POOL)).text
    paths = set(re.findall(r'"(/_next/static/[^"]+\.\w+)"', shell))
    assert {path.rpartition("/")[2] for path in paths} == {
        "app.js",
        "app.css",
        "words.ru.js",
        "logo.svg",
    }
    paths.add(f"/_next/static/{site.build}/coin.woff")
    for path in paths:
        connection = HTTPConnection("127.0.0.1", site.port, timeout=5)
        connection.request("GET", path)
        answer = connection.getresponse()
        assert answer.status == 200
        assert "immutable" in (answer.getheader("Cache-Control") or "")
        assert int(answer.getheader("Content-Length") or 0) == len(answer.read()) > 50
        connection.close()


def test_class_names_change_with_every_start_and_agree_within_one() -> None:
    def classes(site: DemoSite, name: str) -> set[str]:
        text = get(f"{site.url}/_next/static/{site.build}/{name}").text
        assert "__HASH" not in text.replace('"__HASH" becomes', "")
        return set(re.findall(r"home-cards_card__[\w-]{5}", text))

    seen = []
    for _ in range(2):
        with DemoSite([POOL]) as site:
            assert classes(site, "app.css") == classes(site, "app.js")
            seen.append(classes(site, "app.css"))
    assert len(seen[0]) == 1
    assert seen[0] != seen[1]


def test_assets_of_another_build_are_gone(site: DemoSite) -> None:
    assert get(f"{site.url}/_next/static/{'0' * 16}/app.js").status == 404
    assert get(f"{site.url}/_next/static/{site.build}/index.html").status == 404
    assert get(f"{site.url}/_next/static/{site.build}/words.de.js").status == 404


def test_api_gives_what_truth_says(site: DemoSite) -> None:
    pool = replace(POOL, date_format="iso")
    site.set(pool)
    expected = truth(pool)
    assert api(site, "summary") == expected.summary
    assert api(site, "earnings") == {"items": expected.earnings, "localDates": False}
    assert api(site, "payouts") == {"items": expected.payouts, "localDates": False}
    rows = []
    for page in range(1, 6):
        answer = api(site, f"workers?page={page}&size=50")
        assert answer["total"] == 202
        rows += [{key: item[key] for key in COLUMNS} for item in answer["items"]]
    assert rows == expected.workers
    assert api(site, "workers?page=6&size=50")["items"] == []


def test_endless_gives_the_last_page_again(site: DemoSite) -> None:
    site.set(replace(POOL, paging="endless"))
    last = api(site, "workers?page=5&size=50")
    assert api(site, "workers?page=6&size=50") == last
    assert len(last["items"]) == 2


@pytest.mark.parametrize("query", ["page=0", "page=x", "size=-1"])
def test_nonsense_in_the_query_is_refused(site: DemoSite, query: str) -> None:
    assert get(f"{site.url}/api/observer/{TOKEN}/workers?{query}").status == 400


def test_figures_agree_with_each_other() -> None:
    now = figures(POOL, 0, moment_of(POOL))
    in_terahashes = sum((worker.hashrate_10m for worker in now.workers), Decimal(0))
    assert now.current_hashrate == (in_terahashes / 1000).quantize(Decimal("0.001"))
    assert (now.online, now.offline) == (200, 2)
    assert len({worker.name for worker in now.workers}) == 202
    assert now.workers[-1].status == "offline"
    assert truth(POOL).workers[-1]["hashrate_10m"] == "0 H/s"
    assert truth(POOL).summary["last_income"] == truth(POOL).earnings[0]["total_income"] + "BTC"
    assert Decimal("0.014") < now.last_income < Decimal("0.017")
    assert re.fullmatch(r"0\.\d{8}BTC", truth(POOL).summary["balance"])


def test_frozen_pool_is_the_same_always(site: DemoSite) -> None:
    get(site.link(POOL))
    first = api(site, "summary")
    get(site.link(POOL))
    assert api(site, "summary") == first == truth(POOL).summary
    assert truth(POOL).earnings[0]["date"] == "11/22/2025, 12:00:00 AM"


def test_moving_pool_moves_between_visits_and_not_within_one(site: DemoSite) -> None:
    pool = replace(POOL, moving=True)
    site.set(pool)
    visits = [page_props(get(site.link(pool)).text)["visit"] for _ in range(30)]
    assert visits == list(range(30))
    summaries = [api(site, "summary", visit) for visit in visits]
    assert api(site, "summary", 0) == summaries[0]
    assert len({summary["current_hashrate"] for summary in summaries}) > 20
    balances = [Decimal(summary["balance"].removesuffix("BTC")) for summary in summaries]
    assert balances == sorted(set(balances))
    assert summaries[0]["online_workers"] == "200"
    assert len({summary["online_workers"] for summary in summaries}) > 1
    for visit in (0, 7, 29):
        rows = api(site, "workers?page=1&size=1000", visit)["items"]
        online = sum(row["status"] == "ONLINE" for row in rows)
        assert str(online) == summaries[visit]["online_workers"]
        assert str(202 - online) == summaries[visit]["offline_workers"]


def test_past_days_stay_when_a_day_goes_by_and_machines_stop() -> None:
    noon = datetime(2026, 3, 5, 12, tzinfo=UTC)
    today = truth(replace(POOL, now=noon))
    tomorrow = truth(replace(POOL, now=noon + timedelta(days=1), online=150, offline=52))
    assert tomorrow.earnings[0]["date"] == "3/5/2026, 12:00:00 AM"
    assert tomorrow.earnings[1:] == today.earnings[:-1]
    assert tomorrow.payouts == today.payouts


@pytest.mark.parametrize(("inside", "offline"), [(True, "5"), (False, "2")])
def test_dead_workers_count_as_offline_or_not(inside: bool, offline: str) -> None:
    pool = replace(POOL, dead=3, dead_in_offline=inside, language="en")
    shown = truth(pool)
    assert shown.summary["offline_workers"] == offline
    statuses = [row["status"] for row in shown.workers]
    assert [statuses.count(word) for word in ("ONLINE", "OFFLINE", "Inactive")] == [200, 2, 3]


@pytest.mark.parametrize(
    ("language", "localised", "words"),
    [
        ("ru", None, {"ONLINE", "OFFLINE", "Неактивный"}),
        ("ru", True, {"Онлайн", "Оффлайн", "Неактивный"}),
        ("kk", None, {"Онлайн", "Оффлайн", "Әрекетсіз"}),
        ("kk", False, {"ONLINE", "OFFLINE", "Әрекетсіз"}),
    ],
)
def test_status_words(language: str, localised: bool | None, words: set[str]) -> None:
    pool = replace(POOL, dead=1, language=language, localised_status=localised)
    assert {row["status"] for row in truth(pool).workers} == words


@pytest.mark.parametrize("right", sorted(RIGHTS))
def test_a_right_that_is_missing_is_missing_everywhere(site: DemoSite, right: str) -> None:
    pool = replace(POOL, rights=RIGHTS - {right})
    site.set(pool)
    sections = [part for part, _ in page_props(get(site.link(pool)).text)["sections"]]
    part = "workers" if right == "statistics" else right
    assert part not in sections
    assert len(sections) == (3 if right == "balance" else 2)
    hidden = {"balance": "balance", "statistics": "online_workers"}.get(right)
    assert hidden not in api(site, "summary")
    if right != "balance":
        assert get(f"{site.url}/api/observer/{TOKEN}/{part}").status == 403


def test_literal_texts_reach_the_page() -> None:
    pool = replace(
        POOL,
        worker_names=("<script>alert(1)</script>", "=1+1", "=1+1"),
        worker_cells=({"hashrate_10m": "38,4 ПХ/с"},),
        columns=("ip", "name", "whatever", "hashrate_10m"),
        values={"balance": "12.5 mBTC"},
        cards=("balance", "last_income"),
        words={"balance": "Остаток"},
        earnings=(("1/5/2026", "1e-8", "—"),),
    )
    shown = truth(pool)
    assert [row["name"] for row in shown.workers[:3]] == list(pool.worker_names)
    assert list(shown.workers[0]) == list(pool.columns)
    assert shown.workers[0]["hashrate_10m"] == "38,4 ПХ/с"
    assert list(shown.summary) == ["balance", "last_income"]
    assert shown.summary["balance"] == "12.5 mBTC"
    assert pool.word("balance") == "Остаток"
    assert shown.earnings == [{"date": "1/5/2026", "total_income": "1e-8", "hashrate": "—"}]


def test_names_cannot_break_out_of_the_shell(site: DemoSite) -> None:
    pool = replace(POOL, name="</script><b>&amp;</b>")
    site.set(pool)
    shell = get(site.link(pool)).text
    assert "<b>" not in shell
    assert page_props(shell)["name"] == pool.name


@pytest.mark.parametrize(
    ("unknown", "count"), [(False, 0), (True, 1), ("all", 4)], ids=["none", "last", "all"]
)
def test_unknown_headers(site: DemoSite, unknown: bool | str, count: int) -> None:
    pool = replace(POOL, unknown_headers=unknown, columns=(*COLUMNS, "reject"))
    site.set(pool)
    (part, columns), *_ = page_props(get(site.link(pool)).text)["sections"]
    headers = [word for _, word in columns]
    assert part == "workers"
    assert headers[:2] == ["workers", "status"]
    assert sum(word.startswith("unknown.") for word in headers) == count
    assert all(word in WORDS["en"] for word in headers)


@pytest.mark.parametrize(
    ("date_format", "text"),
    [
        ("locale", "11/22/2025, 12:00:00 AM"),
        ("iso", "2025-11-22"),
        ("dotted", "22.11.2025"),
        ("us", "11/22/2025 12:00:00 AM"),
    ],
)
def test_date_formats(date_format: str, text: str) -> None:
    assert truth(replace(POOL, date_format=date_format)).earnings[0]["date"] == text


def test_rows_that_are_never_shown() -> None:
    short = truth(replace(POOL, failure="short", paging="hidden"))
    assert len(short.workers) == 172
    assert short.summary["online_workers"] == "200"
    assert len(truth(replace(POOL, paging="hidden")).workers) == 50


@pytest.mark.parametrize("status", [404, 403, 500, 503, 429])
def test_http_errors(site: DemoSite, status: int) -> None:
    site.set(replace(POOL, failure=f"http_{status}"))
    reply = get(site.link(POOL))
    assert reply.status == status
    assert reply.headers["Retry-After"] == ("1" if status == 429 else None)


@pytest.mark.parametrize("status", [503, 429])
def test_flaky_fails_so_many_times_and_then_works(site: DemoSite, status: int) -> None:
    site.set(replace(POOL, failure=f"flaky_{status}:2"))
    assert [get(site.link(POOL)).status for _ in range(4)] == [status, status, 200, 200]


def test_unknown_link_and_unknown_path_are_404(site: DemoSite) -> None:
    assert get(f"{site.url}/observer-link/{'f' * 32}").status == 404
    assert get(f"{site.url}/api/observer/{'f' * 32}/summary").status == 404
    assert get(f"{site.url}/api/observer/{TOKEN}/nothing").status == 404
    assert get(f"{site.url}/").status == 404


def test_revoked_is_said_by_the_app(site: DemoSite) -> None:
    site.set(replace(POOL, failure="revoked"))
    assert get(site.link(POOL)).status == 200
    reply = get(f"{site.url}/api/observer/{TOKEN}/summary")
    assert (reply.status, json.loads(reply.text)) == (404, {"error": "revoked"})


@pytest.mark.parametrize(("failure", "status"), [("challenge", 403), ("challenge_200", 200)])
def test_challenge(site: DemoSite, failure: str, status: int) -> None:
    site.set(replace(POOL, failure=failure))
    reply = get(site.link(POOL))
    assert reply.status == status
    assert "Just a moment..." in reply.text
    assert "__next" not in reply.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_login(site: DemoSite, language: str) -> None:
    pool = replace(POOL, failure="login", language=language)
    site.set(pool)
    reply = get(site.link(pool))
    assert 'type="password"' in reply.text
    assert pool.word("sign_in") in reply.text
    assert "__next" not in reply.text


@pytest.mark.parametrize(
    ("failure", "broken"),
    [
        ("api_500", {"summary", "workers", "earnings", "payouts"}),
        ("workers_500", {"workers"}),
        ("earnings_500", {"earnings"}),
    ],
)
def test_api_failures(site: DemoSite, failure: str, broken: set[str]) -> None:
    site.set(replace(POOL, failure=failure))
    assert get(site.link(POOL)).status == 200
    for part in ("summary", "workers", "earnings", "payouts"):
        status = get(f"{site.url}/api/observer/{TOKEN}/{part}").status
        assert status == (500 if part in broken else 200)


def test_redirects(site: DemoSite) -> None:
    site.set(replace(POOL, failure="redirect_loop"))
    reply = get(site.link(POOL))
    assert (reply.status, reply.headers["Location"]) == (302, f"/observer-link/{TOKEN}")
    site.set(replace(POOL, failure="redirect_foreign"))
    reply = get(site.link(POOL))
    elsewhere = f"http://localhost:{site.port}/observer-link/{TOKEN}"
    assert (reply.status, reply.headers["Location"]) == (302, elsewhere)
    there = get(site.link(POOL), {"Host": f"localhost:{site.port}"})
    assert page_props(there.text)["token"] == TOKEN


@pytest.mark.parametrize(
    "failure", ["never", "loading", "script_hang", "ticking", "chunked_rows", None]
)
def test_the_script_is_told_how_to_fail(site: DemoSite, failure: str | None) -> None:
    site.set(replace(POOL, failure=failure))
    assert page_props(get(site.link(POOL)).text)["failure"] == failure


def test_slow_asset_and_third_party_are_in_the_shell_when_asked_for(site: DemoSite) -> None:
    plain = get(site.link(POOL)).text
    assert "slow.png" not in plain
    assert "metrics.js" not in plain
    site.set(replace(POOL, failure="slow_asset", third_party=True))
    shell = get(site.link(POOL)).text
    assert f'<img src="/_next/static/{site.build}/slow.png"' in shell
    assert f'src="http://localhost:{site.port}/metrics.js"' in shell
    assert get(f"{site.url}/metrics.js").status == 200


def test_delay_holds_back_the_json_and_nothing_else(site: DemoSite) -> None:
    site.set(replace(POOL, delay_s=3600.0))
    assert get(site.link(POOL)).status == 200
    assert get(f"{site.url}/_next/static/{site.build}/app.js").status == 200
    site.set(replace(POOL, delay_s=0.3))
    started = time.monotonic()
    api(site, "summary")
    assert time.monotonic() - started >= 0.3


def test_requests_are_kept_in_order_and_on_one_connection(site: DemoSite) -> None:
    paths = [f"/observer-link/{TOKEN}", f"/api/observer/{TOKEN}/workers?page=2&size=50", "/x"]
    connection = HTTPConnection("127.0.0.1", site.port, timeout=5)
    sockets = set()
    for path in paths:
        connection.request("GET", path)
        answer = connection.getresponse()
        assert len(answer.read()) == int(answer.getheader("Content-Length") or -1)
        sockets.add(id(connection.sock))
    connection.close()
    assert site.requests == paths
    assert len(sockets) == 1


def test_many_at_once(site: DemoSite) -> None:
    site.set(replace(POOL, delay_s=0.2))
    url = f"{site.url}/api/observer/{TOKEN}/summary"
    started = time.monotonic()
    with ThreadPoolExecutor(48) as pool:
        replies = list(pool.map(get, [url] * 48))
    assert {reply.status for reply in replies} == {200}
    assert time.monotonic() - started < 48 * 0.2 / 2


@pytest.mark.parametrize("kind", ["hang", "slow_asset", "slow_json", "idle"])
def test_stop_does_not_wait_for_what_never_ends(kind: str) -> None:
    before = set(threading.enumerate())
    pool = replace(
        POOL,
        failure=kind if kind in ("hang", "slow_asset") else None,
        delay_s=3600.0 if kind == "slow_json" else 0.0,
    )
    site = DemoSite([pool]).start()
    path = {
        "slow_asset": f"/_next/static/{site.build}/slow.png",
        "slow_json": f"/api/observer/{TOKEN}/summary",
    }.get(kind, f"/observer-link/{TOKEN}")
    connection = HTTPConnection("127.0.0.1", site.port, timeout=10)
    connection.request("GET", path)
    if kind == "idle":
        connection.getresponse().read()
    else:
        connection.sock.settimeout(0.1)
        with pytest.raises(TimeoutError):
            connection.sock.recv(1)
    deadline = time.monotonic() + 10
    while not site.requests and time.monotonic() < deadline:
        time.sleep(0.01)
    assert site.requests == [path]
    started = time.monotonic()
    site.stop()
    assert time.monotonic() - started < STOP_TIMEOUT_S / 2
    connection.close()
    for thread in set(threading.enumerate()) - before:
        thread.join(1)
        assert not thread.is_alive()


def test_stop_twice_and_start_again() -> None:
    site = DemoSite([POOL])
    site.stop()
    for _ in range(2):
        site.start()
        assert get(site.link(POOL)).status == 200
        with pytest.raises(RuntimeError):
            site.start()
        site.stop()
        site.stop()
    with pytest.raises(RuntimeError):
        _ = site.port


@pytest.mark.parametrize(
    "wrong",
    [
        {"token": "ABC"},
        {"language": "de"},
        {"paging": "swipe"},
        {"markup": "marquee"},
        {"failure": "http_418"},
        {"failure": "flaky_503"},
        {"rights": frozenset({"balances"})},
        {"values": {"ballance": "1"}},
        {"page_size": 0},
    ],
)
def test_a_slip_in_a_description_is_an_error(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=re.escape(next(iter(wrong))) + "|right or card|how often"):
        replace(POOL, **wrong)


def test_every_language_has_every_word() -> None:
    for language in LANGUAGES:
        assert set(WORDS[language]) == set(WORDS["ru"])
        assert all(WORDS[language].values())


def test_demo_pools_as_registry_entries() -> None:
    with DemoSite(DEMO_POOLS) as site:
        entries = registry_entries(site)
        assert [entry["pool_id"] for entry in entries] == ["kzpool_001", "kzpool_002", "kzpool_003"]
        for entry in entries:
            assert get(entry["observer_url"]).status == 200
            assert entry["contact_email"].endswith("@example.com")
            assert all(entry[key] for key in ("pool_name", "client_name", "company", "location"))
        assert {pool.language for pool in DEMO_POOLS} == set(LANGUAGES)
        assert len({pool.paging for pool in DEMO_POOLS}) == 3


def test_the_site_works_out_of_a_zip(tmp_path: Path) -> None:
    """A deployed egg is a zip."""
    egg = tmp_path / "kz.egg"
    demo = resources.files("kzscraper.demo")
    with zipfile.ZipFile(egg, "w") as archive:
        archive.writestr("kzscraper/__init__.py", "")
        for folder, place in ((demo, "demo"), (demo / "static", "demo/static")):
            for file in folder.iterdir():
                if file.is_file():
                    archive.writestr(f"kzscraper/{place}/{file.name}", file.read_bytes())
    script = (
        "import kzscraper.demo.site as s, kzscraper.demo.assets as a; print(s.__file__);"
        "assert all(a.asset(n, 'b').status == 200 for n in a.STATIC_FILES)"
    )
    result = subprocess.run(
        [sys.executable, "-W", "error", "-c", script],
        env={**os.environ, "PYTHONPATH": str(egg)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert result.returncode == 0, result.stderr
    assert str(egg) in result.stdout
