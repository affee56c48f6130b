from __future__ import annotations

import csv
from importlib.resources import files

import pytest

from kzscraper.page import words

MEANINGS = {
    line["meaning"]
    for line in csv.DictReader(
        files("kzscraper.page").joinpath("words.csv").read_text("utf-8").splitlines()
    )
}

# The documented words of the pool: meaning, then what the page may show for it.
DOCUMENTED = {
    "current_hashrate": (
        *("Current hashrate", "Total Current Hashrate", "Текущий хешрейт"),
        *("Общий текущий хешрейт", "Ағымдағы хэшрейт", "Жалпы ағымдағы хэшрейт"),
    ),
    "avg_hashrate_24h": (
        *("Average hashrate 24H", "Total average hashrate 24H", "Average 24 hour", "Avarage 24H"),
        *("Средний хешрейт за 24 часа", "Средний хешрейт за 24ч", "Средний за 24 часа"),
        *("Общий средний хешрейт за 24 часа", "Среднее за 24 часа"),
        *("Орташа хэшрейт 24 сағатта", "Жалпы орташа хэшрейт 24 сағатта", "Орташа 24 сағатта"),
    ),
    "online_workers": ("Online workers", "Онлайн воркеры", "Воркеры онлайн", "Онлайн жұмысшылар"),
    "offline_workers": (
        *("Offline workers", "Оффлайн воркеры", "Воркеры оффлайн", "Оффлайн жұмысшылар"),
    ),
    "total_workers": ("Total workers", "Всего воркеров", "Жалпы жұмысшылар"),
    "balance": ("Balance", "Баланс"),
    "last_income": (
        *("Last income", "Last earnings", "Последний доход", "Последний заработок"),
        "Соңғы табыс",
    ),
    "worker": ("Worker", "Workers", "Воркер", "Воркеры", "Жұмысшы", "Жұмысшылар"),
    "status": ("Status", "Статус", "Мәртебе"),
    "ONLINE": ("Online", "ONLINE", "Онлайн"),
    "OFFLINE": ("Offline", "OFFLINE", "Оффлайн"),
    "DEAD": ("Inactive", "DEAD", "Неактивный", "Әрекетсіз"),
    "hashrate_10m": ("Hashrate 10m", "Хешрейт за 10 минут", "Хэшрейт 10 минутта"),
    "hashrate_1h": (
        *("Hashrate 1h", "Хешрейт за 1 час", "Хешрейт/1ч", "Хэшрейт 1 сағатта", "Хешрейт/1с"),
    ),
    "hashrate_24h": (
        *("Hashrate 24h", "Хешрейт за 24 часа", "Хешрейт/24ч", "Хэшрейт 24 сағатта"),
        "Хешрейт/24с",
    ),
    "last_exchange": ("Last share time", "Время последней доли", "Соңғы үлестің уақыты"),
    "date": ("Date", "Дата", "Күн"),
    "earnings": (
        *("Earnings", "Income", "Total income", "Доходы", "Доход", "Заработок", "Общий доход"),
        *("Табыс", "Жалпы табыс"),
    ),
    "payouts": ("Payouts", "Выплаты", "Төлемдер"),
    "amount": ("Amount", "Сумма", "Сома"),
    "empty_table": ("The table is empty", "Пусто", "Таблица пуста", "Кесте бос"),
    "loading": ("Loading", "Загрузка", "Жүктелуде"),
    "load_more": ("Load more", "Загрузить еще"),
}


@pytest.mark.parametrize(
    ("meaning", "text"),
    [(meaning, text) for meaning, texts in DOCUMENTED.items() for text in texts],
)
def test_every_documented_word_is_known(meaning: str, text: str) -> None:
    phrase = words.find(text, {meaning})
    assert phrase is not None
    assert phrase.meaning == meaning


@pytest.mark.parametrize(
    "text",
    [
        "Текущий хешрейт",
        "Текущий хэшрейт",
        "ТЕКУЩИЙ ХЭШРЕЙТ",
        "текущий\u00a0хешрейт",
        " Текущий \n\t хешрейт : ",
        "«Текущий хешрейт»",
        "Текущий хеш\u00adрейт",
        "Текущии\u0306 хешрейт",  # й in two characters
        "Текущий хешрейт (PH/s)",
        "Текущийхешрейт",
    ],
)
def test_spelling_case_spaces_and_punctuation_do_not_matter(text: str) -> None:
    phrase = words.find(text, {"current_hashrate"})
    assert phrase is not None
    assert phrase.text == "Текущий хешрейт"


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Воркеры (202)", "worker"),
        ("Workers (1 202)", "worker"),
        ("Жұмысшылар(3)", "worker"),
        ("Загрузка…", "loading"),
        ("Загрузить ещё", "load_more"),
        ("Далее ›", "next_page"),
        ("›", "next_page"),
    ],
)
def test_counts_dots_and_arrows_beside_a_word_do_not_matter(text: str, meaning: str) -> None:
    phrase = words.find(text, MEANINGS)
    assert phrase is not None
    assert phrase.meaning == meaning


@pytest.mark.parametrize(
    "text",
    ["", " ", "—", "Мои воркеры сегодня", "Баланс 5", "Текущий", "()", "(202)", "Баланс" * 1000],
)
def test_other_text_is_no_word(text: str) -> None:
    assert words.find(text, MEANINGS) is None


def test_only_the_meanings_asked_for_are_found() -> None:
    assert words.find("Баланс", {"worker"}) is None


def test_a_phrase_of_the_table_is_ranked_by_its_place() -> None:
    total = words.find("Общий текущий хешрейт", MEANINGS)
    own = words.find("Текущий хешрейт", MEANINGS)
    assert total is not None
    assert own is not None
    assert total.rank < own.rank


def test_the_language_of_a_phrase_is_known() -> None:
    found = [words.find(text, {"worker"}) for text in ("Workers", "Воркеры", "Жұмысшылар")]
    assert [phrase.language for phrase in found if phrase] == ["en", "ru", "kk"]


def test_a_text_of_punctuation_is_its_own_key() -> None:
    assert words.key(" > ") == ">"


def test_a_phrase_is_found_inside_a_longer_text() -> None:
    phrase = words.mentioned("Ошибка. Эта ссылка\u00a0недействительна!", "revoked")
    assert phrase is not None
    assert phrase.meaning == "revoked"


def test_no_phrase_is_found_in_a_text_without_one() -> None:
    assert words.mentioned("Текущий хешрейт 37.405 PH/s", "revoked") is None


def test_the_table_holds_no_line_twice_and_no_unknown_language() -> None:
    table = files("kzscraper.page").joinpath("words.csv").read_text("utf-8")
    lines = list(csv.DictReader(table.splitlines()))
    keys = [(line["meaning"], line["language"], words.key(line["phrase"])) for line in lines]
    assert len(set(keys)) == len(keys)
    assert {line["language"] for line in lines} == {"en", "ru", "kk", ""}
    assert all(words.key(line["phrase"]) for line in lines)
