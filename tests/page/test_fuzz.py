"""Whatever a page holds, reading it never raises; what is read is clean."""

from __future__ import annotations

import functools
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scrapy.utils.test import get_crawler

from kzscraper.page import parsers
from kzscraper.page.diagnosis import diagnose
from kzscraper.page.document import Document, Table
from kzscraper.page.pager import Pager
from kzscraper.page.view import SECTIONS, View
from kzscraper.pipelines.normalise import NormalisePipeline
from tests.page import saved

# The same examples in every run: a red build must come from the change that it tests.
examples = settings(deadline=None, derandomize=True, database=None)

TOKENS = [
    *("<table>", "</table>", "<thead>", "</thead>", "<tbody>", "<tfoot>", "</tfoot>", "<tr>"),
    *("</tr>", "<th>", "<td>", "</td>", "<td colspan=3>", "<td colspan=-1>", "<div>", "</div>"),
    *("<span>", "</span>", "<p>", "<br>", "<dl><dt>", "<dd>", "<a href=#>", "</a>", "<b hidden>"),
    *("<button disabled>", "<button aria-label='Next page'>", "</button>", "<svg>", "</svg>"),
    *("<!--", "-->", "<script>", "</script>", "<head>", "<body>", "<html hidden>", "<select>"),
    *("<i style='display:none'>", "</i>", "<![CDATA[", "]]>", "<?xml ?>", "&#0;", "&#xD800;"),
    *("<frameset>", "<plaintext>", "<textarea>", "<title>", "<template>", "<input type=password>"),
    *("Баланс", "Текущий хешрейт", "Онлайн воркеры", "Offline workers", "Соңғы табыс", ": "),
    *(*saved.WORKER_HEADERS, *saved.EARNINGS_HEADERS, *saved.WORKER, *saved.DAY),
    *("Далее", "1", "2", "10", "›", "Таблица пуста", "Loading", "—", "12.5 mBTC", "\0", "\ud800"),
]

soups = st.lists(st.sampled_from(TOKENS) | st.text(max_size=5), max_size=60).map("".join)


def damaged(random: Random) -> str:
    """A saved page with pieces of it cut out, doubled, moved or replaced."""
    text = _text(random.choice(saved.NAMES))
    for _ in range(random.randint(1, 4)):
        begin, target = random.randint(0, len(text)), random.randint(0, len(text))
        piece = text[begin : begin + random.randint(0, 200)]
        inserted = random.choice(["", piece, piece[::-1], *TOKENS])
        without = text[:begin] + text[begin + len(piece) :]
        text = without[:target] + inserted + without[target:]
    return text


@functools.cache
def _text(name: str) -> str:
    return saved.text(name)


@functools.cache
def _pipeline() -> NormalisePipeline:
    return NormalisePipeline(get_crawler().stats)


def read(html: str) -> None:
    """Everything that is ever done with a page, short of pressing its controls."""
    document = Document.from_html(html)
    for line in document.lines:
        assert line.text.strip()
        assert "\n" not in line.text
    for block in document.blocks:
        if isinstance(block, Table):
            assert all(row.cells for row in block.rows)
    view = View.of(document)
    view.shows_all(SECTIONS)
    view.is_pending(SECTIONS)
    diagnose(document, None)
    for page in (1, 9):
        Pager(page).next_step(document, "workers")
        Pager(page).next_step(document, "earnings")
    summary = parsers.parse_summary(document, saved.VISITED)
    items = [
        *([summary.item] if summary else []),
        *(parsers.parse_workers(document, saved.VISITED) or []),
        *(parsers.parse_earnings(document, saved.VISITED) or []),
    ]
    for item in items:
        _pipeline().process_item(item)


@examples
@given(st.text())
def test_any_text(text: str) -> None:
    read(text)


@examples
@given(soups)
def test_any_mixture_of_tags_words_and_values(html: str) -> None:
    read(html)


@examples
@given(st.randoms(use_true_random=False).map(damaged))
def test_any_damage_to_a_saved_page(html: str) -> None:
    read(html)


@pytest.mark.parametrize("seed", range(20))
def test_a_hundred_more_damaged_pages(seed: int) -> None:
    """Without a search for the smallest one that fails, which takes longer than reading them."""
    random = Random(seed)
    for _ in range(100):
        html = damaged(random)
        try:
            read(html)
        except Exception as error:
            error.add_note(html)
            raise
