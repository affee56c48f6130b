"""The registry of pools: what is accepted, and which pools a crawl visits."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kzscraper.exceptions import LinkError, RegistryError, StoreError
from kzscraper.store import registry
from kzscraper.store.database import Database
from kzscraper.store.registry import Pool

HOSTS = ("btcpool.kz", "new.btcpool.kz")
TOKEN = "4828a3fecdaa48eebfa475021b4e8d8d"
LINK = f"https://btcpool.kz/observer-link/{TOKEN}"

FULL = Pool(
    "kzpool_001",
    "Main «KZ» Pool",
    LINK,
    "ТОО Клиент",
    "Қазақстан",
    "BTCDC Builds",
    "Almaty",
    "client@example.com",
    ("production", "high, priority", "\"quoted\" 'text'"),
    active=False,
)


def entry(**changes: Any) -> dict[str, Any]:
    return {"pool_id": "kzpool_001", "observer_url": LINK, **changes}


def file_of(*entries: Any) -> str:
    return json.dumps({"pools": entries})


# The pools file ---------------------------------------------------------------------------------


def test_a_file_that_goes_out_comes_in_the_same() -> None:
    pools = [FULL, Pool("kzpool_002", observer_url=LINK)]
    assert registry.from_json(registry.to_json(pools), HOSTS) == pools


def test_the_file_has_the_documented_form() -> None:
    [written] = json.loads(registry.to_json([FULL]))["pools"]
    assert written == {
        "pool_id": "kzpool_001",
        "pool_name": "Main «KZ» Pool",
        "observer_url": LINK,
        "client_name": "ТОО Клиент",
        "country": "Қазақстан",
        "company": "BTCDC Builds",
        "location": "Almaty",
        "contact_email": "client@example.com",
        "tags": ["production", "high, priority", "\"quoted\" 'text'"],
        "active": False,
    }
    assert "Қазақстан" in registry.to_json([FULL])  # for people to read


def test_what_an_entry_leaves_out_has_a_default() -> None:
    [pool] = registry.from_json(file_of(entry(client_name="", country=None, tags=None)), HOSTS)
    assert pool == Pool("kzpool_001", observer_url=LINK, tags=(), active=True)
    assert pool.client_name is None


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"pool_id": 5}, "entry 2 (5): pool_id must be text"),
        ({"pool_id": None}, "entry 2: pool_id None must be 1 to 64 letters"),
        ({"pool_id": ""}, "entry 2: pool_id '' must be 1 to 64 letters"),
        ({"pool_id": "kz pool"}, "entry 2 (kz pool): pool_id 'kz pool' must be"),
        ({"pool_id": "_001"}, "entry 2 (_001): pool_id '_001' must be"),
        ({"pool_id": "a,b"}, "entry 2 (a,b): pool_id 'a,b' must be"),
        ({"pool_id": "пул_001"}, "entry 2 (пул_001): pool_id 'пул_001' must be"),
        ({"pool_id": "a" * 65}, "must be 1 to 64 letters"),
        ({"pool_id": "kzpool_001\n"}, "must be 1 to 64 letters"),
        ({"observer_url": None}, "entry 2 (kzpool_002): observer_url is missing"),
        ({"observer_url": ""}, "entry 2 (kzpool_002): observer_url is missing"),
        ({"observer_url": 5}, "entry 2 (kzpool_002): observer_url must be text"),
        ({"observer_url": "ftp://btcpool.kz/x"}, "(kzpool_002): observer_url: observer link"),
        ({"observer_url": "https://example.com/x"}, "is on example.com, which is not one of"),
        ({"observer_url": LINK + "\n"}, "must not hold spaces or control characters"),
        ({"pool_name": ["x"]}, "entry 2 (kzpool_002): pool_name must be text"),
        ({"client_name": 5}, "entry 2 (kzpool_002): client_name must be text"),
        ({"country": True}, "entry 2 (kzpool_002): country must be text"),
        ({"company": {}}, "entry 2 (kzpool_002): company must be text"),
        ({"location": 1.5}, "entry 2 (kzpool_002): location must be text"),
        ({"contact_email": []}, "entry 2 (kzpool_002): contact_email must be text"),
        ({"pool_name": "\ud800"}, "entry 2 (kzpool_002): pool_name is not valid Unicode"),
        ({"tags": "a,b"}, "entry 2 (kzpool_002): tags must be a list of texts"),
        ({"tags": ""}, "entry 2 (kzpool_002): tags must be a list of texts"),
        ({"tags": {}}, "entry 2 (kzpool_002): tags must be a list of texts"),
        ({"tags": False}, "entry 2 (kzpool_002): tags must be a list of texts"),
        ({"tags": ["a", 1]}, "entry 2 (kzpool_002): tags must be a list of texts"),
        ({"tags": ["\udfff"]}, "entry 2 (kzpool_002): tags is not valid Unicode"),
        ({"active": 1}, "entry 2 (kzpool_002): active must be true or false"),
        ({"active": "yes"}, "entry 2 (kzpool_002): active must be true or false"),
        ({"active": None}, "entry 2 (kzpool_002): active must be true or false"),
        ({"url": LINK}, "entry 2 (kzpool_002): unknown field 'url'"),
        ({"created_at": "2025-11-23"}, "entry 2 (kzpool_002): unknown field 'created_at'"),
    ],
)
def test_an_error_names_the_entry_and_the_field(wrong: dict[str, Any], says: str) -> None:
    text = file_of(entry(), entry(**{"pool_id": "kzpool_002", **wrong}))
    with pytest.raises(RegistryError) as caught:
        registry.from_json(text, HOSTS)
    assert says in str(caught.value)
    assert TOKEN not in str(caught.value)


@pytest.mark.parametrize("wrong", [None, "kzpool_001", 5, [], ["kzpool_001"]])
def test_an_entry_that_is_no_object_is_named(wrong: object) -> None:
    with pytest.raises(RegistryError, match=r"^entry 2: must be an object"):
        registry.from_json(file_of(entry(), wrong), HOSTS)


def test_a_pool_that_stands_in_the_file_twice_is_named() -> None:
    text = file_of(entry(), entry(pool_id="kzpool_002"), entry())
    with pytest.raises(
        RegistryError, match=r"^entry 3 \(kzpool_001\): .* stands in the file twice"
    ):
        registry.from_json(text, HOSTS)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1, column 1: Expecting value"),
        ('{"pools": [\n  {"pool_id": }\n]}', "line 2, column 15: Expecting value"),
        ('{"pools": []} more', "line 1, column 15: Extra data"),
        ("[]", "must have the form"),
        ("5", "must have the form"),
        ("null", "must have the form"),
        ("{}", "must have the form"),
        ('{"pools": {}}', "must have the form"),
        ('{"pools": null}', "must have the form"),
        ('{"pools": [' + "1" * 5000 + "]}", "this JSON cannot be read"),
        ("[" * 100_000, "this JSON cannot be read"),
    ],
)
def test_text_that_is_no_pools_file_is_explained(text: str, says: str) -> None:
    with pytest.raises(RegistryError) as caught:
        registry.from_json(text, HOSTS)
    assert says in str(caught.value)


def test_a_file_may_be_empty() -> None:
    assert registry.from_json('{"pools": []}', HOSTS) == []


@pytest.mark.parametrize(
    ("pool_id", "documented"),
    [
        ("kzpool_001", True),
        ("antpool_999", True),
        ("f2pool_010", True),
        ("custom_001", True),
        ("pool_001", False),
        ("kzpool_1", False),
        ("kzpool_0001", False),
        ("KZPOOL_001", False),
        ("kzpool-001", False),
    ],
)
def test_ids_of_the_documented_form(pool_id: str, documented: bool) -> None:
    assert registry.follows_convention(pool_id) is documented
    assert registry.check(entry(pool_id=pool_id), HOSTS).pool_id == pool_id


# The table --------------------------------------------------------------------------------------


def test_a_pool_that_is_added_is_found_again(database: Database) -> None:
    registry.add(database, FULL)
    assert registry.get(database, "kzpool_001") == FULL
    assert registry.pools(database) == [FULL]
    row = database.one("SELECT tags, active, created_at = updated_at FROM pool_metadata")
    assert json.loads(row["tags"]) == list(FULL.tags)
    assert (row["active"], row[2]) == (0, 1)


def test_a_pool_is_added_once(database: Database) -> None:
    registry.add(database, FULL)
    with pytest.raises(RegistryError, match="pool kzpool_001 is registered already"):
        registry.add(database, Pool("kzpool_001", observer_url=LINK))
    assert registry.pools(database) == [FULL]


def test_an_update_keeps_the_time_of_creation(database: Database) -> None:
    registry.add(database, FULL)
    before = "2020-01-02 03:04:05"
    database.execute("UPDATE pool_metadata SET created_at = ?, updated_at = ?", (before, before))
    changed = Pool("kzpool_001", "New name", LINK)
    registry.update(database, changed)
    assert registry.get(database, "kzpool_001") == changed
    row = database.one("SELECT created_at, updated_at FROM pool_metadata")
    assert row["created_at"] == before
    assert row["updated_at"] > before


def test_pools_are_imported_all_together(database: Database) -> None:
    other = Pool("kzpool_002", observer_url=LINK)
    assert registry.import_all(database, [FULL, other], replace=False) == (2, 0)
    assert registry.pools(database) == [FULL, other]


@pytest.mark.parametrize("replace", [False, True])
def test_an_import_that_fails_writes_nothing(database: Database, replace: bool) -> None:
    registry.add(database, FULL)
    database.execute(
        "CREATE TRIGGER refuse BEFORE INSERT ON pool_metadata WHEN NEW.pool_id = 'kzpool_003' "
        "BEGIN SELECT RAISE(ABORT, 'refused by a trigger'); END"
    )
    changed = Pool("kzpool_001", "New name", LINK)
    wanted = [Pool("kzpool_002"), *([changed] if replace else []), Pool("kzpool_003")]
    with pytest.raises(StoreError, match="refused by a trigger"):
        registry.import_all(database, wanted, replace=replace)
    assert registry.pools(database) == [FULL]


def test_an_import_of_a_known_pool_writes_nothing(database: Database) -> None:
    registry.add(database, FULL)
    wanted = [Pool("kzpool_002", observer_url=LINK), Pool("kzpool_001", "New name", LINK)]
    with pytest.raises(RegistryError, match="pool kzpool_001 is registered already"):
        registry.import_all(database, wanted, replace=False)
    assert registry.pools(database) == [FULL]


def test_an_import_may_change_known_pools(database: Database) -> None:
    registry.add(database, FULL)
    wanted = [Pool("kzpool_001", "New name", LINK), Pool("kzpool_002", observer_url=LINK)]
    assert registry.import_all(database, wanted, replace=True) == (1, 1)
    assert registry.pools(database) == wanted


@pytest.mark.parametrize(
    ("tags", "shown"),
    [
        (None, ()),
        ("", ()),
        ("[]", ()),
        ('["a", "b"]', ("a", "b")),
        ("[1]", ("1",)),
        ('"a"', ("a",)),
        ("a, b", ("a, b",)),
    ],
)
def test_tags_of_other_programs_are_readable(
    database: Database, tags: str | None, shown: tuple[str, ...]
) -> None:
    database.execute("INSERT INTO pool_metadata (pool_id, tags) VALUES ('antpool_001', ?)", (tags,))
    assert registry.get(database, "antpool_001").tags == shown


def test_a_pool_without_history_is_removed(database: Database) -> None:
    registry.add(database, FULL)
    registry.remove(database, "kzpool_001")
    assert registry.pools(database) == []


@pytest.mark.parametrize(
    "insert",
    [
        "INSERT INTO pool_summary (pool_id) VALUES ('kzpool_001')",
        "INSERT INTO worker_status (pool_id) VALUES ('kzpool_001')",
        "INSERT INTO daily_earnings (pool_id) VALUES ('kzpool_001')",
        "INSERT INTO anomaly_log (pool_id) VALUES ('kzpool_001')",
        "INSERT INTO scrape_log (timestamp, pool_id, spider, status) "
        "VALUES ('2026-01-02 00:00:00', 'kzpool_001', 'kzpool', 'failed')",
    ],
)
def test_a_pool_with_history_is_kept(database: Database, insert: str) -> None:
    registry.add(database, FULL)
    database.execute(insert)
    table = insert.split()[2]
    with pytest.raises(RegistryError, match=f"has rows in {table}, .*pools deactivate kzpool_001"):
        registry.remove(database, "kzpool_001")
    assert registry.pools(database) == [FULL]


def test_an_unknown_pool_is_named(database: Database) -> None:
    for action in (registry.get, registry.remove):
        with pytest.raises(RegistryError, match="pool kzpool_009 is not registered"):
            action(database, "kzpool_009")


# Which pools a crawl visits ---------------------------------------------------------------------


@pytest.fixture
def farm(database: Database) -> Database:
    """Two active pools of ours, an inactive one, and three that are not ours to crawl."""
    elsewhere = "https://antpool.com/account/overview"
    for pool in (
        Pool("kzpool_001", observer_url=LINK, client_name="First Ltd"),
        Pool("kzpool_002", observer_url=LINK.replace("//", "//new."), client_name="Second Ltd"),
        Pool("kzpool_003", observer_url=LINK, client_name="First Ltd", active=False),
        Pool("antpool_001", observer_url=elsewhere, client_name="First Ltd"),
        Pool("custom_001", observer_url=None, client_name="First Ltd"),
        Pool("custom_002", observer_url=LINK.replace("//", "//me@"), client_name="First Ltd"),
    ):
        registry.add(database, pool)
    return database


@pytest.mark.parametrize(
    ("pool_ids", "client", "chosen"),
    [
        ([], None, ["kzpool_001", "kzpool_002"]),
        ([], "First Ltd", ["kzpool_001"]),
        (["kzpool_002"], None, ["kzpool_002"]),
        (["kzpool_002", "kzpool_001", "kzpool_002"], None, ["kzpool_002", "kzpool_001"]),
        (["kzpool_003"], None, ["kzpool_003"]),  # inactive, but asked for
        (["kzpool_001", "kzpool_002", "kzpool_003"], "First Ltd", ["kzpool_001", "kzpool_003"]),
    ],
)
def test_pools_are_chosen(
    farm: Database, pool_ids: list[str], client: str | None, chosen: list[str]
) -> None:
    assert [pool.pool_id for pool in registry.choose(farm, HOSTS, pool_ids, client)] == chosen


@pytest.mark.parametrize(
    ("pool_ids", "client", "error", "says"),
    [
        (["kzpool_001", "kzpool_009"], None, RegistryError, "kzpool_009 is not registered"),
        (["antpool_001"], None, LinkError, "antpool.com, which is not one of KZ_OBSERVER_HOSTS"),
        (["custom_001"], None, LinkError, "observer link '' must begin with https://"),
        (["custom_002"], None, LinkError, "must not hold a user name"),
        (["kzpool_001"], "Second Ltd", RegistryError, "no active pool of client 'Second Ltd'"),
        ([], "Nobody", RegistryError, "no active pool of client 'Nobody'"),
    ],
)
def test_a_choice_that_is_none_is_explained(
    farm: Database, pool_ids: list[str], client: str | None, error: type[Exception], says: str
) -> None:
    with pytest.raises(error) as caught:
        registry.choose(farm, HOSTS, pool_ids, client)
    assert says in str(caught.value)


def test_no_pool_on_our_hosts_says_how_to_register_one(farm: Database) -> None:
    with pytest.raises(
        RegistryError, match=r"no active pool .* on example\.com .*scrapy pools add"
    ):
        registry.choose(farm, ["example.com"], [], None)


def test_an_empty_registry_says_how_to_register_one(database: Database) -> None:
    with pytest.raises(RegistryError) as caught:
        registry.choose(database, HOSTS, [], None)
    assert "scrapy pools add" in str(caught.value)
    assert str(database.path) in str(caught.value)
