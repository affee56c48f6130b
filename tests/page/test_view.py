from __future__ import annotations

import pytest

from kzscraper.page.document import Document
from kzscraper.page.view import SECTIONS, Section, View
from tests.page import saved

STATISTICS = saved.cards(
    ("Текущий хешрейт", "37.405 PH/s"),
    ("Средний хешрейт за 24ч", "38.210 PH/s"),
    ("Онлайн воркеры", "1"),
    ("Оффлайн воркеры", "0"),
)
BALANCE = saved.cards(("Баланс", "0.01864218BTC"), ("Последний доход", "0.01570138BTC"))
NO_WORKERS = saved.cards(("Онлайн воркеры", "0"), ("Оффлайн воркеры", "0"))
BLANK_WORKERS = saved.cards(("Онлайн воркеры", "—"), ("Оффлайн воркеры", "—"))


def view(html: str) -> View:
    return View.of(Document.from_html(html))


@pytest.mark.parametrize(
    ("html", "something"),
    [
        ("", False),
        ("<p>Загрузка</p>", False),
        ("<nav><a>Баланс</a></nav>", False),
        (BALANCE, True),
        (saved.workers([]), True),
        (saved.earnings(), True),
        (saved.table(("Дата", "Сумма"), ("2025-11-22", "0.1")), False),
    ],
)
def test_whether_a_page_shows_any_data(html: str, something: bool) -> None:
    assert view(html).shows_something is something


@pytest.mark.parametrize(
    ("html", "wanted", "shown"),
    [
        (STATISTICS, ["statistics"], True),
        (BALANCE, ["balance"], True),
        (STATISTICS, ["balance"], False),
        (STATISTICS, ["statistics", "balance"], False),
        (STATISTICS + BALANCE, ["statistics", "balance"], True),
        (STATISTICS.replace("37.405 PH/s", "—"), ["statistics"], False),
        (BALANCE.replace("0.01570138BTC", "-"), ["balance"], False),
        (saved.workers(), ["workers"], True),
        (saved.workers([]), ["workers"], False),
        (saved.workers([("Таблица пуста",)]), ["workers"], False),
        (NO_WORKERS, ["workers"], True),
        (BLANK_WORKERS, ["workers"], False),
        (STATISTICS, ["workers"], False),
        (saved.earnings(), ["earnings"], True),
        (saved.earnings([]), ["earnings"], False),
        (STATISTICS + BALANCE + saved.workers() + saved.earnings(), SECTIONS, True),
        (STATISTICS + BALANCE + saved.workers(), SECTIONS, False),
        ("", [], True),
    ],
)
def test_whether_a_page_shows_all_that_is_wanted(
    html: str, wanted: list[Section], shown: bool
) -> None:
    assert view(html).shows_all(wanted) is shown


@pytest.mark.parametrize(
    ("html", "pending"),
    [
        ("", False),
        ("<p>Загрузка…</p>" + BALANCE, True),
        ("<div>Loading</div>", True),
        ("<div hidden>Loading</div>", False),
        ("<p>Жүктелуде</p>", True),
        (saved.earnings([("Загрузка...",)]), True),
        (saved.workers([("Loading",)]), True),
        (saved.workers([("Таблица пуста",)]), False),
        (STATISTICS, True),  # the counters speak of a worker
        (STATISTICS + saved.workers([]), True),
        (STATISTICS + saved.workers(), False),
        (NO_WORKERS, False),
        (NO_WORKERS + saved.workers([]), False),
        (BLANK_WORKERS, False),
        (saved.cards(("Онлайн воркеры", "1")), False),
    ],
)
def test_whether_a_page_says_that_more_is_to_come(html: str, pending: bool) -> None:
    assert view(html).is_pending(SECTIONS) is pending


def test_workers_that_nobody_wants_are_not_waited_for() -> None:
    assert not view(STATISTICS).is_pending(["statistics"])


@pytest.mark.parametrize(
    "other",
    [
        "<p>12:00:01</p>",
        "<script>var x</script>",
        "<button>Далее</button>",
        "<p>Воркеры</p>",
        saved.table(("Дата", "Сумма"), ("2025-11-22", "0.1")),
    ],
)
def test_what_else_moves_on_the_page_does_not_make_another_view(other: str) -> None:
    html = STATISTICS + saved.workers()
    assert view(html + other) == view(html)


@pytest.mark.parametrize(
    "other",
    [
        STATISTICS.replace("37.405", "37.406") + saved.workers(),
        STATISTICS + BALANCE + saved.workers(),
        STATISTICS + saved.workers([saved.WORKER, saved.WORKER]),
        STATISTICS + saved.workers().replace("ONLINE", "OFFLINE"),
        STATISTICS + saved.workers() + saved.earnings(),
        STATISTICS + saved.workers() + "<p>Загрузка</p>",
    ],
)
def test_other_data_makes_another_view(other: str) -> None:
    assert view(other) != view(STATISTICS + saved.workers())


@pytest.mark.parametrize("name", saved.NAMES)
def test_saved_pages_show_data_but_the_empty_shell(name: str) -> None:
    found = view(saved.text(name))
    assert found.shows_something is (name != "kk_shell")
    assert found.is_loading is (name in {"kk_shell", "en_cards_inline"})
