"""`scrapy show`, on databases that the crawler and other programs have filled."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import sqlite3
import struct
import subprocess
import sys
import termios
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kzscraper.commands.anomalies import Command as AnomaliesCommand
from kzscraper.commands.show import Command
from kzscraper.store.database import Database
from kzscraper.table import width
from tests.commands.conftest import LINKS, TOKENS, RunCommand
from tests.commands.looking import Looker, column, insert
from tests.conftest import ROOT

VIEWS = ("status", "workers", "offline", "earnings", "anomalies", "scrapes")


def ago(**time: float) -> str:
    return f"{datetime.now(UTC) - timedelta(**time):%Y-%m-%d %H:%M:%S}"


@pytest.fixture
def newest() -> str:
    """When the registered pool was last visited."""
    return ago(minutes=4, seconds=30)


@pytest.fixture
def filled(registered: Path, newest: str) -> Path:
    """Rows of a registered pool, of another program's, and of one that is registered nowhere."""
    insert(
        registered,
        "pool_metadata",
        {"pool_id": "antpool_001", "pool_name": "Antpool Main", "client_name": "ТОО Клиент"},
    )
    insert(
        registered,
        "pool_summary",
        summary("kzpool_001", ago(hours=3), current_hashrate="30.000 PH/s"),
        summary("kzpool_001", newest),
        summary("antpool_001", ago(days=3), current_hashrate="1.5 EH/s", balance="0.5 BTC"),
        summary("f2pool_009", ago(hours=30), balance="12 mBTC", online_workers=None),
    )
    insert(
        registered,
        "worker_status",
        worker("kzpool_001", ago(hours=3), "gone", "OFFLINE"),
        worker("kzpool_001", newest, "b", "ONLINE"),
        worker("kzpool_001", newest, "=1+1", "OFFLINE", hashrate_10m="0 H/s"),
        worker("kzpool_001", newest, "\x1b[2Ja", "DEAD", hashrate_10m=None),
        worker("antpool_001", ago(days=3), "ant", "ONLINE"),
    )
    insert(
        registered,
        "daily_earnings",
        earned("kzpool_001", "2026-09-30", "0.10000000"),
        earned("kzpool_001", "2026-10-01", "0.01570138"),
        earned("kzpool_001", "2026-10-02", "0.00000001"),
        earned("kzpool_001", "2026-10-03", None),
        earned("antpool_001", "10/01/2026 12:00:00 AM", "0.3"),
        earned("antpool_001", "2026-10-01", "0.20000000"),
        earned("antpool_001", "someday", "7"),
        earned("f2pool_009", "2026-10-01", "1e-8"),
        earned("f2pool_009", "2026-10-02", "much"),
    )
    insert(
        registered,
        "anomaly_log",
        anomaly(1, "kzpool_001", "HASHRATE_DROP", "HIGH", resolved=1),
        anomaly(2, "kzpool_001", "OFFLINE_WORKERS", "MEDIUM"),
        anomaly(3, "kzpool_001", "BALANCE_ANOMALY", "LOW"),
    )
    insert(
        registered,
        "scrape_log",
        scrape("kzpool_001", ago(hours=3), "complete", workers_expected=1, workers_read=1),
        scrape("kzpool_001", newest, "partial", error=f"not all of {LINKS[0]}"),
    )
    return registered


def summary(pool_id: str, timestamp: str, **changes: object) -> dict[str, object]:
    return {
        "pool_id": pool_id,
        "timestamp": timestamp,
        "observer_url": LINKS[0],
        "current_hashrate": "37.405 PH/s",
        "avg_hashrate_24h": "38.210 PH/s",
        "online_workers": 200,
        "offline_workers": 2,
        "balance": "0.01864218BTC",
        "last_income": "0.01570138BTC",
    } | changes


def worker(
    pool_id: str, timestamp: str, name: str, status: str, **changes: object
) -> dict[str, object]:
    return {
        "pool_id": pool_id,
        "timestamp": timestamp,
        "observer_url": LINKS[0],
        "worker_name": name,
        "status": status,
        "hashrate_10m": "187.650 TH/s",
        "hashrate_24h": "0.19418 PH/s",
    } | changes


def earned(pool_id: str, date: str, income: str | None) -> dict[str, object]:
    return {"pool_id": pool_id, "date": date, "total_income": income, "hashrate": "38 PH/s"}


def anomaly(
    number: int, pool_id: str, kind: str, severity: str, resolved: int = 0
) -> dict[str, object]:
    return {
        "id": number,
        "pool_id": pool_id,
        "timestamp": ago(hours=3),
        "anomaly_type": kind,
        "severity": severity,
        "resolved": resolved,
        "description": f"description {number} of {LINKS[0]}",
    }


def scrape(pool_id: str, timestamp: str, status: str, **changes: object) -> dict[str, object]:
    return {
        "pool_id": pool_id,
        "timestamp": timestamp,
        "spider": "kzpool",
        "status": status,
        "workers_expected": 5,
        "workers_read": 3,
        "duration_s": 2.5,
    } | changes


@pytest.fixture
def show(path: Path, capsys: pytest.CaptureFixture[str]) -> Looker:
    return Looker(Command, path, capsys)


# Status -----------------------------------------------------------------------------------------


def test_status_is_one_line_per_pool(filled: Path, show: Looker) -> None:
    header, _, *lines = show("status").splitlines()
    assert header.split("  ")[0] == "pool"
    cells = [re.split(r" {2,}", line) for line in lines]
    assert column(cells, 0) == ["antpool_001", "f2pool_009", "kzpool_001", "kzpool_002"]  # type: ignore[arg-type]
    assert cells[2] == [
        *("kzpool_001", "ТОО Клиент", "37.405 PH/s", "38.210 PH/s", "······▇█", "200/2"),
        *("0.01864218", "0.01570138", "2 MEDIUM", "4 min, partial"),
    ]
    assert cells[0][-1] == "3 d"
    assert cells[3][-1] == "inactive"
    assert set(cells[3][1:-1]) == {"–", "·" * 8, "0"}


def test_status_as_json_is_complete(filled: Path, newest: str, show: Looker) -> None:
    found = {pool["pool_id"]: pool for pool in show.json("status")}
    pool = found["kzpool_001"]
    assert 270 <= pool.pop("age_s") < 600
    assert pool == {
        "pool_id": "kzpool_001",
        "pool_name": "Main KZ Pool",
        "client_name": "ТОО Клиент",
        "active": True,
        "timestamp": newest,
        "current_hashrate": "37.405 PH/s",
        "current_hashrate_ths": 37405.0,
        "avg_hashrate_24h": "38.210 PH/s",
        "avg_hashrate_24h_ths": 38210.0,
        "trend_ths": [None] * 6 + [30000.0, 37405.0],
        "online_workers": 200,
        "offline_workers": 2,
        "balance_btc": "0.01864218",
        "last_income_btc": "0.01570138",
        "earnings_days": 4,
        "open_anomalies": 2,
        "worst_severity": "MEDIUM",
        "visited_at": newest,
        "last_visit": "partial",
        "workers_read": 3,
        "error": "not all of https://btcpool.kz/observer-link/4828…8d8d",
    }
    assert found["antpool_001"]["balance_btc"] == "0.50000000"
    assert found["antpool_001"]["current_hashrate_ths"] == 1.5e6
    assert found["f2pool_009"]["balance_btc"] is None
    assert found["kzpool_002"]["active"] is False
    assert found["kzpool_002"]["timestamp"] is None


def test_workers_are_counted_where_the_page_does_not(
    filled: Path, newest: str, show: Looker
) -> None:
    insert(
        filled,
        "pool_summary",
        summary("kzpool_001", newest, online_workers=None, offline_workers=None),
    )
    [pool] = show.json("status", "--pool_id", "kzpool_001")
    assert (pool["online_workers"], pool["offline_workers"]) == (1, 2)


def test_a_time_that_another_program_stored_as_a_number_is_no_hindrance(
    filled: Path, show: Looker
) -> None:
    insert(filled, "pool_summary", summary("antpool_002", "1795600000"))
    insert(filled, "anomaly_log", anomaly(9, "antpool_002", "T", "LOW") | {"timestamp": "2026"})
    [pool] = show.json("status", "--pool_id", "antpool_002")
    assert (pool["timestamp"], pool["age_s"]) == (1795600000, None)
    assert "37.405 PH/s" in show("status", "--pool_id", "antpool_002")
    assert " 2026 " in show("anomalies", "--pool_id", "antpool_002")


# Workers ----------------------------------------------------------------------------------------


def test_workers_are_those_of_the_newest_lists(filled: Path, newest: str, show: Looker) -> None:
    found = show.json("workers")
    assert column(found, "worker_name") == ["ant", "\x1b[2Ja", "=1+1", "b"]
    assert found[3] == {
        "pool_id": "kzpool_001",
        "client_name": "ТОО Клиент",
        "worker_name": "b",
        "status": "ONLINE",
        "hashrate_10m": "187.650 TH/s",
        "hashrate_10m_ths": 187.65,
        "hashrate_1h": None,
        "hashrate_1h_ths": None,
        "hashrate_24h": "0.19418 PH/s",
        "hashrate_24h_ths": 194.18,
        "last_exchange_time": None,
        "timestamp": newest,
    }
    assert f"kzpool_001: the visit of {newest} was partial, its list may not be whole" in show.said


def test_offline_are_those_that_are_not_online(filled: Path, show: Looker) -> None:
    found = show.csv("offline")
    assert column(found, "worker_name") == ["\x1b[2Ja", "'=1+1"]
    assert column(found, "status") == ["DEAD", "OFFLINE"]
    assert column(found, "hashrate_10m_ths") == ["", "0.0"]
    assert "\x1b" not in show("offline")


def test_a_visit_that_found_no_workers_is_the_newest_list(filled: Path, show: Looker) -> None:
    insert(filled, "scrape_log", scrape("kzpool_001", ago(), "complete", workers_read=0))
    assert show("workers", "--pool_id", "kzpool_001") == ""
    assert show.said == "no worker list yet\n"


def test_all_online_is_good_news(filled: Path, show: Looker) -> None:
    assert show("offline", "--pool_id", "antpool_001") == ""
    assert show.said == "all workers are online\n"


# Earnings ---------------------------------------------------------------------------------------


def test_earnings_are_summed_exactly(filled: Path, show: Looker) -> None:
    found = show.json("earnings", "--month", "2026-10")
    assert [(one["pool_id"], one["date"], one["total_income_btc"]) for one in found["days"]] == [
        ("antpool_001", "2026-10-01", "0.20000000"),  # the ISO row of two for the same day
        ("f2pool_009", "2026-10-02", None),
        ("f2pool_009", "2026-10-01", "0.00000001"),
        ("kzpool_001", "2026-10-03", None),
        ("kzpool_001", "2026-10-02", "0.00000001"),
        ("kzpool_001", "2026-10-01", "0.01570138"),
    ]
    assert [(one["pool_id"], one["days"], one["total_income_btc"]) for one in found["pools"]] == [
        ("antpool_001", 1, "0.20000000"),
        ("f2pool_009", 1, "0.00000001"),
        ("kzpool_001", 2, "0.01570139"),
    ]
    assert [(one["client_name"], one["total_income_btc"]) for one in found["clients"]] == [
        (None, "0.00000001"),
        ("ТОО Клиент", "0.21570139"),
    ]
    [total] = found["total"]
    assert (total["pools"], total["total_income_satoshi"]) == (3, 21_570_140)
    assert show.said.splitlines() == [
        "antpool_001: 'someday' is not a date: left out",
        "f2pool_009, 2026-10-02: 'much' is not an amount of BTC",
    ]


def test_many_small_amounts_make_an_exact_sum(filled: Path, show: Looker) -> None:
    days = [datetime.now(UTC).date() - timedelta(days=n) for n in range(1000, 1400)]
    insert(
        filled,
        "daily_earnings",
        *(earned("kzpool_002", day.isoformat(), "0.10000001") for day in days),
    )
    [pool] = show.json("earnings", "--pool_id", "kzpool_002")["pools"]
    assert (pool["days"], pool["total_income_btc"]) == (400, "40.00000400")


@pytest.mark.parametrize(
    ("options", "dates"),
    [
        ([], ["2026-10-03", "2026-10-02", "2026-10-01", "2026-09-30"]),
        (["--from", "2026-10-02"], ["2026-10-03", "2026-10-02"]),
        (["--to", "2026-10-01"], ["2026-10-01", "2026-09-30"]),
        (["--from", "2026-10-01", "--to", "2026-10-01"], ["2026-10-01"]),
        (["--month", "2026-09"], ["2026-09-30"]),
    ],
)
def test_earnings_of_some_days(
    filled: Path, show: Looker, options: list[str], dates: list[str]
) -> None:
    found = show.csv("earnings", "--pool_id", "kzpool_001", *options)
    assert column(found, "date") == dates
    assert {len(row["total_income_btc"]) for row in found} <= {0, len("0.01570138")}


def test_earnings_are_printed_with_their_totals(filled: Path, show: Looker) -> None:
    days, pools, clients, total = show("earnings", "--month", "2026-10").split("\n\n")
    assert len(days.splitlines()) == 2 + 6
    assert "0.01570139" in pools.splitlines()[-1]
    assert "2026-10-03" in pools.splitlines()[-1]  # missing
    assert "0.21570139" in clients
    assert "0.21570140" in total


def test_totals_alone_fit_a_spreadsheet(filled: Path, show: Looker) -> None:
    found = show.csv("earnings", "--month", "2026-10", "--per", "clients")
    assert [(row["client_name"], row["total_income_btc"]) for row in found] == [
        ("", "0.00000001"),
        ("ТОО Клиент", "0.21570139"),
    ]


# Anomalies and visits ---------------------------------------------------------------------------


def test_anomalies_are_the_open_ones_unless_all_are_asked_for(filled: Path, show: Looker) -> None:
    assert column(show.json("anomalies"), "id") == [3, 2]
    assert column(show.json("anomalies", "--all"), "id") == [3, 2, 1]
    assert show("anomalies", "--client", "ТОО Клиент").count("description") == 1 + 2
    assert show("anomalies", "--pool_id", "antpool_001") == ""
    assert show.said == "no open anomalies (--all shows those that ended)\n"


def test_the_list_of_the_anomalies_command_is_the_same(
    filled: Path, show: Looker, capsys: pytest.CaptureFixture[str]
) -> None:
    anomalies = Looker(AnomaliesCommand, filled, capsys)
    assert anomalies("list", "--all") == show("anomalies", "--all")
    assert anomalies.json("list", "--pool_id", "kzpool_001") == show.json("anomalies")
    assert "no pool of client 'Nobody'" in anomalies.error("list", "--client", "Nobody")


def test_scrapes_are_the_newest_visits(filled: Path, newest: str, show: Looker) -> None:
    found = show.json("scrapes")
    assert column(found, "status") == ["partial", "complete"]
    assert found[0]["duration_s"] == 2.5
    assert column(show.json("scrapes", "--limit", "1"), "timestamp") == [newest]
    insert(filled, "scrape_log", *(scrape("kzpool_002", ago(hours=3), "failed") for _ in range(60)))
    assert len(show.json("scrapes")) == 50
    assert len(show.json("scrapes", "--limit", "0")) == 62


# What holds for all -----------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("form", ["table", "json", "csv"])
def test_no_view_shows_an_observer_link(filled: Path, show: Looker, view: str, form: str) -> None:
    text = show(view, "--format", form) + show.said
    assert "4828a3fe" not in text
    assert "https" not in text.replace("https://btcpool.kz/observer-link/4828…8d8d", "")


@pytest.mark.parametrize("view", VIEWS)
def test_pools_are_chosen_by_id_and_client(filled: Path, show: Looker, view: str) -> None:
    def pools(*options: str) -> set[str]:
        found = show.json(view, *options)
        rows = found["days"] if view == "earnings" else found
        return {row["pool_id"] for row in rows}

    every = pools()
    assert pools("--pool_id", "kzpool_001") == {"kzpool_001"}
    assert pools("--pool_id", "kzpool_001, antpool_001") == every & {"kzpool_001", "antpool_001"}
    assert pools("--client", "ТОО Клиент") == every & {"kzpool_001", "antpool_001"}
    assert pools("--client", "ТОО Клиент", "--pool_id", "kzpool_001") == {"kzpool_001"}


@pytest.mark.parametrize("view", VIEWS)
def test_an_empty_database_is_no_error(path: Path, show: Looker, view: str) -> None:
    Database.open(path, create=True).close()
    assert show(view) == ""
    assert len(show.said.splitlines()) == 1
    found = show.json(view)
    assert not any(found.values() if view == "earnings" else found)
    assert len(show(view, "--format", "csv").splitlines()) == 1


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "one of status, workers, offline, earnings, anomalies, scrapes is needed"),
        (["pools"], "one of status, workers"),
        (["status", "workers"], "one of status, workers"),
        (["status", "--format", "xml"], "invalid choice: 'xml'"),
        (["status", "--verbose"], "unknown option --verbose"),
        (["status", "--pool_id", "kzpool_009"], "pool kzpool_009 is not known"),
        (["status", "--pool_id", " , "], "--pool_id needs at least one id"),
        (["status", "--client", "Nobody"], "no pool of client 'Nobody'"),
        (
            ["status", "--client", "ТОО Клиент", "--pool_id", "kzpool_002"],
            "none of kzpool_002 is a pool of client 'ТОО Клиент'",
        ),
        (["status", "--month", "2026-10"], "--month goes with earnings"),
        (["earnings", "--per", "year"], "--per 'year': there are days, pools, clients, total"),
        (["earnings", "--all"], "--all goes with anomalies"),
        (["workers", "--limit", "5"], "--limit goes with scrapes"),
        (["scrapes", "--limit", "-1"], "--limit must not be negative"),
        (["scrapes", "--limit", "few"], "invalid int value: 'few'"),
        (["earnings", "--month", "2026-13"], "--month '2026-13' is not a month such as 2026-10"),
        (["earnings", "--month", "October"], "--month 'October' is not a month"),
        (["earnings", "--from", "2026-02-30"], "--from '2026-02-30' is not a day"),
        (["earnings", "--to", "1.10.2026"], "--to '1.10.2026' is not a day"),
        (["earnings", "--from", "2026-10-02", "--to", "2026-10-01"], "--from is after --to"),
        (["earnings", "--month", "2026-10", "--to", "2026-10-01"], "--month goes without"),
    ],
)
def test_a_mistake_is_explained(filled: Path, show: Looker, args: list[str], says: str) -> None:
    assert says in show.error(*args)


def test_a_database_that_is_missing_is_not_made(path: Path, show: Looker) -> None:
    assert "does not exist: `scrapy db init` makes it" in show.error("status")
    assert not path.exists()


def test_looking_changes_nothing(filled: Path, show: Looker) -> None:
    before = filled.read_bytes()
    filled.chmod(0o400)
    for view in VIEWS:
        show(view)
    assert filled.read_bytes() == before
    assert [one.name for one in filled.parent.iterdir()] == [filled.name]


def test_an_operators_own_column_is_no_hindrance(filled: Path, show: Looker) -> None:
    with closing(sqlite3.connect(filled)) as connection:
        connection.execute("ALTER TABLE pool_metadata ADD COLUMN notes TEXT")
        connection.execute("ALTER TABLE scrape_log ADD COLUMN notes TEXT")
    for view in VIEWS:
        assert show(view)


# As an operator runs it -------------------------------------------------------------------------


def test_it_is_a_command_of_scrapy(scrapy: RunCommand, filled: Path) -> None:
    done = scrapy("show", "status", "--pool_id", "kzpool_001", "--format", "csv")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[1].startswith("kzpool_001,Main KZ Pool,ТОО Клиент,true,")


def test_a_locale_without_unicode_prints_all_the_same(scrapy: RunCommand, filled: Path) -> None:
    done = scrapy("show", "status", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stderr) == (0, "")
    assert "......*#" in done.stdout


def on_a_terminal(path: Path, columns: int, *args: str, **env: str) -> list[str]:
    """The lines that the command prints on a terminal of that width."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    clean = {
        name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")
    }
    with subprocess.Popen(
        [sys.executable, "-m", "scrapy", *args],
        cwd=ROOT,
        env={**clean, "KZ_DATABASE": str(path), "TERM": "xterm", **env},
        stdout=theirs,
        stderr=theirs,
    ):
        os.close(theirs)
        with open(ours, encoding="utf-8", errors="strict") as screen:  # noqa: PTH123
            return list(_lines(screen.readline))


def _lines(read: Callable[[], str]) -> list[str]:
    lines = []
    try:
        while line := read():
            lines.append(line.rstrip("\r\n"))
    except OSError:  # that is how Linux says that the other side is closed
        pass
    return lines


@pytest.mark.parametrize(("columns", "env"), [(80, {}), (60, {"NO_COLOR": "1"})])
def test_a_terminal_gets_lines_that_fit(filled: Path, columns: int, env: dict[str, str]) -> None:
    lines = on_a_terminal(filled, columns, "show", "status", **env)
    assert ("\033[33m" in "".join(lines)) is not bool(env)
    plain = [re.sub(r"\033\[\d+m", "", line) for line in lines]
    assert max(map(width, plain)) <= columns
    headings = plain[0].split()
    assert headings[-2:] == ["open", "age"]
    assert ("balance" in headings) is (columns == 80)
    assert [line.split()[0] for line in plain[2:6]] == [
        *("antpool_001", "f2pool_009", "kzpool_001", "kzpool_002")
    ]
    assert plain[-1].startswith("not shown for want of room: ")
    assert not [token for token in TOKENS if token in "".join(lines)]


def test_an_anomaly_is_described_on_80_columns(filled: Path) -> None:
    lines = on_a_terminal(filled, 80, "show", "anomalies")
    assert max(map(width, lines)) <= 80 + len("\033[33m\033[0m")
    assert lines[0].split()[-1] == "description"
    assert lines[2].endswith("description 3 of h…")
