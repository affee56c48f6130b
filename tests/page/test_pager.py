from __future__ import annotations

import pytest

from kzscraper.page.document import Document
from kzscraper.page.pager import Pager
from kzscraper.page.tables import Kind
from tests.page import saved
from tests.page.saved import buttons

# At page 9, the first of these is the number of the next page.
SIZES = "".join(f"<button title='rows'>{size}</button>" for size in (10, 25, 50))


def icons(states: str) -> str:
    """Buttons without text, numbered from 0: `-` for a disabled one, `+` for another."""
    return "".join(
        f"<button data-control='{number}'{' disabled' if state == '-' else ''}>"
        "<svg viewBox='0 0 16 16'><title>arrow</title><path d='M1 1'/></svg></button>"
        for number, state in enumerate(states)
    )


def press(html: str, page: int = 1, kind: Kind = "workers") -> tuple[str, str] | None:
    """What is pressed on that page of the table: how it was recognised, and its text and labels."""
    document = Document.from_html(html)
    step = Pager(page).next_step(document, kind)
    return (
        (step.kind, " ".join([step.control.text, *step.control.labels]).strip()) if step else None
    )


def below(controls: str, page: int = 1) -> tuple[str, str] | None:
    """As `press`, with these controls below the worker table."""
    return press(saved.workers() + f"<nav>{controls}</nav>", page)


@pytest.mark.parametrize(
    "text",
    [
        *("Next", "NEXT »", "Next page", "Go to next page"),
        *("Далее", "Следующая", "Следующая страница", "Вперёд", "далее ›"),
        *("Келесі", "Келесі бет", "›", ">", "→", "❯"),
    ],
)
def test_next_is_known_by_its_text_or_label(text: str) -> None:
    shown = text.replace(">", "&gt;")
    assert below(f"<button>Назад</button><button>{shown}</button>") == ("next", text)
    assert below(icons("-") + f"<button aria-label='{shown}'></button>") == ("next", text)
    assert below(icons("-") + f"<a title='{shown}' href='#'></a>") == ("next", text)


@pytest.mark.parametrize("text", ["Load more", "Show more", "Загрузить ещё", "Показать еще (52)"])
def test_load_more_is_known_by_its_text(text: str) -> None:
    assert below(buttons(text)) == ("load more", text)


@pytest.mark.parametrize(
    "off", ["disabled", "disabled=''", "aria-disabled='true'", "disabled aria-disabled='true'"]
)
@pytest.mark.parametrize("name", ["Далее", "Загрузить еще", "2"])
def test_a_disabled_control_ends_the_walk(off: str, name: str) -> None:
    assert below(f"<button>Назад</button><button {off}>{name}</button>") is None


def test_a_disabled_next_ends_the_walk_though_a_number_could_be_pressed() -> None:
    assert below(buttons("1", "2", "!Далее")) is None


# --- numbers


@pytest.mark.parametrize(
    ("controls", "page", "pressed"),
    [
        (("1", "2", "3"), 1, "2"),
        (("1", "2", "3"), 2, "3"),
        (("1", "2", "3"), 3, None),
        (("1", "8", "9", "10", "20"), 9, "10"),
        (("1", "8", "10", "20"), 9, "10"),  # the page that is shown is no control
        (("2", "3"), 1, "2"),
        (("1", "20"), 9, None),
        (("01", "02"), 1, None),
        (("1", "2 "), 1, "2"),
        (("9" * 5000,), 1, None),
    ],
)
def test_numbers_are_followed_one_by_one(
    controls: tuple[str, ...], page: int, pressed: str | None
) -> None:
    assert below(buttons(*controls), page) == (("numbers", pressed) if pressed else None)


@pytest.mark.parametrize(
    ("pager", "pressed"),
    [
        (buttons("Назад", "Далее"), ("next", "Далее")),
        (buttons(*(str(number) for number in range(1, 13))), ("numbers", "10")),
        (buttons("1", "8", "10", "12"), ("numbers", "10")),
        (buttons("Загрузить еще"), ("load more", "Загрузить еще")),
    ],
)
def test_page_sizes_are_not_followed_where_there_is_a_better_control(
    pager: str, pressed: tuple[str, str]
) -> None:
    assert below(SIZES + pager, page=9) == pressed
    assert below(pager + SIZES, page=9) == pressed


@pytest.mark.parametrize("sizes", [("10", "25", "50"), ("5", "10", "20"), ("10", "20", "100")])
@pytest.mark.parametrize("page", [1, 4, 9, 19])
def test_page_sizes_alone_are_not_followed(sizes: tuple[str, ...], page: int) -> None:
    assert below(buttons(*sizes), page) is None


# --- icons


def walk(pager: Pager, *bars: str) -> list[int | None]:
    """The number of the control that is pressed on each of these pages of the worker table."""
    pressed = []
    for bar in bars:
        step = pager.next_step(Document.from_html(saved.workers() + bar), "workers")
        pressed.append(step.control.number if step else None)
        pager.page += 1
    return pressed


@pytest.mark.parametrize(
    ("bars", "pressed"),
    [
        (("-+", "++", "+-"), [1, 1, None]),
        (("--++", "++++", "++--"), [2, 2, None]),
        (("+-+", "+++", "++-"), [2, 2, None]),
        (("--",), [None]),
        (("++",), [None]),
        (("+",), [None]),
        (("+-",), [None]),
        (("-",), [None]),
        (("-+", "-"), [1, None]),
    ],
)
def test_the_icon_behind_a_disabled_one_leads_on(
    bars: tuple[str, ...], pressed: list[int | None]
) -> None:
    assert walk(Pager(), *map(icons, bars)) == pressed


def test_page_sizes_do_not_go_before_icons() -> None:
    assert walk(Pager(page=8), SIZES + icons("-+"), SIZES + icons("++")) == [1, 1]


def test_double_and_single_angles_lead_to_the_next_page_only() -> None:
    first = buttons("!«", "!‹", "›", "»")
    last = buttons("«", "‹", "!›", "!»")
    assert [below(first), below(last, 2)] == [("next", "›"), None]


def test_double_angles_alone_are_icons() -> None:
    assert below(buttons("!«", "»")) == ("icon", "»")


def test_angles_around_numbers_do_not_go_before_them() -> None:
    assert below(buttons("!«", "1", "2", "3", "»")) == ("numbers", "2")


# --- whose controls


def test_without_any_control_there_is_no_step() -> None:
    assert press(saved.workers()) is None


def test_without_the_table_there_is_no_step() -> None:
    assert press(saved.earnings() + buttons("Далее")) is None
    assert press(saved.workers() + buttons("Далее"), kind="earnings") is None


def test_links_of_the_page_are_no_pager() -> None:
    menu = "<a href='/ru'>RU</a><a href='/kk'>KZ</a><a href='/'><img alt=''></a>"
    assert press(menu + saved.workers() + menu) is None


def test_the_pager_of_the_earnings_below_is_not_that_of_the_workers() -> None:
    html = saved.workers() + "<h2>Доходы</h2>" + saved.earnings() + buttons("Назад", "Далее")
    assert press(html) is None
    assert press(html, kind="earnings") == ("next", "Далее")


def test_the_pager_of_the_earnings_above_is_not_that_of_the_workers() -> None:
    html = saved.earnings() + buttons("Назад", "Далее") + saved.workers()
    assert press(html) is None
    assert press(html, kind="earnings") == ("next", "Далее")


def test_a_pager_over_its_table_is_told_from_that_of_the_table_above_by_the_title() -> None:
    html = (
        *(saved.earnings(), buttons("!Далее"), "<h2>Воркеры (202)</h2>", buttons("Далее")),
        saved.workers(),
    )
    assert press("".join(html)) == ("next", "Далее")
    assert press("".join(html), kind="earnings") is None


def test_a_pager_over_the_table_below_is_told_by_its_title() -> None:
    html = saved.workers() + "<h2>Доходы</h2>" + buttons("Далее") + saved.earnings()
    assert press(html) is None
    assert press(html, kind="earnings") == ("next", "Далее")


def test_a_pager_over_the_only_table_is_used() -> None:
    assert press("<h2>Воркеры</h2>" + buttons("1", "2") + saved.workers()) == ("numbers", "2")


def test_the_controls_below_the_table_go_before_those_above() -> None:
    assert press(buttons("Next") + saved.workers() + buttons("Далее")) == ("next", "Далее")


def test_a_pager_in_the_foot_of_the_table_is_found() -> None:
    foot = f"<tfoot><tr><td colspan='6'>{buttons('!Назад', 'Далее')}</td></tr></tfoot>"
    html = saved.workers().replace("</table>", f"{foot}</table>") + saved.earnings()
    assert press(html) == ("next", "Далее")
    assert press(html, kind="earnings") is None


def test_a_pager_below_a_body_with_a_header_of_its_own_is_found() -> None:
    html = saved.workers([]) + saved.headless(saved.WORKER) + buttons("Далее")
    assert press(html) == ("next", "Далее")


@pytest.mark.parametrize(
    ("name", "kind", "pressed"),
    [
        ("ru_cards_div", "workers", ("next", "Далее")),
        ("ru_cards_div", "earnings", ("next", "Далее")),
        ("en_cards_p", "workers", ("next", "Next page")),
        ("en_cards_p", "earnings", None),
        ("kk_cards_dl", "workers", ("numbers", "2")),
        ("kk_cards_dl", "earnings", None),
        ("ru_cards_span", "workers", ("load more", "Загрузить ещё (12)")),
        ("en_cards_inline", "workers", None),
        ("ru_no_balance_no_earnings", "workers", None),
        ("ru_only_balance", "workers", None),
    ],
)
def test_saved_pages(name: str, kind: Kind, pressed: tuple[str, str] | None) -> None:
    assert press(saved.text(name), kind=kind) == pressed
