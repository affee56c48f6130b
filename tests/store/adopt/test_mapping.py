"""Whose rows they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from kzscraper.exceptions import StoreError
from kzscraper.store import registry
from kzscraper.store.database import Database
from kzscraper.store.registry import Pool
from tests.store.adopt.conftest import Adopt, rows, tally
from tests.store.predecessor import LINKS, TOKENS, earlier, later

FIRST, SECOND = LINKS
ANTPOOL = "https://antpool.com/account/overview"


def day(**owner: str | None) -> dict[str, object]:
    return {**owner, "date": "2025-11-22", "total_income": "0.01"}


def days(*owners: dict[str, object]) -> dict[str, list[dict[str, object]]]:
    """Earnings of one day for each owner."""
    return {"daily_earnings": list(owners)}


def owners(database: Database) -> list[object]:
    return [row["pool_id"] for row in rows(database, "daily_earnings")]


def add(database: Database, pool_id: str, link: str) -> None:
    registry.add(database, Pool(pool_id, observer_url=link))


# Without being told -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "link",
    [
        FIRST,
        f"{FIRST}/",
        FIRST.replace("btcpool.kz", "new.btcpool.kz"),
        FIRST.upper().replace(
            "HTTPS://BTCPOOL.KZ/OBSERVER-LINK", "https://btcpool.kz/observer-link"
        ),
    ],
)
def test_a_link_is_that_of_the_pool_that_is_registered_with_it(
    database: Database, adopt: Adopt, old: Path, link: str
) -> None:
    add(database, "kzpool_007", FIRST)
    adopt(later(old, days(day(observer_url=link))))
    assert owners(database) == ["kzpool_007"]


def test_an_id_of_the_source_is_ours_by_its_link(
    database: Database, adopt: Adopt, old: Path
) -> None:
    add(database, "kzpool_007", FIRST)
    of_source = {"pool_metadata": [{"pool_id": "pool_001", "observer_url": FIRST}]}
    adopt(earlier(old, {**of_source, **days(day(pool_id="pool_001"))}))
    assert owners(database) == ["kzpool_007"]
    assert [pool.pool_id for pool in registry.pools(database)] == ["kzpool_007"]


def test_a_pool_that_is_not_known_is_registered_as_the_source_has_it(
    database: Database, adopt: Adopt, old: Path
) -> None:
    pool = {
        "pool_id": "pool_001",
        "pool_name": "Main KZ Pool",
        "observer_url": FIRST,
        "client_name": "Client Company Ltd",
        "tags": '["production"]',
        "active": 0,
    }
    done = adopt(earlier(old, {"pool_metadata": [pool], **days(day(pool_id="pool_001"))}))
    assert owners(database) == ["pool_001"]
    assert list(done.owners.new) == ["pool_001"]
    expected = Pool(
        "pool_001",
        "Main KZ Pool",
        FIRST,
        "Client Company Ltd",
        tags=("production",),
        active=False,
    )
    assert registry.pools(database) == [expected]


def test_an_id_whose_rows_have_the_link_needs_no_registry(
    database: Database, adopt: Adopt, old: Path
) -> None:
    adopt(earlier(old, days(day(pool_id="pool_001", observer_url=FIRST))))
    assert registry.pools(database) == [Pool("pool_001", observer_url=FIRST)]


def test_a_pool_whose_link_has_changed_is_one_pool(
    database: Database, adopt: Adopt, old: Path
) -> None:
    add(database, "kzpool_007", SECOND)
    of_source = {"pool_metadata": [{"pool_id": "pool_001", "observer_url": SECOND}]}
    of_old_link = {**day(pool_id="pool_001", observer_url=FIRST), "date": "2025-11-21"}
    adopt(earlier(old, {**of_source, **days(of_old_link, day(pool_id="pool_001"))}))
    assert owners(database) == ["kzpool_007", "kzpool_007"]
    assert [row["observer_url"] for row in rows(database, "daily_earnings")] == [FIRST, SECOND]


# By --map ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["4828", TOKENS[0], "4828…8d8d", "4828...8d8d", FIRST, "4828A3FE"])
def test_a_link_is_named_by_a_part_of_its_token(
    database: Database, adopt: Adopt, old: Path, key: str
) -> None:
    add(database, "kzpool_007", SECOND)
    adopt(later(old, days(day(observer_url=FIRST))), f"{key}=kzpool_007")
    assert owners(database) == ["kzpool_007"]


def test_a_new_id_is_registered_with_the_link(database: Database, adopt: Adopt, old: Path) -> None:
    adopt(later(old, days(day(observer_url=FIRST))), "4828=kzpool_001")
    assert registry.pools(database) == [Pool("kzpool_001", observer_url=FIRST)]


def test_a_file_holds_the_links(
    database: Database, adopt: Adopt, old: Path, tmp_path: Path
) -> None:
    file = tmp_path / "map.txt"
    file.write_text(f"# ours\n\n{FIRST}=kzpool_001\n  {SECOND}=kzpool_002  \n")
    adopt(later(old, days(day(observer_url=FIRST), day(observer_url=SECOND))), f"@{file}")
    assert owners(database) == ["kzpool_001", "kzpool_002"]


def test_an_id_of_the_source_is_named_as_it_stands(
    database: Database, adopt: Adopt, old: Path
) -> None:
    add(database, "kzpool_001", FIRST)
    adopt(earlier(old, days(day(pool_id="pool_009"))), "pool_009=kzpool_001")
    assert owners(database) == ["kzpool_001"]


def test_what_cannot_be_known_is_asked_for_in_words_that_can_be_typed(
    database: Database, adopt: Adopt, old: Path
) -> None:
    path = later(old, days(day(observer_url=FIRST), day(observer_url=SECOND)))
    with pytest.raises(StoreError) as caught:
        adopt(path)
    asked = str(caught.value)
    assert "  --map 48280=POOL_ID   # 1 rows\n  --map 4828a=POOL_ID   # 1 rows\n" in asked
    assert not [token for token in TOKENS if token in asked]
    assert owners(database) == []
    adopt(path, "48280=kzpool_001", "4828a=kzpool_002")
    assert owners(database) == ["kzpool_002", "kzpool_001"]


def test_the_same_id_for_another_link_is_asked_for(
    database: Database, adopt: Adopt, old: Path
) -> None:
    add(database, "pool_001", SECOND)
    path = earlier(old, days(day(pool_id="pool_001", observer_url=FIRST)))
    with pytest.raises(StoreError, match="--map pool_001=POOL_ID"):
        adopt(path)
    adopt(path, "pool_001=pool_001")
    assert owners(database) == ["pool_001"]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ("4828=kzpool_001", "has more than one pool or observer link of that name"),
        ("ffff=kzpool_001", "has no pool or observer link of that name"),
        ("482=kzpool_001", "has no pool"),
        (f"{FIRST[:-1]}0=kzpool_001", "4828…8d80=kzpool_001: .* has no pool"),
        ("4828a3", "is not of the form LINK=POOL_ID"),
        ("=kzpool_001", "is not of the form LINK=POOL_ID"),
        ("4828a=", "is not of the form LINK=POOL_ID"),
        ("@no such file", "no such file cannot be read: No such file"),
        ("4828a=two words", "pool two words cannot be registered: pool_id 'two words' must be"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(
    database: Database, adopt: Adopt, old: Path, given: str, says: str
) -> None:
    path = later(old, days(day(observer_url=FIRST), day(observer_url=SECOND)))
    maps = [given] if given.startswith("4828=") else [given, "48280=kzpool_009"]
    with pytest.raises(StoreError, match=says) as caught:
        adopt(path, *maps)
    assert not [token for token in TOKENS if token in str(caught.value)]
    assert registry.pools(database) == []


# Not ours ---------------------------------------------------------------------------------------


def test_other_scrapers_pools_are_refused(database: Database, adopt: Adopt, old: Path) -> None:
    of_source = [
        {"pool_id": "antpool_001", "observer_url": ANTPOOL},
        {"pool_id": "pool_001", "observer_url": FIRST},
    ]
    given = days(day(pool_id="antpool_001"), day(pool_id="pool_001"), day(pool_id=None))
    done = adopt(earlier(old, {"pool_metadata": of_source, **given}))
    assert owners(database) == ["pool_001"]
    assert [pool.pool_id for pool in registry.pools(database)] == ["pool_001"]
    assert tally(done, "daily_earnings").notes == {
        "their pool's link is not on KZ_OBSERVER_HOSTS": 1,
        "they name neither a pool nor a link": 1,
    }


def test_a_pool_of_another_scraper_takes_no_rows(
    database: Database, adopt: Adopt, old: Path
) -> None:
    add(database, "antpool_001", ANTPOOL)
    done = adopt(later(old, days(day(observer_url=FIRST))), "4828=antpool_001")
    assert tally(done, "daily_earnings").refused == 1
    assert owners(database) == []
