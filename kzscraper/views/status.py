from __future__ import annotations

from collections.abc import Sequence

from kzscraper.output import human
from kzscraper.output.listing import Field, Listing, field
from kzscraper.store.reports import PoolStatus
from kzscraper.table import Toned
from kzscraper.views.tones import of_severity, of_status


def listing(pools: Sequence[PoolStatus]) -> Listing:
    return Listing(
        "pools",
        PoolStatus,
        pools,
        _TABLE,
        empty="no pools yet: `scrapy pools add kzpool_001 --url LINK` registers one",
    )


def _workers(pool: PoolStatus) -> object:
    if pool.online_workers is None and pool.offline_workers is None:
        return None
    counts = [pool.online_workers, pool.offline_workers]
    text = "/".join("?" if count is None else str(count) for count in counts)
    return Toned(text, "doubtful" if pool.offline_workers else None)


def _anomalies(pool: PoolStatus) -> object:
    if not pool.worst_severity:
        return str(pool.open_anomalies)
    text = f"{pool.open_anomalies} {pool.worst_severity}"
    return Toned(text, of_severity(pool.worst_severity))


def _age(pool: PoolStatus) -> object:
    """Of the data, and what became of the newest visit where it was not complete."""
    if not pool.active:
        return "inactive"
    age = None if pool.age_s is None else human.age(pool.age_s)
    if pool.last_visit in (None, "complete"):
        return age
    words = f"{age}, {pool.last_visit}" if age else pool.last_visit
    return Toned(words, of_status(pool.last_visit))


# The order in which columns are left out on a narrow terminal: the highest rank first.
_TABLE: tuple[Field, ...] = (
    field("pool", lambda pool: pool.pool_id),
    field("client", lambda pool: pool.client_name, least=6),
    field("hashrate", lambda pool: pool.current_hashrate),
    field("24 h", lambda pool: pool.avg_hashrate_24h, rank=3),
    field("trend", lambda pool: human.sparkline(pool.trend_ths), rank=1),
    field("on/off", _workers),
    field("balance", lambda pool: pool.balance_btc, rank=2),
    field("income", lambda pool: pool.last_income_btc, rank=4),
    field("open", _anomalies),
    field("age", _age, least=6),
)
