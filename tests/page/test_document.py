from __future__ import annotations

import pytest

from kzscraper.page.document import Control, Document, Line, Table, squeeze
from tests.page import saved


def lines(html: str) -> list[str]:
    return [line.text for line in Document.from_html(html).lines]


def rows(html: str) -> list[tuple[str, ...]]:
    [table] = Document.from_html(html).tables
    return [row.cells for row in table.rows]


def controls(html: str) -> list[Control]:
    return [one for one in Document.from_html(html).blocks if isinstance(one, Control)]


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<div>a</div><div>b</div>", ["a", "b"]),
        ("<p>a<p>b", ["a", "b"]),
        ("<span>a</span><span>b</span>", ["ab"]),
        ("<span>a</span> <b>b</b>\n<i>c</i>", ["a b c"]),
        ("a<br>b<br/>c", ["a", "b", "c"]),
        ("<dl><dt>a</dt><dd>b</dd></dl>", ["a", "b"]),
        ("<div>a<div>b</div>c</div>", ["a", "b", "c"]),
        ("<div>0.5<img src='x.png'>BTC<wbr>!</div>", ["0.5BTC!"]),
        ("<h1> a \n\t b </h1>", ["a b"]),
        ("<p>a\u00a0b</p>", ["a\u00a0b"]),
        ("<p>\u00a0</p><p> </p>", []),
        ("<ul><li>a<li>b</ul>", ["a", "b"]),
        ("<x-card>a</x-card><x-card>b</x-card>", ["a", "b"]),
        ("only text", ["only text"]),
        ("<p>&lt;script&gt; &amp; &quot;&#9935;", ['<script> & "⛏']),
    ],
)
def test_blocks_and_breaks_make_lines(html: str, shown: list[str]) -> None:
    assert lines(html) == shown


@pytest.mark.parametrize(
    "hidden",
    [
        "<script>no</script>",
        "<style>no</style>",
        "<noscript><p>no</p></noscript>",
        "<template><p>no</p></template>",
        "<svg><title>no</title><text>no</text></svg>",
        "<iframe>no</iframe>",
        "<select><option>no</option></select>",
        "<b hidden>no</b>",
        "<b hidden=''>no <i>no</i></b>",
        "<b style='display:none'>no</b>",
        "<b style='color: red; DISPLAY : none !important'>no</b>",
        "<b style='visibility: hidden'>no</b>",
        "<b style='display:none'><b hidden>no</b>no</b>",
        "<table hidden><tr><td>no</td></tr></table>",
        "<!-- no -->",
        "<!-- no --><!-- <p>no</p> -->",
        "<?php no ?>",
    ],
)
def test_what_nobody_sees_is_left_out_and_the_text_behind_it_stays(hidden: str) -> None:
    document = Document.from_html(f"<div>before {hidden}behind</div><div>next</div>")
    assert [line.text for line in document.lines] == ["before behind", "next"]
    assert len(document.blocks) == 2


def test_hidden_cells_and_rows_are_left_out() -> None:
    html = (
        "<table><tr><td>a</td><td hidden>no</td><td>b<i hidden>no</i>c</td></tr>"
        "<tr style='display:none'><td>no</td></tr>"
        "<tbody hidden><tr><td>no</td></tr></tbody></table>"
    )
    assert rows(html) == [("a", "bc")]


def test_a_comment_inside_text_does_not_cut_it() -> None:
    assert lines("<h2>Воркеры (<!-- -->202<!-- -->)</h2>") == ["Воркеры (202)"]
    assert rows("<table><tr><td>37.405<!-- --> PH/s</td></tr></table>") == [("37.405 PH/s",)]


def test_a_line_knows_the_pieces_that_its_elements_hold() -> None:
    assert Document.from_html("<p><b>Баланс</b><i>0.5</i>BTC</p>").lines == [
        Line(("Баланс", "0.5", "BTC"))
    ]


def test_lines_tables_and_controls_keep_their_order() -> None:
    document = Document.from_html(
        "a<table><tr><td>b</td></tr></table>c<button>d</button>e<table></table>"
    )
    shown = [
        block.text if isinstance(block, Line) else type(block).__name__ for block in document.blocks
    ]
    assert shown == ["a", "Table", "c", "Control", "d", "e", "Table"]


def test_cells_are_read_by_row() -> None:
    html = saved.table(("A", "B"), ("a", "b"), ("c", ""))
    assert rows(html) == [("A", "B"), ("a", "b"), ("c", "")]


@pytest.mark.parametrize(
    "html",
    [
        "<table><thead><tr><th>A</th></tr></thead><tr><td>a</td></tr></table>",
        "<table><thead><tr><td>A</td></tr></thead><tbody><tr><td>a</td></tr></tbody></table>",
        "<table><tr><th>A</th></tr><tr><td>a</td></tr></table>",
        "<table><tr><th>A<tr><td>a</table>",
    ],
)
def test_a_header_row_is_known_by_its_cells_or_its_place(html: str) -> None:
    [table] = Document.from_html(html).tables
    assert [row.is_header for row in table.rows] == [True, False]


def test_a_row_with_a_header_cell_of_its_own_is_no_header_row() -> None:
    [table] = Document.from_html("<table><tr><th>a</th><td>b</td></tr></table>").tables
    assert not table.rows[0].is_header


def test_rows_may_stand_in_other_elements_than_the_usual() -> None:
    html = "<table><div><tr><div><td>a</td></div><td>b</td></tr></div></table>"
    assert rows(html) == [("a", "b")]


def test_a_table_in_a_cell_is_text_of_the_cell() -> None:
    inner = "<table><thead><tr><th>in</th><th>ner</th></tr></thead><tr><td>x</td></tr></table>"
    assert rows(f"<table><tr><td>a{inner}b</td><td>c</td></tr></table>") == [("a in ner x b", "c")]


def test_lines_in_a_cell_are_set_apart_by_a_space() -> None:
    html = "<table><tr><td><div>a</div><div>b<br>c</div><b>d</b><i>e</i></td></tr></table>"
    assert rows(html) == [("a b c de",)]


def test_cells_behind_one_that_covers_several_columns_keep_their_column() -> None:
    html = "<table><tr><td>a</td><td colspan='3'>—</td><td>b</td></tr></table>"
    assert rows(html) == [("a", "—", "", "", "b")]


@pytest.mark.parametrize("span", ["0", "-1", "1", "", "two", "1.5", "٣", "9" * 5000])
def test_a_colspan_that_means_nothing_shifts_nothing(span: str) -> None:
    [cells] = rows(f"<table><tr><td colspan='{span}'>a</td><td>b</td></tr></table>")
    assert cells[0] == "a"
    assert cells[-1] == "b"
    assert len(cells) <= 21


def test_a_row_of_one_cell_stays_one_cell() -> None:
    assert rows("<table><tr><td colspan='6'>Таблица пуста</td></tr></table>") == [
        ("Таблица пуста",)
    ]


def test_a_caption_and_text_between_the_cells_are_no_rows() -> None:
    html = "<table>x<caption>Воркеры</caption><tr>y<td>a</td>z</tr></table>after"
    assert rows(html) == [("a",)]
    assert lines(html) == ["after"]


def test_the_foot_of_a_table_is_no_data_but_may_hold_controls() -> None:
    html = (
        "<table><tr><td>a</td></tr><tfoot><tr><td>Итого</td><td><a href='#'>1</a>"
        "<button title='Next page'></button></td></tr></tfoot></table><button>after</button>"
    )
    assert rows(html) == [("a",)]
    assert [(one.text, one.labels) for one in controls(html)] == [
        ("1", ()),
        ("", ("Next page",)),
        ("after", ()),
    ]


def test_controls_in_other_cells_are_only_text() -> None:
    html = "<table><tr><td><a href='/w/1'>rig</a><button>copy</button></td></tr></table>"
    assert rows(html) == [("rigcopy",)]
    assert controls(html) == []


@pytest.mark.parametrize(
    ("html", "control"),
    [
        ("<button>Далее</button>", Control(None, "Далее", (), False, False)),
        ("<a href='#'>2</a>", Control(None, "2", (), False, False)),
        ("<button data-control='7'>a</button>", Control(7, "a", (), False, False)),
        ("<button data-control='x'>a</button>", Control(None, "a", (), False, False)),
        (f"<a data-control='{'9' * 5000}'>a</a>", Control(None, "a", (), False, False)),
        ("<button disabled>a</button>", Control(None, "a", (), True, False)),
        ("<button aria-disabled='true'>a</button>", Control(None, "a", (), True, False)),
        ("<button aria-disabled='false'>a</button>", Control(None, "a", (), False, False)),
        ("<a aria-current='page'>1</a>", Control(None, "1", (), False, True)),
        ("<a aria-current>1</a>", Control(None, "1", (), False, True)),
        ("<a aria-current='false'>1</a>", Control(None, "1", (), False, False)),
        (
            "<button aria-label='Next page' title='Далее'></button>",
            Control(None, "", ("Next page", "Далее"), False, False),
        ),
        ("<button aria-label=''>a</button>", Control(None, "a", (), False, False)),
        (
            "<button><svg><title>right</title><path d='M1 1'/></svg></button>",
            Control(None, "", (), False, False),
        ),
        (
            "<button><style>.css-1{}</style><span hidden>no</span><b>2</b></button>",
            Control(None, "2", (), False, False),
        ),
        ("<a><div>Load</div><div>more</div></a>", Control(None, "Load more", (), False, False)),
    ],
)
def test_a_control_is_what_a_person_sees_of_it(html: str, control: Control) -> None:
    assert controls(html) == [control]


def test_a_control_stands_in_lines_of_its_own() -> None:
    assert lines("<p>Баланс <a>1</a><a>2</a> end</p>") == ["Баланс", "1", "2", "end"]


@pytest.mark.parametrize(
    ("html", "asks"),
    [
        ("<form><input type='password'></form>", True),
        ("<form hidden><input type='password'></form>", False),
        ("<form><input type='search'></form>", False),
    ],
)
def test_a_password_field_is_noticed(html: str, asks: bool) -> None:
    assert Document.from_html(html).asks_for_password is asks


@pytest.mark.parametrize("html", ["", " \n", "<!-- -->", "<!DOCTYPE html>", "<?php ?>", "<html>"])
def test_a_page_of_nothing_is_an_empty_document(html: str) -> None:
    assert Document.from_html(html) == Document()


@pytest.mark.parametrize(
    ("html", "shown"),
    [
        ("<p>a\0b", ["a\ufffdb"]),
        ("<p>a\ud800b", ["a\ufffdb"]),  # half a character, as a script may cut one
        ("<p>a\x01b", ["a\x01b"]),
        ("\ufeff<p>a", ["a"]),
        ("<?xml version='1.0' encoding='utf-16'?><p>Привет", ["Привет"]),
        ("<meta charset='windows-1251'><p>Привет", ["Привет"]),
        ("<p>a</p></body><p>b</p>", ["a", "b"]),
        ("</div></table><p>a", ["a"]),
    ],
)
def test_odd_text_is_read_as_far_as_it_goes(html: str, shown: list[str]) -> None:
    assert lines(html) == shown


def test_a_deep_page_is_read_to_its_end() -> None:
    html = "<div>" * 1000 + "deep" + "</div>" * 1000 + "<p>end</p>"
    assert lines(html) == ["deep", "end"]


@pytest.mark.parametrize(
    ("text", "squeezed"),
    [(" a  b\n\tc ", "a b c"), ("a\u00a0\u00a0b", "a\u00a0\u00a0b"), ("\u00a0a", "\u00a0a")],
)
def test_white_space_is_squeezed_as_a_browser_does(text: str, squeezed: str) -> None:
    assert squeeze(text) == squeezed


@pytest.mark.parametrize("name", saved.NAMES)
def test_a_saved_page_shows_nothing_of_its_scripts_and_styles(name: str) -> None:
    document = saved.page(name)
    text = "\n".join(line.text for line in document.lines)
    for unseen in ("props", "css", "pageProps", "7.77777777", "8.88888888", "9.99999999", "max-"):
        assert unseen not in text
    assert all(isinstance(block, Line | Table | Control) for block in document.blocks)
    assert document.blocks
