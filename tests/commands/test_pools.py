"""`scrapy pools`, as an operator runs it."""

from __future__ import annotations

import json
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kzscraper.store import registry
from kzscraper.store.database import Database
from kzscraper.store.registry import Pool
from tests.commands.conftest import (
    FIRST,
    LINKS,
    MASKED,
    SECOND,
    RunCommand,
    error_of,
    pools,
)

# Two new pools.
ENTRIES: list[dict[str, Any]] = [
    {"pool_id": "kzpool_003", "observer_url": LINKS[0], "client_name": "ТОО «Үшінші»"},
    {"pool_id": "kzpool_004", "observer_url": LINKS[1], "tags": ["a"], "active": False},
]


def file_of(*entries: object) -> str:
    return json.dumps({"pools": entries})


def test_list_shows_every_pool_and_masks_the_links(scrapy: RunCommand, registered: Path) -> None:
    done = scrapy("pools", "list")
    assert done.returncode == 0
    assert done.stderr == ""
    assert [line.split("  ")[0] for line in done.stdout.splitlines()[2:]] == [
        "kzpool_001",
        "kzpool_002",
    ]
    first, second = done.stdout.splitlines()[2:]
    for shown in ("Main KZ Pool", "ТОО Клиент", "Kazakhstan", MASKED[0], "yes"):
        assert shown in first
    assert MASKED[1] in second
    assert second.endswith("no")


def test_show_tells_all_of_one_pool(scrapy: RunCommand, registered: Path) -> None:
    done = scrapy("pools", "show", "kzpool_001")
    assert done.returncode == 0
    shown = dict(line.split(maxsplit=1) for line in done.stdout.splitlines()[2:])
    assert shown == {
        "pool_id": "kzpool_001",
        "pool_name": "Main KZ Pool",
        "observer_url": MASKED[0],
        "client_name": "ТОО Клиент",
        "country": "Kazakhstan",
        "company": "BTCDC Builds",
        "location": "Almaty",
        "contact_email": "client@example.com",
        "tags": "production, high-priority",
        "active": "yes",
    }


def test_add_makes_the_database_and_keeps_every_field(scrapy: RunCommand, path: Path) -> None:
    done = scrapy(
        *("pools", "add", "kzpool_001", "--url", LINKS[0], "--name", "Main KZ Pool"),
        *("--client", "ТОО Клиент", "--country", "Kazakhstan", "--company", "BTCDC Builds"),
        *("--location", "Almaty", "--email", "client@example.com"),
        *("--tags", "production, high-priority,"),
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "added kzpool_001\n", "")
    assert pools(path) == [FIRST]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_add_accepts_an_id_of_another_form_with_a_warning(scrapy: RunCommand, path: Path) -> None:
    done = scrapy("pools", "add", "pool_001", "--url", LINKS[0])
    assert (done.returncode, done.stdout) == (0, "added pool_001\n")
    assert done.stderr == "warning: pool_001 is not of the documented form kzpool_001\n"
    assert pools(path) == [Pool("pool_001", observer_url=LINKS[0])]


def test_update_changes_the_fields_that_are_named(scrapy: RunCommand, registered: Path) -> None:
    done = scrapy(
        *("pools", "update", "kzpool_001"),
        *("--name", "New name", "--location", "", "--tags", "one,two"),
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "updated kzpool_001\n", "")
    expected = replace(FIRST, pool_name="New name", location=None, tags=("one", "two"))
    assert pools(registered) == [expected, SECOND]


def test_activate_and_deactivate(scrapy: RunCommand, registered: Path) -> None:
    assert scrapy("pools", "deactivate", "kzpool_001").stdout == "deactivated kzpool_001\n"
    assert scrapy("pools", "activate", "kzpool_002").stdout == "activated kzpool_002\n"
    assert pools(registered) == [replace(FIRST, active=False), replace(SECOND, active=True)]


def test_remove_takes_a_pool_without_history_only(scrapy: RunCommand, registered: Path) -> None:
    with Database.open(registered) as database:
        database.execute("INSERT INTO pool_summary (pool_id) VALUES ('kzpool_001')")
    assert scrapy("pools", "remove", "kzpool_002").stdout == "removed kzpool_002\n"
    error = error_of(scrapy("pools", "remove", "kzpool_001"))
    assert "has rows in pool_summary" in error
    assert "scrapy pools deactivate kzpool_001" in error
    assert pools(registered) == [FIRST]


# Mistakes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "says"),
    [
        ([], "one of list, show, add, update, activate, deactivate, remove, import, export"),
        (["show"], "`scrapy pools show` takes 1 argument(s)"),
        (["list", "--client", "x"], "`scrapy pools list` takes none of the pool's fields"),
        (["add", "kzpool_003", "--update", "--url", LINKS[0]], "--update goes with import"),
        (["list", "--verbose"], "unknown option --verbose"),
        (["add", "kzpool_003", "--url"], "expected one argument"),
        (["show", "kzpool_009"], "pool kzpool_009 is not registered: `scrapy pools list`"),
        (["update", "kzpool_001"], "nothing to change: name at least one"),
        (["add", "kzpool_001", "--url", LINKS[0]], "pool kzpool_001 is registered already"),
        (["add", "kzpool_003"], "observer_url is missing"),
        (
            ["add", "kzpool_003", "--url", LINKS[0].replace("btcpool.kz", "example.com")],
            "is on example.com, which is not one of KZ_OBSERVER_HOSTS (btcpool.kz, new.btcpool.kz)",
        ),
        (["update", "kzpool_001", "--url", "ftp://btcpool.kz/x"], "must begin with"),
        (["add", "kzpool_003", "--url", LINKS[0], "--name", "\udcff"], "pool_name is not valid"),
        (["import", "absent.json"], "absent.json cannot be read: "),
        (["export", "no/such/folder.json"], "no/such/folder.json cannot be written: No such file"),
    ],
)
def test_a_mistake_is_explained_and_changes_nothing(
    scrapy: RunCommand, registered: Path, args: list[str], says: str
) -> None:
    assert says in error_of(scrapy("pools", *args))
    assert pools(registered) == [FIRST, SECOND]


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"KZ_OBSERVER_HOSTS": " "}, "KZ_OBSERVER_HOSTS=' ': at least one host is needed"),
        ({"KZ_BUSY_TIMEOUT": "soon"}, "KZ_BUSY_TIMEOUT='soon': a number is needed"),
        ({"KZ_DATABASE": "~nobody-of-this-name/x.db"}, "the user behind ~ is unknown"),
    ],
)
def test_a_bad_setting_is_named(
    scrapy: RunCommand, registered: Path, env: dict[str, str], says: str
) -> None:
    assert says in error_of(scrapy("pools", "list", **env))


def test_reading_a_database_that_is_not_there_makes_none(scrapy: RunCommand, path: Path) -> None:
    assert f"{path} does not exist: `scrapy db init` makes it" in error_of(scrapy("pools", "list"))
    assert not path.exists()


def test_a_path_that_cannot_be_written_is_named(scrapy: RunCommand, path: Path) -> None:
    path.write_text("a file where a folder is needed")
    below = str(path / "pools.db")
    error = error_of(scrapy("pools", "add", "kzpool_001", "--url", LINKS[0], KZ_DATABASE=below))
    assert f"database {below} cannot be made: Not a directory" in error
    assert path.read_text() == "a file where a folder is needed"


# In and out -------------------------------------------------------------------------------------


def test_import_adds_the_pools_of_a_file(scrapy: RunCommand, registered: Path) -> None:
    file = registered.with_name("in.json")
    file.write_text(file_of(*ENTRIES), "utf-8")
    done = scrapy("pools", "import", str(file))
    assert (done.returncode, done.stdout, done.stderr) == (0, "added 2, updated 0\n", "")
    assert pools(registered) == [
        FIRST,
        SECOND,
        Pool("kzpool_003", observer_url=LINKS[0], client_name="ТОО «Үшінші»"),
        Pool("kzpool_004", observer_url=LINKS[1], tags=("a",), active=False),
    ]


def test_import_reads_standard_input_and_makes_the_database(scrapy: RunCommand, path: Path) -> None:
    entry = {"pool_id": "pool_001", "observer_url": LINKS[0]}
    done = scrapy("pools", "import", "-", stdin=file_of(ENTRIES[0], entry))
    assert (done.returncode, done.stdout) == (0, "added 2, updated 0\n")
    assert done.stderr == "warning: pool_001 is not of the documented form kzpool_001\n"
    assert [pool.pool_id for pool in pools(path)] == ["kzpool_003", "pool_001"]


def test_import_changes_known_pools_only_if_told(scrapy: RunCommand, registered: Path) -> None:
    known = {"pool_id": "kzpool_001", "observer_url": LINKS[1], "pool_name": "New name"}
    error = error_of(scrapy("pools", "import", "-", stdin=file_of(ENTRIES[0], known)))
    assert "pool kzpool_001 is registered already" in error
    assert "nothing was imported" in error
    assert pools(registered) == [FIRST, SECOND]
    done = scrapy("pools", "import", "-", "--update", stdin=file_of(ENTRIES[0], known))
    assert (done.returncode, done.stdout) == (0, "added 1, updated 1\n")
    assert [pool.pool_name for pool in pools(registered)] == ["New name", "Second Pool", None]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"pools": [\n  {"pool_id": }\n]}', "line 2, column 15: Expecting value"),
        (file_of(*ENTRIES, ENTRIES[0]), "entry 3 (kzpool_003): pool_id kzpool_003 stands in the"),
        (file_of(ENTRIES[0], {**ENTRIES[1], "tags": "a"}), "entry 2 (kzpool_004): tags must be"),
        (
            file_of(ENTRIES[0], {**ENTRIES[1], "observer_url": LINKS[1].replace("kz/", "com/")}),
            "entry 2 (kzpool_004): observer_url: observer link "
            "'https://btcpool.com/observer-link/0123…cdef' is on btcpool.com",
        ),
    ],
)
def test_an_import_that_fails_writes_nothing(
    scrapy: RunCommand, registered: Path, text: str, says: str
) -> None:
    file = registered.with_name("in.json")
    file.write_text(text, "utf-8")
    error = error_of(scrapy("pools", "import", str(file)))
    assert error.startswith(f"{file}: ")
    assert says in error
    assert error.endswith("; nothing was imported")
    assert pools(registered) == [FIRST, SECOND]


def test_a_file_that_is_no_text_is_named(scrapy: RunCommand, registered: Path) -> None:
    error = error_of(scrapy("pools", "import", str(registered)))
    assert error.startswith(f"{registered} cannot be read: ")


def test_export_writes_a_private_file_that_import_reads(
    scrapy: RunCommand, registered: Path, tmp_path: Path
) -> None:
    file = tmp_path / "out.json"
    done = scrapy("pools", "export", str(file))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "exported 2\n")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = str(tmp_path / "again.db")
    assert scrapy("pools", "import", str(file), KZ_DATABASE=again).stdout == "added 2, updated 0\n"
    assert pools(tmp_path / "again.db") == [FIRST, SECOND]


def test_export_prints_what_is_ours(scrapy: RunCommand, registered: Path) -> None:
    foreign = Pool("antpool_001", observer_url="https://antpool.com/account/overview")
    with Database.open(registered) as database:
        registry.add(database, foreign)
    done = scrapy("pools", "export", "-")
    assert done.returncode == 0
    assert registry.from_json(done.stdout, ["btcpool.kz"]) == [FIRST, SECOND]
    assert done.stderr == "left out antpool_001: not on KZ_OBSERVER_HOSTS\nexported 2\n"


def test_export_does_not_overwrite_the_database(scrapy: RunCommand, registered: Path) -> None:
    error = error_of(scrapy("pools", "export", str(registered)))
    assert error == f"{registered} is the database: name another file"
    assert pools(registered) == [FIRST, SECOND]
