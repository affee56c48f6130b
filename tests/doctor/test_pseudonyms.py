"""A page in disguise: nobody is in it, and it is read like the page that it was."""

from __future__ import annotations

import pytest

from kzscraper.doctor import case
from kzscraper.doctor.pseudonyms import disguise
from kzscraper.page.document import Control, Document
from tests.page import saved

LINK = "https://btcpool.kz/observer-link/4828a3fecdaa48eebfa475021b4e8d8d"
ROW = saved.WORKER[1:]


def hidden(html: str, *names: str) -> Document:
    return disguise(Document.from_html(html), LINK, names)


def texts(document: Document) -> list[str]:
    return [line.text for line in document.lines]


def column(document: Document, place: int = 0, table: int = 0) -> list[str]:
    return [row.cells[place] for row in document.tables[table].rows if not row.is_header]


def test_worker_names_are_numbered_in_their_order() -> None:
    names = ("farm.10X16X139X17", "twin", "=1+1", "twin", "<b>5</b>", "—", "x" * 300)
    page = hidden(saved.workers([(name, *ROW) for name in names]))
    assert column(page) == [
        *("worker-001", "worker-002", "worker-003", "worker-002", "worker-004", "—"),
        "worker-005",
    ]
    assert [row.cells[1:] for row in page.tables[0].rows[1:]] == [ROW] * 7


def test_a_name_is_replaced_wherever_it_stands() -> None:
    html = (
        "<h1>Farm of kzfarm01</h1><p>Best: kzfarm01.rig7 (kzfarm01.rig77 is second)</p>"
        "<button title='kzfarm01.rig7'>show kzfarm01.rig7</button>"
        + saved.workers([("kzfarm01.rig7", *ROW), ("kzfarm01.rig77", *ROW)])
        + saved.table(("Rank", "Who"), ("1", "kzfarm01.rig7"))
    )
    page = hidden(html)
    assert texts(page) == [
        "Farm of account-001",
        "Best: worker-001 (worker-002 is second)",
        "show worker-001",
    ]
    [control] = [block for block in page.blocks if isinstance(block, Control)]
    assert (control.text, control.labels) == ("show worker-001", ("worker-001",))
    assert column(page, 1, table=1) == ["worker-001"]


def test_short_names_and_numbers_stay_where_they_may_mean_something_else() -> None:
    html = "<p>a 2025 rig</p>" + saved.workers([("a", *ROW), ("2025", *ROW)])
    assert texts(hidden(html)) == ["a 2025 rig"]


def test_words_of_the_page_stay_whatever_workers_are_called() -> None:
    html = saved.cards(("Balance", "0.5 BTC")) + saved.workers([("Balance", *ROW), ("Next", *ROW)])
    page = hidden(html + saved.buttons("Next"))
    assert texts(page)[0] == "Balance"
    assert texts(page)[-1] == "Next"
    assert column(page) == ["worker-001", "worker-002"]


def test_names_of_the_owner_are_replaced() -> None:
    page = hidden("<h1>Ekibastuz North · Steppe LLP</h1>", "Ekibastuz North", "Steppe LLP")
    assert texts(page) == ["name-001 · name-002"]


def test_a_name_spread_over_elements_is_found() -> None:
    html = "<p><b>kzfarm.</b><i>rig7</i> leads</p>" + saved.workers([("kzfarm.rig7", *ROW)])
    assert texts(hidden(html)) == ["worker-001 leads"]


def test_an_amount_spread_over_elements_keeps_its_pieces() -> None:
    page = hidden("<p>Balance <b>0.0186</b><i>4218</i> BTC</p>")
    [line] = page.lines
    assert [len(piece) for piece in line.pieces] == [8, 6, 4, 4]
    assert line.text != "Balance 0.01864218 BTC"
    assert "0186" not in line.text


@pytest.mark.parametrize(
    "apart", ["<p>{}</p><p>BTC</p>", "<p>{} BTC</p>", "<p><b>{}</b><i>BTC</i></p>"]
)
def test_amounts_of_unknown_labels_are_hidden(apart: str) -> None:
    assert "12.75" not in "".join(texts(hidden("<p>Wallet</p>" + apart.format("12.75"))))


def test_an_amount_inside_a_control_is_the_same_in_its_lines() -> None:
    page = hidden("<button><div>Wallet</div><div>12.75</div><div>BTC</div></button>")
    control = page.blocks[0]
    assert isinstance(control, Control)
    assert control.text == " ".join(texts(page))
    assert "12.75" not in control.text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("to bc1qar0srrr7xfkvy5l643lydnw9re59gtzzwf5mdq", "to " + "x" * 42),
        ("1BoatSLRHtKNngkdXEeobR76b53LETtpyT", "x" * 34),
        ("tx 0f3a9c5b7d1e2f40 seen", f"tx {'x' * 16} seen"),
        ("c8a4d8d3…5f06a6b4", "xxxxxxxx…xxxxxxxx"),
        ("0x52908400098527886E0F7030069857D2E4169EE7", "x" * 42),
        ("10.16.139.17", "xx.xx.xxx.xx"),
        ("10X16X139X17", "xxxxxxxxxxxx"),
        ("aa:bb:cc:00:11:22", "xx:xx:xx:xx:xx:xx"),
        ("write to ops@farm.example.kz", "write to xxx@xxxx.xxxxxxx.xx"),
        (LINK, "https://btcpool.kz/observer-link/xxxx…xxxx"),
        ("22.11.2025 04:45", "22.11.2025 04:45"),
        ("187.650 TH/s", "187.650 TH/s"),
        ("Enable JavaScript and cookies to continue", "Enable JavaScript and cookies to continue"),
    ],
)
def test_identifiers_are_crossed_out(text: str, shown: str) -> None:
    assert texts(hidden(f"<p>{text}</p>")) == [shown]


def test_the_names_of_a_table_that_is_not_recognised_are_replaced() -> None:
    rows = [
        ("rig-alpha", "Работает", "187.650 TH/s", "0.00012345"),
        ("rig-beta", "Работает", "180.000 TH/s", "0.5"),
        ("rig-alpha", "Работает", "—", ""),
        ("rig-gamma", "Стоит", "0 H/s", "0"),
    ]
    page = hidden(saved.table(("Устройство", "Режим", "Скорость", "Сумма"), *rows))
    assert column(page) == ["text-001", "text-002", "text-001", "text-003"]
    assert column(page, 1) == ["Работает", "Работает", "Работает", "Стоит"]
    assert column(page, 2) == [row[2] for row in rows]
    assert not {"0.00012345", "0.5"} & set(column(page, 3))
    assert [row.cells for row in page.tables[0].rows if row.is_header] == [
        ("Устройство", "Режим", "Скорость", "Сумма")
    ]


@pytest.mark.parametrize("name", saved.NAMES)
def test_a_saved_page_is_read_as_before_but_for_who_and_how_much(name: str) -> None:
    before, after = (case.read(page, 200) for page in (saved.page(name), hidden(saved.text(name))))
    for private in ("balance", "last_income"):
        value = before["counters"].pop(private, None)
        assert (value is None) == (after["counters"].pop(private, None) is None)
    for day, other in zip(before["earnings"], after["earnings"], strict=True):
        assert day.pop("total_income") != other.pop("total_income")
    for worker in ("first", "last"):
        if before["workers"][worker]:
            assert before["workers"][worker].pop("worker_name")
            assert after["workers"][worker].pop("worker_name").startswith("worker-")
    errors = [read.pop("error") or "" for read in (before, after)]
    assert len(errors[0]) == len(errors[1])
    assert after == before


def test_a_large_page_is_no_trouble() -> None:
    names = [f"kzfarm.rig{number}" for number in range(5000)]
    rows = [(name, *ROW, "Rack 5") for name in names]
    page = hidden(saved.table((*saved.WORKER_HEADERS, "Place"), *rows))
    assert column(page)[-1] == "worker-5000"
