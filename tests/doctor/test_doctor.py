"""`scrapy doctor` on pages of the demo site, as a user runs it."""

from __future__ import annotations

import functools
import json
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from hashlib import md5
from pathlib import Path
from typing import Any

import pytest

from kzscraper import units
from kzscraper.demo.pools import RIGHTS, DemoPool
from kzscraper.demo.truth import truth
from kzscraper.doctor import case
from kzscraper.page.document import Document
from kzscraper.store import sections
from kzscraper.store.database import Database
from tests.conftest import Completed, Farm

_PLAIN = DemoPool(token="0" * 32, moving=False, online=22, offline=2, earnings_days=3, page_size=10)


def demo_pool(name: str, **changes: object) -> DemoPool:
    token = md5(name.encode(), usedforsecurity=False).hexdigest()
    return replace(_PLAIN, token=token, name=name, **changes)  # type: ignore[arg-type]


POOLS = [
    demo_pool("healthy", third_party=True),
    demo_pool("Pavlodar Hall 3", language="en", paging="numbers"),
    demo_pool("unreadable", values={"balance": "12.5 mBTC"}, paging="icon"),
    demo_pool("no balance", rights=RIGHTS - {"balance"}, paging="none"),
    demo_pool("short", failure="short", online=50),
    demo_pool("revoked", failure="revoked", language="en"),
    demo_pool("gone", failure="http_404"),
    demo_pool("never", failure="never"),
    demo_pool(
        "unknown headers",
        unknown_headers="all",
        columns=(*_PLAIN.columns, "ip"),
        paging="load_more",
        language="kk",
    ),
    demo_pool("hangs", failure="hang"),
]

Doctor = Callable[..., Completed]


@pytest.fixture(scope="module")
def farm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    farm = Farm(tmp_path_factory.mktemp("doctor"), POOLS)
    with farm.site:
        farm.register()
        yield farm


@pytest.fixture(scope="module")
def doctor(farm: Farm) -> Doctor:
    """Runs the command on the page of a pool, each way of it once."""

    @functools.cache
    def run(name: str, *options: str, by_id: bool = False, **env: str) -> Completed:
        subject = farm.ids[name] if by_id else farm.site.link(farm.pools[name])
        # A link needs no database.
        own = env if by_id else {"KZ_DATABASE": str(farm.folder / "absent.db"), **env}
        return farm.scrapy("doctor", subject, *options, **own)

    return run


def said(done: Completed) -> list[str]:
    """The lines of standard error, but for what is said to root."""
    lines = done.stderr.splitlines()
    return [line for line in lines if "without its sandbox, as root" not in line]


@pytest.fixture(scope="module")
def capture(farm: Farm, doctor: Doctor) -> Path:
    """The folder that a page was saved in, with its test case."""
    folder = farm.folder / "captures" / "healthy"
    done = doctor("healthy", "--format", "json", "--save", str(folder), "--fixture")
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def by_id(farm: Farm, doctor: Doctor) -> tuple[Completed, Path]:
    """The same of a pool of the registry, in tables."""
    folder = farm.folder / "captures" / "by-id"
    return doctor("Pavlodar Hall 3", "--save", str(folder), "--fixture", by_id=True), folder


def report(done: Completed) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(done.stdout)
    return content


def tables(content: dict[str, Any]) -> dict[str | None, dict[str, Any]]:
    return {table["kind"]: table for table in content["tables"]}


def test_a_healthy_page_is_reported_completely(capture: Path, farm: Farm) -> None:
    content = json.loads((capture / "report.json").read_text("utf-8"))
    shown = truth(farm.pools["healthy"])
    assert list(content) == [
        *("version", "pool_id", "url", "final_url", "http_status", "timestamp"),
        *("status", "failure", "error", "problems", "sections", "workers"),
        *("counters", "counters_missing", "tables", "lines", "seconds", "requests", "saved"),
    ]
    assert (content["status"], content["failure"], content["error"]) == ("complete", None, None)
    assert (content["http_status"], content["problems"]) == (200, [])
    assert set(content["sections"].values()) == {True}
    counters = {one["counter"]: one for one in content["counters"]}
    assert {name: one["text"] for name, one in counters.items()} == shown.summary
    assert counters["online_workers"] == {
        "counter": "online_workers",
        "label": "Онлайн воркеры",
        "language": "ru",
        "text": "22",
        "value": 22,
        "problem": None,
    }
    assert content["counters_missing"] == ["total_workers"]
    assert content["workers"] == {
        "expected": 24,
        "read": 24,
        "statuses": {"ONLINE": 22, "OFFLINE": 2},
    }
    workers = tables(content)["workers"]
    assert (workers["rows"], workers["pages"], workers["control"]) == (24, 3, "next")
    assert workers["first_row"] == list(shown.workers[0].values())
    assert {one["found_by"] for one in workers["columns"]} == {"header"}
    assert tables(content)["earnings"]["rows"] == 3
    assert tables(content)["earnings"]["control"] is None
    assert tables(content)[None]["headers"] == ["Дата", "Сумма", "Транзакция"]


def test_every_step_is_timed(capture: Path) -> None:
    content = json.loads((capture / "report.json").read_text("utf-8"))
    assert list(content["seconds"]) == [
        *("browser started", "page opened", "page filled", "tables walked", "read"),
        *("snapshot taken", "total"),
    ]
    *steps, total = content["seconds"].values()
    assert all(seconds >= 0 for seconds in steps)
    assert 0 < sum(steps) <= total + 0.01


def test_what_was_not_loaded_is_told(capture: Path) -> None:
    content = json.loads((capture / "report.json").read_text("utf-8"))
    assert {"host": "localhost", "type": "script", "count": 1} in content["requests"]["blocked"]
    assert content["requests"]["failed"] == []
    assert content["requests"]["total"] > 5


def test_the_printed_report_is_the_saved_one(capture: Path, farm: Farm, doctor: Doctor) -> None:
    done = doctor("healthy", "--format", "json", "--save", str(capture), "--fixture")
    assert done.stdout == (capture / "report.json").read_text("utf-8")
    assert str(capture) in done.stderr


def test_a_pool_is_examined_by_its_id_in_tables(by_id: tuple[Completed, Path]) -> None:
    done, _ = by_id
    assert done.returncode == 0
    assert "".join(said(done)).startswith("saved in ")
    assert "kzpool_002" in done.stdout
    for words in ("complete", "Current hashrate", "24 rows on 3 page(s)", "'numbers'", "Amount"):
        assert words in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 100


def test_a_value_that_cannot_be_read_is_shown_as_it_stands(doctor: Doctor) -> None:
    done = doctor("unreadable", "--format", "json")
    assert done.returncode == 2
    content = report(done)
    assert content["status"] == "partial"
    assert content["problems"] == [
        "1 value(s) cannot be read, first balance: not a BTC amount: '12.5 mBTC'"
    ]
    [balance] = [one for one in content["counters"] if one["counter"] == "balance"]
    assert (balance["text"], balance["value"]) == ("12.5 mBTC", None)
    assert "12.5 mBTC" in balance["problem"]
    assert tables(content)["workers"]["control"] == "icon"


def test_a_right_that_is_not_granted_is_no_fault(doctor: Doctor) -> None:
    done = doctor("no balance", "--format", "json")
    assert done.returncode == 0
    content = report(done)
    assert content["sections"] == {
        "balance": False, "earnings": True, "statistics": True, "workers": True
    }  # fmt: skip
    assert {"balance", "last_income"} <= set(content["counters_missing"])


def test_rows_that_are_missing_are_reckoned(doctor: Doctor) -> None:
    done = doctor("short")
    assert done.returncode == 2
    assert "the page counts 52 workers, its table has 22" in done.stdout
    assert "no control for more" in done.stdout


@pytest.mark.parametrize(
    ("name", "kind", "reason", "http_status"),
    [
        ("revoked", "revoked", "The link is invalid or has been revoked", 200),
        ("gone", "revoked", "HTTP 404", 404),
        ("never", "empty", "the page never showed data", 200),
    ],
)
def test_a_failure_has_its_kind_and_reason(
    doctor: Doctor, name: str, kind: str, reason: str, http_status: int
) -> None:
    done = doctor(name, "--format", "json", KZ_FILL_TIMEOUT="1")
    assert done.returncode == 2
    content = report(done)
    assert (content["status"], content["failure"]) == ("failed", kind)
    assert reason in content["error"]
    assert content["http_status"] == http_status
    assert (content["counters"], content["tables"], content["sections"]) == ([], [], {})


def test_a_page_that_hangs_ends_with_the_visits_time(doctor: Doctor, farm: Farm) -> None:
    done = doctor("hangs", "--save", str(farm.folder / "hangs"), KZ_VISIT_TIMEOUT="3")
    assert done.returncode == 2
    assert "not read within 3 s" in done.stdout
    assert "Traceback" not in done.stderr
    assert len(said(done)) == 1
    content = json.loads((farm.folder / "hangs" / "report.json").read_text("utf-8"))
    assert content["failure"] == "timeout"
    assert content["seconds"]["total"] < 4
    assert "page opened" not in content["seconds"]


def test_a_browser_that_does_not_start_is_a_failed_visit(doctor: Doctor) -> None:
    done = doctor("healthy", KZ_CHROMIUM="false")
    assert done.returncode == 2
    assert "network" in done.stdout
    assert "no label and no table was found" in done.stdout
    assert said(done) == []


def test_columns_that_were_taken_by_their_place_are_marked(doctor: Doctor) -> None:
    done = doctor("unknown headers", "--format", "json")
    assert done.returncode == 0
    workers = tables(report(done))["workers"]
    found_by = {one["column"]: one["found_by"] for one in workers["columns"]}
    assert found_by == {
        "worker": "header",
        "status": "header",
        "hashrate_10m": "place",
        "hashrate_1h": "place",
        "hashrate_24h": "place",
        "last_exchange": "place",
    }
    assert workers["control"] == "load more"
    assert workers["headers"][-1] == "IP мекенжайы"


def test_a_section_that_was_there_before_is_missed(farm: Farm, doctor: Doctor) -> None:
    with Database.open(farm.database) as database, database.transaction():
        shown = {"balance": True, "statistics": True}
        sections.note(database, farm.ids["no balance"], "2025-11-23 05:00:00", shown)
    before = farm.rows("SELECT * FROM pool_section")
    done = doctor("no balance", "--format", "json", by_id=True)
    assert done.returncode == 2
    error = "balance: shown until 2025-11-23 05:00:00 UTC, missing now"
    assert (report(done)["status"], report(done)["error"]) == ("partial", error)
    assert farm.rows("SELECT * FROM pool_section") == before


def test_the_page_is_saved_for_its_owner_only(capture: Path) -> None:
    files = {str(path.relative_to(capture)) for path in capture.rglob("*") if path.is_file()}
    answers = {name for name in files if name.startswith("responses/")}
    assert files - answers == {
        *("page.html", "page.png", "distilled.html", "report.json", "case.html", "case.json")
    }
    assert {name.partition("-")[2] for name in answers} == {
        *("summary.json", "workers.json", "earnings.json", "payouts.json")
    }
    assert len(answers) == 6
    for path in (capture, *capture.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)


def test_what_is_saved_is_what_the_page_was(capture: Path, farm: Farm) -> None:
    shown = truth(farm.pools["healthy"])
    [summary] = (capture / "responses").glob("*-summary.json")
    assert json.loads(summary.read_text("utf-8")) == shown.summary
    assert (capture / "page.png").read_bytes().startswith(b"\x89PNG")
    assert shown.summary["balance"] in (capture / "page.html").read_text("utf-8")
    assert Document.from_html((capture / "distilled.html").read_text("utf-8")).tables


def test_no_observer_token_is_printed_or_saved(
    capture: Path, by_id: tuple[Completed, Path], farm: Farm, doctor: Doctor
) -> None:
    printed = [
        doctor("healthy", "--format", "json", "--save", str(capture), "--fixture"),
        by_id[0],
        doctor("gone", "--format", "json", KZ_FILL_TIMEOUT="1"),
    ]
    texts = [text for done in printed for text in (done.stdout, done.stderr)]
    files = [path for folder in (capture, by_id[1]) for path in folder.rglob("*.*")]
    texts += [path.read_bytes().decode("latin-1") for path in files]
    for pool in farm.pools.values():
        assert not [text for text in texts if pool.token in text]
    assert "observer-link/" in printed[0].stdout


def test_the_case_is_read_as_it_says(capture: Path) -> None:
    expected = json.loads((capture / case.EXPECTED).read_text("utf-8"))
    document = Document.from_html((capture / case.PAGE).read_text("utf-8"))
    assert case.read(document, expected["http_status"]) == expected["reading"]
    assert expected["reading"]["status"] == "complete"
    assert expected["reading"]["workers"]["statuses"] == {"ONLINE": 22, "OFFLINE": 2}
    assert expected["reading"]["workers"]["last"]["worker_name"] == "worker-024"


def test_no_name_and_no_amount_of_the_page_is_in_the_case(capture: Path, farm: Farm) -> None:
    shown = truth(farm.pools["healthy"])
    private = {row["name"] for row in shown.workers}
    private |= {row["total_income"] for row in shown.earnings}
    private |= {row[key] for row in shown.payouts for key in ("amount", "transaction")}
    private |= {shown.summary[key].removesuffix("BTC") for key in ("balance", "last_income")}
    for name in (case.PAGE, case.EXPECTED):
        text = (capture / name).read_text("utf-8")
        assert not [one for one in private if one in text]
    expected = json.loads((capture / case.EXPECTED).read_text("utf-8"))["reading"]
    assert [day["date"] for day in expected["earnings"]] == [
        str(units.parse_day(row["date"])) for row in shown.earnings
    ]
    assert expected["counters"]["current_hashrate"] == shown.summary["current_hashrate"]


def test_a_registered_name_is_not_in_the_case(by_id: tuple[Completed, Path]) -> None:
    _, folder = by_id
    assert "Pavlodar Hall 3" in (folder / "page.html").read_text("utf-8")
    assert "Pavlodar" not in (folder / case.PAGE).read_text("utf-8")


LINK = "http://127.0.0.1:9/observer-link/4828a3fecdaa48eebfa475021b4e8d8d"


@pytest.mark.parametrize(
    ("args", "env", "says"),
    [
        ([], {}, "one observer link or pool id is needed"),
        ([LINK, "--fixture"], {}, "--fixture goes with --save"),
        ([LINK, "--save", "kzscraper"], {}, "kzscraper is not empty: name a new folder"),
        ([LINK], {"KZ_OBSERVER_HOSTS": "btcpool.kz"}, "which is not one of KZ_OBSERVER_HOSTS"),
        (["btcpool.kz/observer-link/0"], {}, "must begin with https:// or http://"),
        ([LINK], {"KZ_VISIT_TIMEOUT": "soon"}, "KZ_VISIT_TIMEOUT='soon'"),
        ([LINK], {"KZ_CHROMIUM": "/nowhere/chromium"}, "KZ_CHROMIUM"),
        (["kzpool_099"], {}, "kzpool_099 is not registered"),
        (["kzpool_001"], {"KZ_DATABASE": "absent.db"}, "absent.db does not exist"),
    ],
)
def test_a_mistake_is_explained(
    farm: Farm, args: list[str], env: dict[str, str], says: str
) -> None:
    done = farm.scrapy("doctor", *args, **env)
    assert done.returncode == 1
    assert done.stderr.startswith("error: ")
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert "4828a3fe" not in done.stderr
