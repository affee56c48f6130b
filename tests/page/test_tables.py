from __future__ import annotations

import pytest

from kzscraper.page import tables
from kzscraper.page.document import Document
from tests.page import saved

NAME, ONLINE, TEN, ONE, DAY, TIME = saved.WORKER


def find(*html: str) -> list[tables.ReadTable]:
    return tables.find(Document.from_html("".join(html)))


def one(*html: str) -> tables.ReadTable:
    [table] = find(*html)
    return table


def column(table: tables.ReadTable, name: str) -> list[str | None]:
    return [table.cell(row, name) for row in table.rows]


@pytest.mark.parametrize(
    "headers",
    [
        saved.WORKER_HEADERS,
        ("Воркеры", "Статус", "Хешрейт/10м", "Хешрейт/1ч", "Хешрейт/24ч", "Последний обмен"),
        (
            "Workers (202)",
            "Status ▲",
            "Hashrate 10m",
            "Hashrate 1h",
            "HASHRATE 24H",
            "Last share time",
        ),
        (
            *("Жұмысшы", "Мәртебе", "Хэшрейт 10 минутта", "Хэшрейт 1 сағатта"),
            *("Хэшрейт 24 сағатта", "Соңғы үлестің уақыты"),
        ),
        ("Воркер", "Статус", "Хэшрейт за\u00a010 минут", "Хэшрейт/1с", "Хэшрейт/24с", "?"),
    ],
)
def test_a_worker_table_is_known_by_its_headers(headers: tuple[str, ...]) -> None:
    table = one(saved.table(headers, saved.WORKER))
    assert table.kind == "workers"
    assert table.headers == headers
    assert [table.cell(table.rows[0], name) for name in tables.WORKER_COLUMNS] == [*saved.WORKER]


@pytest.mark.parametrize(
    "headers",
    [
        saved.EARNINGS_HEADERS,
        ("Date", "Total income", "Hashrate"),
        ("Date", "Earnings", "Hashrate"),
        ("Күн", "Жалпы табыс", "Хэшрейт"),
        ("Дата", "Доходы", "?"),
        ("День", "Общий доход", "Хешрейт"),
        ("Доходы", "Общий доход", "Хешрейт"),
    ],
)
def test_an_earnings_table_is_known_by_its_headers(headers: tuple[str, ...]) -> None:
    table = one(saved.table(headers, saved.DAY))
    assert table.kind == "earnings"
    assert [table.cell(table.rows[0], name) for name in tables.EARNINGS_COLUMNS] == [*saved.DAY]


@pytest.mark.parametrize(
    ("headers", "row"),
    [
        (("Дата", "Сумма", "Транзакция"), ("11/22/2025 12:00:00 AM", "0.1", "f418")),
        (("Date", "Amount", "Income"), ("11/22/2025 12:00:00 AM", "0.1", "0.1")),
        (("Дата", "Выплаты", "Статус"), ("11/22/2025 12:00:00 AM", "0.1", "ONLINE")),
        (("Күн", "Сома", "Мекенжай"), ("22.11.2025", "0.1", "bc1q")),
        (("Субаккаунт", "Доход", "Хешрейт"), ("acc-1", "0.1", "38.187 PH/s")),
        (("Статус", "Хешрейт"), ("ONLINE", "1 TH/s")),
        (("A", "B"), ("a", "b")),
        (("Воркеры",), ("202",)),
    ],
)
def test_another_table_is_not_taken(headers: tuple[str, ...], row: tuple[str, ...]) -> None:
    assert find(saved.table(headers, row)) == []


def test_extra_columns_are_ignored_and_another_order_is_followed() -> None:
    headers = ("№", "Хешрейт за 24 часа", "Статус", "IP", "Хешрейт за 10 минут", "Воркеры")
    table = one(saved.table(headers, ("1", DAY, ONLINE, "10.0.0.1", TEN, NAME)))
    assert table.columns == {"worker": 5, "status": 2, "hashrate_10m": 4, "hashrate_24h": 1}


def test_a_header_row_without_header_cells_is_found() -> None:
    table = one(saved.headless(saved.WORKER_HEADERS, saved.WORKER))
    assert column(table, "worker") == [NAME]


def test_the_header_may_stand_below_a_row_of_captions() -> None:
    captions = ("Воркеры (2)", "", "Хешрейт", "", "", "")
    html = saved.headless(("Воркеры (2)",), captions, saved.WORKER_HEADERS, saved.WORKER)
    assert column(one(html), "worker") == [NAME]


def test_a_header_that_is_repeated_among_the_rows_is_no_row() -> None:
    html = saved.headless(saved.WORKER_HEADERS, saved.WORKER, saved.WORKER_HEADERS, saved.WORKER)
    assert column(one(html), "worker") == [NAME, NAME]


def test_of_two_columns_that_mean_the_same_the_earlier_phrase_wins() -> None:
    html = saved.table(("Date", "Income", "Total income"), ("2025-11-22", "0.1", "0.2"))
    assert column(one(html), "earnings") == ["0.2"]


def test_of_two_columns_of_the_same_header_the_first_wins() -> None:
    html = saved.table(("Date", "Income", "Income"), ("2025-11-22", "0.1", "0.2"))
    assert column(one(html), "earnings") == ["0.1"]


# --- headers that are not known


def test_columns_of_unknown_headers_are_found_by_their_documented_place() -> None:
    table = one(saved.table(("Воркеры", "Статус", "A", "B", "C", "D"), saved.WORKER))
    assert [*table.columns.values()] == [0, 1, 2, 3, 4, 5]
    assert column(table, "last_exchange") == [TIME]


def test_a_column_of_unknown_header_whose_values_do_not_fit_is_not_taken() -> None:
    headers = (*saved.WORKER_HEADERS[:5], "Комментарий")
    table = one(saved.table(headers, (*saved.WORKER[:5], "2-й ряд")))
    assert "last_exchange" not in table.columns
    assert column(table, "last_exchange") == [None]


def test_the_last_exchange_is_found_by_its_values_in_another_order() -> None:
    headers = ("Отметка", "Статус", "IP", "Воркеры", "Хешрейт за 24 часа")
    rows = [(TIME, ONLINE, "10.0.0.1", NAME, DAY), ("—", ONLINE, "10.0.0.2", NAME, DAY)]
    assert column(one(saved.table(headers, *rows)), "last_exchange") == [TIME, "—"]


def test_the_documented_place_of_the_last_exchange_goes_before_others() -> None:
    headers = (*saved.WORKER_HEADERS[:5], "X", "Y")
    table = one(saved.table(headers, (*saved.WORKER[:5], TIME, "2020-01-01 00:00:00")))
    assert column(table, "last_exchange") == [TIME]


def test_the_last_exchange_may_be_called_a_date() -> None:
    html = saved.table((*saved.WORKER_HEADERS[:5], "Дата"), saved.WORKER)
    assert column(one(html), "last_exchange") == [TIME]


@pytest.mark.parametrize("extra", [("№", "1"), ("IP", "10.0.0.1"), ("", "")])
@pytest.mark.parametrize("place", [0, 2, 3, 4])
def test_unknown_headers_that_an_extra_column_has_shifted_are_not_guessed(
    extra: tuple[str, str], place: int
) -> None:
    headers, row = ["Воркеры", "Статус", "A", "B", "C", "D"], list(saved.WORKER)
    headers.insert(place, extra[0])
    row.insert(place, extra[1])
    table = one(saved.table(headers, row))
    assert table.columns.keys() == {"worker", "status", "last_exchange"}
    assert column(table, "last_exchange") == [TIME]


def test_unknown_headers_before_an_extra_column_are_found() -> None:
    headers = ("Воркеры", "Статус", "A", "B", "C", "D", "Доля отказов")
    table = one(saved.table(headers, (*saved.WORKER, "0.02 %")))
    assert [table.cell(table.rows[0], name) for name in tables.WORKER_COLUMNS] == [*saved.WORKER]


def test_a_column_of_dashes_does_not_keep_its_neighbours_from_being_found() -> None:
    headers = ("Воркеры", "Статус", "A", "B", "C", "D")
    table = one(saved.table(headers, (NAME, "OFFLINE", "—", "—", DAY, "—")))
    assert column(table, "hashrate_24h") == [DAY]
    assert column(table, "last_exchange") == [None]


# --- rows


@pytest.mark.parametrize(
    "notice",
    [
        *("Таблица пуста", "Пусто", "The table is empty", "Кесте бос", "No data"),
        *("Loading", "Загрузка…", "Жүктелуде", "Ничего не найдено", "50 / 202"),
    ],
)
def test_a_notice_across_the_table_is_no_row(notice: str) -> None:
    row = f"<tr><td colspan='6'><div>{notice}</div></td></tr>"
    html = saved.workers([]).replace("<tbody>", f"<tbody>{row}")
    assert one(html).rows == []


@pytest.mark.parametrize("notice", ["Таблица пуста", "Loading..."])
def test_a_notice_in_the_first_of_empty_cells_is_no_row(notice: str) -> None:
    assert one(saved.workers([(notice, "", "", "", "", "")])).rows == []


def test_a_row_of_blank_cells_is_no_row() -> None:
    assert one(saved.workers([("", "", "", "", "", "")])).rows == []


def test_a_worker_of_whom_nothing_is_shown_but_the_name_is_a_row() -> None:
    assert column(one(saved.workers([("rig-1", "", "", "", "", "")])), "worker") == ["rig-1"]


def test_a_table_without_rows_is_known() -> None:
    assert [(table.kind, table.rows) for table in find(saved.workers([]), saved.earnings([]))] == [
        ("workers", []),
        ("earnings", []),
    ]


def test_a_row_that_is_too_short_has_no_such_cell() -> None:
    table = one(saved.workers([(NAME, ONLINE)]))
    assert column(table, "hashrate_24h") == [None]


def test_one_cell_for_all_hashrates_does_not_shift_the_last_exchange() -> None:
    row = f"<tr><td>{NAME}<td>OFFLINE<td colspan=3>—<td>{TIME}</tr>"
    html = saved.workers([]).replace("<tbody>", f"<tbody>{row}")
    assert column(one(html), "last_exchange") == [TIME]
    assert column(one(html), "hashrate_1h") == [""]


# --- a header in a table of its own


def test_a_header_in_a_table_of_its_own_belongs_to_the_next() -> None:
    table = one(saved.workers([]), saved.headless(saved.WORKER, saved.WORKER))
    assert column(table, "worker") == [NAME, NAME]


def test_the_header_may_have_a_cell_more_for_the_scrollbar() -> None:
    headers = saved.table((*saved.WORKER_HEADERS, ""))
    assert column(one(headers, saved.headless(saved.WORKER)), "last_exchange") == [TIME]


def test_the_block_is_the_one_that_holds_the_rows() -> None:
    document = Document.from_html(saved.workers([]) + saved.headless(saved.WORKER))
    [table] = tables.find(document)
    assert table.block is document.tables[1]


@pytest.mark.parametrize("between", ["", "<table></table>"])
@pytest.mark.parametrize(
    "other",
    [
        saved.table(("Дата", "Сумма", "Транзакция"), ("2025-11-22", "0.1", "f418")),
        saved.headless(saved.EARNINGS_HEADERS, saved.DAY),
        saved.headless(("Комиссия", "1 %")),
        saved.headless(("Таблица пуста",)),
    ],
)
def test_an_empty_worker_table_does_not_take_the_rows_of_another(other: str, between: str) -> None:
    workers, *_ = find(saved.workers([]), between, other)
    assert (workers.kind, workers.rows) == ("workers", [])


def test_an_empty_table_between_header_and_body_does_not_part_them() -> None:
    table = one(saved.workers([]), "<table></table>", saved.headless(saved.WORKER))
    assert column(table, "worker") == [NAME]


def test_tables_are_given_in_the_order_of_the_page() -> None:
    payouts = saved.table(("Дата", "Сумма"), ("2025-11-22", "0.1"))
    found = find(saved.earnings(), payouts, saved.workers(), saved.workers())
    assert [table.kind for table in found] == ["earnings", "workers", "workers"]
