from __future__ import annotations

from dataclasses import astuple

import pytest

from kzscraper.items import DailyEarnings, PoolSummary, WorkerStatus
from kzscraper.page import parsers
from kzscraper.page.document import Document
from tests.page import saved
from tests.page.saved import VISITED

Texts = tuple[str | int | None, ...]


def summary(html: str) -> parsers.Summary | None:
    return parsers.parse_summary(Document.from_html(html), VISITED)


def workers(html: str) -> list[WorkerStatus] | None:
    return parsers.parse_workers(Document.from_html(html), VISITED)


def earnings(html: str) -> list[DailyEarnings] | None:
    return parsers.parse_earnings(Document.from_html(html), VISITED)


def statuses(*texts: str) -> list[str | None]:
    rows = [("a.1", text, *saved.WORKER[2:]) for text in texts]
    return [worker.status for worker in workers(saved.workers(rows)) or []]


# --- saved pages

SUMMARIES: dict[str, Texts | None] = {
    # current, average, online, offline, balance, last income
    "ru_cards_div": (
        *("37.405 PH/s", "38.210\u00a0PH/s", 200, 2),
        *("0.01864218BTC", "0.01570138BTC"),
    ),
    "en_cards_p": ("1.02 EH/s", "999.871 PH/s", 1204, 1, "12.5 mBTC", "—"),
    "kk_cards_dl": (
        *("37,405 ПХ/с", "1 020,5 ПХ/с", 3, 0),
        *("0,01864218 BTC", "0.01570138"),
    ),
    "ru_cards_span": ("37.405 PH/s", "38.210PH/s", 4, 1, "0.01864218 BTC", "0.01570138BTC"),
    "en_cards_inline": ("0 H/s", "38.210 PH/s", 0, 0, None, "0.01570138BTC"),
    "ru_no_balance_no_earnings": ("375.300 TH/s", "371.000 TH/s", 2, 0, None, None),
    "ru_only_balance": (None, None, None, None, "0.01864218BTC", "0.01570138"),
    "kk_shell": None,
}

FULL = "1.000 TH/s"
WORKERS: dict[str, list[Texts] | None] = {
    "ru_cards_div": [
        (
            *("139x17.10X16X139X17", "ONLINE"),
            *("187.650 TH/s", "177.020 TH/s", "194.180 TH/s", "2025-11-23 04:45:00"),
        ),
        (
            *("139x17.10X16X139X18", "ONLINE"),
            *("0.000 H/s", "181.400 TH/s", "190.000 TH/s", "2025-11-23 04:44:00"),
        ),
        ("139x17.10X16X139X19", "OFFLINE", "0 H/s", "0 H/s", "12.250 TH/s", "—"),
    ],
    "en_cards_p": [
        (
            *("acc.rig-1", "ONLINE"),
            *("187.650 TH/s", "177.020 TH/s", "194.180 TH/s", "11/23/2025, 4:45:00 AM"),
        ),
        ("acc.rig-2", "DEAD", "0 H/s", "0 H/s", "0 H/s", "11/1/2025, 1:05:00 PM"),
        ("acc.rig-2", "OFFLINE", "0 H/s", "0 H/s", "1.500 TH/s", "-"),
    ],
    "kk_cards_dl": [
        (
            *("шахта.1", "ONLINE"),
            *("187,650 ТХ/с", "177,020 ТХ/с", "194,180 ТХ/с", "23.11.2025, 04:45:00"),
        ),
        ("шахта.2", "DEAD", "—", "", "", "20.11.2025, 23:59:59"),
        ("шахта.3", "OFFLINE", "0 Х/с", "0 Х/с", "7,000 ТХ/с", "23.11.2025, 04:41:12"),
    ],
    "ru_cards_span": [
        ("<script>alert(1)</script>", "ONLINE", FULL, FULL, FULL, "2025-11-23 04:45:00"),
        ("\"quoted\" & 'single'", "ONLINE", FULL, FULL, FULL, "2025-11-23 04:45:00"),
        ("=1+1", "ONLINE", FULL, FULL, FULL, "2025-11-23 04:45:00"),
        ("rig ⛏️ № 7", "ONLINE", FULL, FULL, FULL, "2025-11-23 04:45:00"),
        ("a\u00a0b", "OFFLINE", "0 H/s", "0 H/s", "0 H/s", "2025-11-22 01:00:00"),
    ],
    "en_cards_inline": [],
    "ru_no_balance_no_earnings": [
        (
            *(name, "ONLINE"),
            *("187.650 TH/s", "177.020 TH/s", "194.180 TH/s", "2025-11-23 04:45:00"),
        )
        for name in ("a.1", "a.2")
    ],
    "ru_only_balance": None,
    "kk_shell": None,
}

EARNINGS: dict[str, list[Texts] | None] = {
    "ru_cards_div": [
        ("11/22/2025 12:00:00 AM", "0.01570138", "38.187 PH/s"),
        ("11/21/2025 12:00:00 AM", "0.01568214", "38.140 PH/s"),
    ],
    "en_cards_p": [("11/22/2025, 12:00:00 AM", "0.41570138", "1.010 EH/s")],
    "kk_cards_dl": [
        ("22.11.2025", "0,01570138", "38,187 ПХ/с"),
        ("21.11.2025", "0,01568214", "38,140 ПХ/с"),
    ],
    "ru_cards_span": None,
    "en_cards_inline": [],
    "ru_no_balance_no_earnings": None,
    "ru_only_balance": None,
    "kk_shell": None,
}


def test_every_saved_page_is_tested() -> None:
    assert saved.NAMES == sorted(SUMMARIES) == sorted(WORKERS) == sorted(EARNINGS)


@pytest.mark.parametrize("name", saved.NAMES)
def test_the_counters_of_saved_pages(name: str) -> None:
    found = summary(saved.text(name))
    assert (astuple(found.item)[3:] if found else None) == SUMMARIES[name]


@pytest.mark.parametrize("name", saved.NAMES)
def test_the_workers_of_saved_pages(name: str) -> None:
    found = workers(saved.text(name))
    assert (None if found is None else [astuple(one)[3:] for one in found]) == WORKERS[name]


@pytest.mark.parametrize("name", saved.NAMES)
def test_the_earnings_of_saved_pages(name: str) -> None:
    found = earnings(saved.text(name))
    days = None if found is None else [(one.date, one.total_income, one.hashrate) for one in found]
    assert days == EARNINGS[name]


# --- counters


def test_the_items_of_a_visit_share_its_pool_link_and_time() -> None:
    html = saved.cards(("Баланс", "0.5")) + saved.workers() + saved.earnings()
    found = summary(html)
    assert found is not None
    assert found.item == PoolSummary(
        VISITED.timestamp, VISITED.pool_id, VISITED.observer_url, balance="0.5"
    )
    [worker] = workers(html) or []
    assert (worker.timestamp, worker.pool_id, worker.observer_url) == (
        *(VISITED.timestamp, VISITED.pool_id),
        VISITED.observer_url,
    )
    [day] = earnings(html) or []
    assert day == DailyEarnings(
        VISITED.pool_id, VISITED.observer_url, *saved.DAY, recorded_at=VISITED.timestamp
    )


@pytest.mark.parametrize(
    ("cards", "expected"),
    [
        ([("Онлайн воркеры", "200"), ("Оффлайн воркеры", "2")], 202),
        ([("Онлайн воркеры", "0"), ("Оффлайн воркеры", "0")], 0),
        ([("Всего воркеров", "202")], 202),
        ([("Онлайн воркеры", "200"), ("Всего воркеров", "202")], 202),
        ([("Онлайн воркеры", "200"), ("Оффлайн воркеры", "2"), ("Всего воркеров", "9")], 202),
        ([("Онлайн воркеры", "200")], None),
        ([("Онлайн воркеры", "200"), ("Оффлайн воркеры", "—")], None),
        ([("Онлайн воркеры", "много"), ("Оффлайн воркеры", "2")], None),
        ([("Баланс", "0.5")], None),
    ],
)
def test_how_many_workers_the_page_speaks_of(
    cards: list[tuple[str, str]], expected: int | None
) -> None:
    found = summary(saved.cards(*cards))
    assert found is not None
    assert found.workers_expected == expected


def test_a_count_that_cannot_be_read_is_reported_not_zero() -> None:
    found = summary(saved.cards(("Онлайн воркеры", "200 / 202"), ("Оффлайн воркеры", "—")))
    assert found is not None
    assert (found.item.online_workers, found.item.offline_workers) == (None, None)
    assert found.unreadable == ["Онлайн воркеры: 200 / 202"]


@pytest.mark.parametrize(
    ("label", "value", "statistics", "balance"),
    [
        ("Текущий хешрейт", "0 H/s", True, False),
        ("Средний хешрейт за 24ч", "1 TH/s", True, False),
        ("Всего воркеров", "0", True, False),
        ("Баланс", "0", False, True),
        ("Последний доход", "—", False, True),
    ],
)
def test_which_rights_the_counters_show(
    label: str, value: str, statistics: bool, balance: bool
) -> None:
    found = summary(saved.cards((label, value)))
    assert found is not None
    assert (found.shows_statistics, found.shows_balance) == (statistics, balance)


def test_a_page_without_counters_has_no_summary() -> None:
    assert summary(saved.workers() + saved.earnings()) is None


# --- workers


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "</td></tr></table>",
        "\"quoted\" and 'single'",
        "=1+1",
        "+7 700 000",
        "rig ⛏️ № 7 👩‍🔧",
        "a" * 300,
        "a\u00a0\u00a0b\u00a0",
        "&nbsp; &amp;",
        "Воркеры",
        "—",
        "null",
        "0",
        "a\u200bb",
        "\u202eevil",
    ],
)
def test_names_are_read_exactly_as_shown(name: str) -> None:
    [worker] = workers(saved.workers([(name, *saved.WORKER[1:])])) or []
    assert worker.worker_name == name


def test_workers_of_the_same_name_are_all_kept() -> None:
    found = workers(saved.workers([saved.WORKER, saved.WORKER])) or []
    assert [worker.worker_name for worker in found] == ["a.1", "a.1"]


def test_a_worker_without_a_name_is_kept() -> None:
    [worker] = workers(saved.workers([("", *saved.WORKER[1:])])) or []
    assert (worker.worker_name, worker.hashrate_10m) == (None, saved.WORKER[2])


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("ONLINE", "ONLINE"),
        ("онлайн", "ONLINE"),
        ("● Active", "ONLINE"),
        ("OFFLINE", "OFFLINE"),
        ("Офлайн", "OFFLINE"),
        ("DEAD", "DEAD"),
        ("Inactive", "DEAD"),
        ("Неактивный", "DEAD"),
        ("Әрекетсіз", "DEAD"),
        ("REBOOTING", "REBOOTING"),
        ("—", None),
        ("", None),
    ],
)
def test_statuses(text: str, status: str | None) -> None:
    assert statuses(text) == [status]


def test_the_rows_of_several_worker_tables_are_read() -> None:
    found = workers(saved.workers() + saved.earnings() + saved.workers()) or []
    assert len(found) == 2


@pytest.mark.parametrize("notice", ["Таблица пуста", "Loading", "Загрузка...", "Ничего нет"])
def test_a_table_with_a_notice_has_no_workers(notice: str) -> None:
    assert workers(saved.workers([(notice,)])) == []


def test_a_column_that_the_table_lacks_is_none_not_empty() -> None:
    [worker] = workers(saved.table(("Воркеры", "Статус"), ("a.1", "ONLINE"))) or []
    assert astuple(worker)[3:] == ("a.1", "ONLINE", None, None, None, None)


# --- earnings


def test_payouts_are_no_earnings() -> None:
    payouts = saved.table(("Дата", "Сумма", "Адрес"), ("11/20/2025 12:00:00 AM", "0.1", "bc1q"))
    assert earnings(payouts) is None
    assert [day.date for day in earnings(payouts + saved.earnings()) or []] == [saved.DAY[0]]


def test_a_day_without_a_date_is_left_for_the_pipelines_to_drop() -> None:
    [day] = earnings(saved.earnings([("", "0.1", "1 TH/s")])) or []
    assert (day.date, day.total_income) == ("", "0.1")
