"""A document that was read is written so that it reads back as the same."""

from __future__ import annotations

from html import escape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kzscraper.page.document import Document
from kzscraper.page.writing import to_html
from tests.page import saved

CHARACTERS = "ab<>&\"' \n\t\r\u00a0\u0001"


def reread(html: str) -> None:
    document = Document.from_html(html)
    assert Document.from_html(to_html(document)) == document


@pytest.mark.parametrize("name", saved.NAMES)
def test_saved_pages(name: str) -> None:
    reread(saved.text(name))


@pytest.mark.parametrize(
    "html",
    [
        "",
        "<p>a</p>b",
        "<p><b>a</b> <i>b</i></p>",
        "<input type='password'>",
        "<button data-control='5' aria-label='Next' title='x' disabled aria-current>2</button>",
        "<a title='&quot;&lt;&#13;'></a>",
        "<button><div>Balance</div><div>0.5 BTC</div></button>",
        "<button>a<a>b</a>c</button>",
        "<div><button>1</button><button>2</button></div><p>2</p>",
        "<button>a<table><tr><th>x</th></tr><tr><td>1</td></tr></table>b</button>",
        "<table><tr><td>1</td></tr><tfoot><tr><td><button>2</button></td></tr></tfoot></table>2",
        "<table><tr><th>a</th><td>b</td></tr><tr><td colspan=2>c</td></tr></table>",
        "<table></table><table><tr><td></td></tr></table>",
    ],
)
def test_small_pages(html: str) -> None:
    reread(html)


def element(tag: str, inside: str, attributes: str = "") -> str:
    return f"<{tag}{attributes}>{inside}</{tag}>"


def joined(parts: st.SearchStrategy[str], most: int = 4) -> st.SearchStrategy[str]:
    return st.lists(parts, max_size=most).map("".join)


def nested(parts: st.SearchStrategy[str], tags: list[str]) -> st.SearchStrategy[str]:
    return st.recursive(
        parts, lambda inner: st.builds(element, st.sampled_from(tags), joined(inner)), max_leaves=8
    )


texts = st.text(CHARACTERS, max_size=6).map(lambda text: escape(text).replace("\r", "&#13;"))
inline = nested(texts | st.just("<br>"), ["span"])
cells = st.builds(
    element, st.sampled_from(["td", "th"]), inline, st.just("") | st.just(" colspan=2")
)
rows = joined(joined(cells).map(lambda inside: element("tr", inside)))
bodies = st.builds(lambda head, body: element("thead", head) + element("tbody", body), rows, rows)
attributes = st.builds(
    lambda number, label, title, rest: (
        f' data-control="{number}" aria-label="{label}" title="{title}"{rest}'
    ),
    *(st.integers(0, 300), texts, texts),
    st.sampled_from(["", " disabled", " aria-current"]),
)
controls = st.builds(
    lambda inside, attributes: element("button", inside, attributes),
    nested(inline | bodies.map(lambda body: element("table", body)), ["span", "div"]),
    attributes,
)
feet = st.just("") | st.builds(
    lambda attributes, text: element(
        "tfoot", element("tr", element("td", element("button", text, attributes)))
    ),
    *(attributes, texts),
)
tables = st.builds(lambda body, foot: element("table", body + foot), bodies, feet)
pages = joined(
    nested(inline | tables | controls | st.just('<input type="password">'), ["span", "div"])
)


@settings(deadline=None, derandomize=True, database=None, max_examples=100)
@given(pages)
def test_any_distilled_page(html: str) -> None:
    reread(html)
