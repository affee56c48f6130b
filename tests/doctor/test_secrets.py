from __future__ import annotations

import pytest

from kzscraper.doctor.secrets import LinkMask

TOKEN = "4828a3fecdaa48eebfa475021b4e8d8d"
LINK = f"https://btcpool.kz/observer-link/{TOKEN}"


@pytest.mark.parametrize(
    ("link", "text", "shown"),
    [
        (LINK, f"see {LINK}.", "see https://btcpool.kz/observer-link/4828…8d8d."),
        (LINK, f'{{"token":"{TOKEN}"}}', '{"token":"4828…8d8d"}'),
        (LINK, f"x{TOKEN.upper()}y", "x4828…8D8Dy"),
        (LINK, "observer-link of btcpool.kz", "observer-link of btcpool.kz"),
        ("https://btcpool.kz/o/Short1", "/api/Short1/workers", "/api/…/workers"),
        ("https://btcpool.kz/watch?puid=12&key=Abc-123", "key Abc-123 of 12", "key … of 12"),
        ("https://btcpool.kz/watch#access=Abc-123", "Abc-123", "…"),
        ("https://btcpool.kz/o/a%2Fb%2Fc1", "a/b/c1 a%2Fb%2Fc1", "… …"),
        ("https://btcpool.kz/o/abc%20def1", "abc def1", "…"),
        ("https://btcpool.kz/", "nothing is secret", "nothing is secret"),
    ],
)
def test_the_secret_parts_of_a_link_are_masked(link: str, text: str, shown: str) -> None:
    assert LinkMask(link).text(text) == shown


def test_all_texts_of_a_document_are_masked() -> None:
    content = {"url": LINK, TOKEN: [LINK, 5, None, True, {"a": (TOKEN,)}]}
    masked = LinkMask(LINK).everywhere(content)
    assert TOKEN not in str(masked)
    assert masked["4828…8d8d"][1:4] == [5, None, True]
