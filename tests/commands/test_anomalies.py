"""`scrapy anomalies`: an operator answers what the crawls found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from kzscraper import units
from kzscraper.commands.anomalies import Command
from tests.anomalies.player import Player, Pool, fast_folder
from tests.commands.looking import Looker


@pytest.fixture
def pool() -> Iterator[Pool]:
    """A pool with two days of good visits."""
    with fast_folder() as folder:
        player = Player(folder)
        pool = player.pool()
        pool.runs("2d")
        yield pool
        player.close()


@pytest.fixture
def anomalies(pool: Pool, capsys: pytest.CaptureFixture[str]) -> Looker:
    return Looker(Command, pool.player.database.path, capsys)


def only_id(anomalies: Looker) -> str:
    [row] = anomalies.json("list")
    return str(row["id"])


def test_show_tells_all_that_is_known_of_one(pool: Pool, anomalies: Looker) -> None:
    pool.runs("30m", offline=2)
    shown = anomalies("show", only_id(anomalies))
    lines = {line.split()[0]: line.split(maxsplit=1)[1].strip() for line in shown.splitlines()[2:]}
    assert (lines["anomaly_type"], lines["severity"]) == ("OFFLINE_WORKERS", "MEDIUM")
    assert (lines["visits"], lines["resolved"], lines["ended"]) == ("3", "0", "–")
    assert lines["description"].startswith("2 worker(s) offline: ")


def test_what_is_resolved_is_told_again_only_when_it_gets_worse(
    pool: Pool, anomalies: Looker
) -> None:
    pool.runs("30m", offline=2)
    assert anomalies("resolve", only_id(anomalies)) == "resolved\n"
    pool.runs("1d", offline=2)
    assert anomalies.json("list") == []
    pool.runs("10m", offline=7)
    assert [one["severity"] for one in anomalies.json("list")] == ["HIGH"]


def test_an_accepted_level_is_the_new_normal_at_once(pool: Pool, anomalies: Looker) -> None:
    pool.runs("30m", level=0.6)
    said = anomalies("accept", only_id(anomalies))
    assert re.fullmatch(r"accepted: 2\d\.\d{3} PH/s is the pool's normal now\n", said)
    pool.runs("2d", level=0.6)
    assert anomalies.json("list") == []
    [row] = anomalies.json("list", "--all")
    assert (row["resolved"], row["resolved_by"]) == (1, "accepted")
    pool.runs("10m", level=0.3)
    assert [one["severity"] for one in anomalies.json("list")] == ["HIGH"]


def test_to_accept_anything_else_is_to_resolve_it(pool: Pool, anomalies: Looker) -> None:
    pool.runs("30m", offline=2)
    assert anomalies("accept", only_id(anomalies)) == "resolved\n"
    assert anomalies.json("list") == []


def test_maintenance_is_announced_listed_marked_and_ended(pool: Pool, anomalies: Looker) -> None:
    # The pool's clock is not the wall's: the window is open by both.
    until = "2099-01-01 06:00:00"
    done = anomalies("mute", pool.pool_id, "--until", until, "--reason", "new fans")
    assert done == f"{pool.pool_id}: maintenance until {until} UTC\n"
    pool.runs("10m", offline=2)
    [row] = anomalies.json("list")
    assert row["description"].endswith(f" [maintenance until {until} UTC: new fans]")
    anomalies("list")
    assert f"{pool.pool_id}: maintenance until {until} UTC: new fans\n" in anomalies.said
    assert anomalies("unmute", pool.pool_id) == f"{pool.pool_id}: maintenance ended\n"
    assert anomalies("unmute", pool.pool_id) == f"{pool.pool_id} was not muted\n"
    pool.runs("10m", offline=2)
    assert "maintenance" not in anomalies("list") + anomalies.said


@pytest.mark.parametrize(("span", "hours"), [("6h", 6), ("2d", 48)])
def test_until_may_be_a_span(pool: Pool, anomalies: Looker, span: str, hours: int) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    said = anomalies("mute", pool.pool_id, "--until", span, "--reason", "x")
    found = re.search(r"until (.*) UTC", said)
    assert found
    until = units.parse_utc(found[1]) - timedelta(hours=hours)
    assert before <= until <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "one of list, show, accept, resolve, mute, unmute is needed"),
        (["show", "9"], "anomaly 9 does not exist: `scrapy anomalies list --all`"),
        (["resolve", "9"], "anomaly 9 does not exist"),
        (["accept", "9"], "anomaly 9 does not exist"),
        (["resolve", "first"], "'first' is not the id of an anomaly"),
        (["mute", "kzpool_001"], "mute needs --until and --reason"),
        (["mute", "kzpool_001", "--until", "2d"], "mute needs --until and --reason"),
        (["mute", "kzpool_009", "--until", "2d", "--reason", "x"], "pool kzpool_009"),
        (["mute", "kzpool_001", "--until", "soon", "--reason", "x"], "'soon' is neither"),
        (["mute", "kzpool_001", "--until", "2020-01-01", "--reason", "x"], "is in the past"),
        (["unmute", "kzpool_009"], "pool kzpool_009"),
    ],
)
def test_a_mistake_is_explained(anomalies: Looker, args: list[str], says: str) -> None:
    assert says in anomalies.error(*args)
