from __future__ import annotations

import pytest

from kzscraper.page import counters
from kzscraper.page.document import Document
from tests.page import saved


def read(html: str) -> dict[str, str]:
    """The text of each counter."""
    return {name: one.text for name, one in counters.find(Document.from_html(html)).items()}


def readable(html: str) -> dict[str, bool]:
    return {name: one.readable for name, one in counters.find(Document.from_html(html)).items()}


@pytest.mark.parametrize(
    "html",
    [
        "<div>Текущий хешрейт</div><div>37.405 PH/s</div>",
        "<p>Текущий хешрейт</p><p>37.405 PH/s</p>",
        "<div><span>Текущий хешрейт</span></div><div><span>37.405 PH/s</span></div>",
        "<dl><dt>Текущий хешрейт</dt><dd>37.405 PH/s</dd></dl>",
        "<div><div><div>Текущий хешрейт</div></div><div><b>37.405</b> <i>PH/s</i></div></div>",
        "<div>Текущий хешрейт<br>37.405 PH/s</div>",
        "<div>Текущий\n хешрейт:</div><div>37.405 PH/s</div>",
        "<div>Текущий хешрейт: 37.405 PH/s</div>",
        "<div>Текущий хешрейт 37.405 PH/s</div>",
        "<div>Текущий хешрейт : <b>37.405 PH/s</b></div>",
        "<button>Текущий хешрейт</button><div>37.405 PH/s</div>",
        "<div>Текущий хешрейт</div><div>37.405</div><div>PH/s</div>",
    ],
)
def test_the_value_stands_behind_or_below_its_label(html: str) -> None:
    assert read(html) == {"current_hashrate": "37.405 PH/s"}


@pytest.mark.parametrize(
    "html",
    [
        "<div><span>Текущий хешрейт</span><span>37.405</span><span>PH/s</span></div>",
        "<div><span><b>Текущий</b> <b>хешрейт</b></span><i>37.405</i><i>PH/s</i></div>",
        "<div>Текущий хешрейт</div><div><span>37.405</span><span>PH/s</span></div>",
    ],
)
def test_label_number_and_unit_in_elements_of_one_line(html: str) -> None:
    assert read(html) == {"current_hashrate": "37.405PH/s"}
    assert readable(html) == {"current_hashrate": True}


@pytest.mark.parametrize(
    ("label", "meaning", "value"),
    [
        ("Средний хешрейт за 24ч", "avg_hashrate_24h", "38.210 PH/s"),
        ("Общий средний хешрейт за 24 часа", "avg_hashrate_24h", "1 020,5 PH/s"),
        ("Жалпы орташа хэшрейт 24 сағатта", "avg_hashrate_24h", "38,2 ПХ/с"),
        ("Онлайн воркеры", "online_workers", "1 204"),
        ("Workers offline", "offline_workers", "2"),
        ("Total workers", "total_workers", "202"),
        ("Последний доход", "last_income", "0.01570138"),
        ("BALANCE", "balance", "0,01864218 BTC"),
    ],
)
@pytest.mark.parametrize("between", [": ", "</p><p>", " ", ":<br>"])
def test_labels_with_numbers_in_them_are_told_from_their_values(
    label: str, meaning: str, value: str, between: str
) -> None:
    assert read(f"<p>{label}{between}{value}</p>") == {meaning: value}


@pytest.mark.parametrize(
    "html",
    [
        "<p>Баланс</p>",
        "<nav><a>Баланс</a><a>Воркеры</a><a>Доходы</a></nav>",
        "<nav><a>Баланс</a><a>Воркеры (202)</a></nav>",
        "<a>Баланс</a><p>Мы на связи 24 часа</p>",
        "<p>Баланс обновляется каждые 10 минут</p>",
        "<p>Баланс</p><p>Последний доход</p>",
        "<p>Баланс</p><p>Ваш баланс виден только вам</p>",
        f"<p>Баланс</p><p>{'24 часа в сутки ' * 9}</p>",
        "<p>Баланс</p><table><tr><td>0.5</td></tr></table>",
        "<p>Баланс</p><table><tr><td>a</td></tr></table><a>1</a><a>2</a>",
        "<table><tr><td>Баланс</td><td>0.5</td></tr></table>",
        "<p>Баланс</p><p hidden>0.5BTC</p>",
        "<p>Мой Баланс: 0.5</p>",
    ],
)
def test_a_label_without_a_value_is_no_counter(html: str) -> None:
    assert read(html) == {}


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ("<p>Баланс</p><p>Последний доход</p><p>0.1</p>", {"last_income": "0.1"}),
        ("<p>Баланс</p><p>Последний доход: 0.1</p>", {"last_income": "0.1"}),
        ("<p>Баланс</p><p>Онлайн воркеры 7</p><p>0.5</p>", {"online_workers": "7"}),
        ("<p>Баланс</p><p>0.5</p><p>Онлайн воркеры</p>", {"balance": "0.5"}),
    ],
)
def test_a_label_before_another_label_has_no_value(html: str, found: dict[str, str]) -> None:
    assert read(html) == found


def test_the_phrase_that_stands_first_in_the_word_table_wins() -> None:
    own, total = ("Текущий хешрейт", "18.7 PH/s"), ("Общий текущий хешрейт", "37.4 PH/s")
    assert read(saved.cards(own, total)) == {"current_hashrate": "37.4 PH/s"}
    assert read(saved.cards(total, own)) == {"current_hashrate": "37.4 PH/s"}


def test_of_the_same_label_twice_the_first_value_wins() -> None:
    assert read(saved.cards(("Баланс", "0.1BTC"), ("Баланс", "0.2BTC"))) == {"balance": "0.1BTC"}


@pytest.mark.parametrize("noise", ["24 часа", "—", "|", "9 из 10"])
def test_a_menu_with_the_words_of_a_label_does_not_hide_the_card(noise: str) -> None:
    html = f"<nav><a>Баланс</a><a>{noise}</a></nav>" + saved.cards(("Баланс", "0.5BTC"))
    assert read(html) == {"balance": "0.5BTC"}


@pytest.mark.parametrize(
    ("label", "value"),
    [
        ("Баланс", "12.5 mBTC"),
        ("Баланс", "$ 1 250"),
        ("Баланс", "≈ 0.5 BTC"),
        ("Текущий хешрейт", "37.405"),
        ("Текущий хешрейт", "37.405 кВт"),
        ("Онлайн воркеры", "200 / 202"),
        ("Онлайн воркеры", "1.5"),
    ],
)
def test_a_value_that_cannot_be_read_is_given_as_text(label: str, value: str) -> None:
    html = saved.cards((label, value))
    assert list(read(html).values()) == [value]
    assert list(readable(html).values()) == [False]


@pytest.mark.parametrize("unit", ["mBTC", "µBTC", "sat", "USD", "USDT", "KZT", "$", "₸"])
def test_an_amount_is_not_taken_for_btc_when_its_own_unit_stands_in_the_next_line(
    unit: str,
) -> None:
    html = f"<div>Баланс</div><div>12.5</div><div>{unit}</div>"
    assert read(html) == {"balance": f"12.5 {unit}"}
    assert readable(html) == {"balance": False}


@pytest.mark.parametrize("behind", ["BTC", "₿"])
def test_an_amount_and_its_unit_may_stand_in_lines_of_their_own(behind: str) -> None:
    html = f"<div>Баланс</div><div>0.01864218</div><div>{behind}</div>"
    assert read(html) == {"balance": f"0.01864218 {behind}"}
    assert readable(html) == {"balance": True}


@pytest.mark.parametrize("behind", ["≈ $1 770", "USD", "BTC", "Вывести", "10:30"])
def test_what_stands_below_a_whole_value_does_not_matter(behind: str) -> None:
    assert read(f"<p>Баланс</p><p>0.01864218BTC</p><p>{behind}</p>") == {"balance": "0.01864218BTC"}


def test_a_coin_below_a_count_does_not_matter() -> None:
    assert read("<p>Онлайн воркеры</p><p>200</p><p>BTC</p>") == {"online_workers": "200"}


@pytest.mark.parametrize("blank", ["—", "-", "N/A"])
def test_a_blank_value_is_readable(blank: str) -> None:
    html = saved.cards(("Последний доход", blank))
    assert (read(html), readable(html)) == ({"last_income": blank}, {"last_income": True})


def test_a_label_in_very_many_pieces_costs_no_time() -> None:
    # Cut at each of its pieces, this line would take minutes.
    assert read("<p>Баланс" + "<b>x</b>" * 50_000 + "</p>") == {}


def test_a_line_of_many_words_is_read_by_its_first_ones() -> None:
    assert read("<p>Баланс: 0.5 BTC " + "сегодня " * 5000 + "</p>") == {}


@pytest.mark.parametrize("name", saved.NAMES)
def test_every_counter_of_a_saved_page_is_read_but_one(name: str) -> None:
    found = counters.find(saved.page(name))
    unreadable = [one.text for one in found.values() if not one.readable]
    assert unreadable == (["12.5 mBTC"] if name == "en_cards_p" else [])


def test_the_language_of_the_labels_is_known() -> None:
    found = counters.find(saved.page("kk_cards_dl"))
    assert found["current_hashrate"].phrase.language == "kk"
    assert found["current_hashrate"].phrase.text == "Жалпы ағымдағы хэшрейт"
