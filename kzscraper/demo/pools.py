"""What a demo pool is: everything about its page that a test or the demo can choose."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kzscraper.demo.words import LANGUAGES, WORDS

RIGHTS = frozenset({"balance", "statistics", "earnings", "payouts"})
CARDS = (
    "current_hashrate",
    "avg_hashrate_24h",
    "online_workers",
    "offline_workers",
    "balance",
    "last_income",
)
COLUMNS = ("name", "status", "hashrate_10m", "hashrate_1h", "hashrate_24h", "last_exchange")
PAGINGS = (
    "next",  # a "next" button by its text, beside "previous"
    "aria",  # icon buttons with an aria-label
    "title",  # icon buttons with a title
    "icon",  # icon buttons, nothing but an svg
    "numbers",  # numbered buttons only
    "load_more",  # a button that adds the next rows and goes away after the last
    "hidden",  # the first page_size rows and no control at all
    "endless",  # a "next" that is never disabled and shows the last page again
    "none",  # all rows at once
)
MARKUPS = ("div", "p", "span", "dl", "inline", "split")
DATE_FORMATS = ("locale", "iso", "dotted", "us")
FAILURES = (
    "http_404",
    "http_403",
    "http_500",
    "http_503",
    "http_429",
    "flaky_503",  # flaky_503:N, flaky_429:N: the first N requests of the shell fail
    "flaky_429",
    "revoked",
    "challenge",
    "challenge_200",
    "login",
    "never",
    "loading",
    "hang",
    "slow_asset",
    "script_hang",
    "api_500",
    "workers_500",
    "earnings_500",
    "redirect_loop",
    "redirect_foreign",
    "short",
    "ticking",
    "chunked_rows",
)


@dataclass(frozen=True)
class DemoPool:
    token: str
    """32 hex digits, the last part of the observer link."""
    name: str = "Demo pool"
    language: str = "ru"
    online: int = 200
    offline: int = 2
    dead: int = 0
    dead_in_offline: bool = True
    """Whether the page's offline counter includes the DEAD workers."""
    localised_status: bool | None = None
    """Status cells as words of the language (None: only in Kazakh) or as ONLINE and OFFLINE."""
    earnings_days: int = 30
    rights: frozenset[str] = RIGHTS
    """The section of a right that is missing is absent from the page."""
    page_size: int = 50
    paging: str = "next"
    markup: str = "div"
    """How a card draws label and value: `inline` on one line, `split` with a part for the unit."""
    cards: tuple[str, ...] = CARDS
    """Order of the cards; one left out is missing although the right for it is there."""
    columns: tuple[str, ...] = COLUMNS
    """Order of the worker table; other keys (`reject`, `ip`) become extra columns."""
    unknown_headers: bool | str = False
    """True: nobody knows the last-exchange header; `all`: nor any header but worker and status."""
    worker_names: tuple[str, ...] = ()
    """Names of the first workers; duplicates are allowed."""
    worker_cells: tuple[Mapping[str, str], ...] = field(default=(), hash=False)
    """Literal cells of the first workers, by column key."""
    words: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Literal words instead of those of the language, by the keys of `words.py`."""
    values: Mapping[str, str] = field(default_factory=dict, hash=False)
    """Literal text of cards, by card key."""
    earnings: tuple[tuple[str, str, str], ...] | None = None
    """Literal rows (date, income, hashrate) instead of generated ones."""
    date_format: str = "locale"
    """`locale`: the browser writes local midnight; `iso`, `dotted`, `us`: the server's text."""
    failure: str | None = None
    delay_s: float = 0.05
    """Server-side latency of each JSON answer."""
    fill_after_s: float = 0.0
    """Wait in the page's script before anything is drawn."""
    moving: bool = True
    """Numbers move from visit to visit; False: the same page every time, on every day."""
    now: datetime | None = None
    """The page's idea of the time (aware); None: the clock if moving, else a fixed moment."""
    third_party: bool = False
    """The page asks for a script from another host name."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[0-9a-f]{32}", self.token):
            raise ValueError(f"token must be 32 hex digits, not {self.token!r}")
        for name, allowed in (
            ("language", LANGUAGES),
            ("paging", PAGINGS),
            ("markup", MARKUPS),
            ("date_format", DATE_FORMATS),
            ("failure_kind", ("", *FAILURES)),
            ("unknown_headers", (False, True, "all")),
        ):
            if getattr(self, name) not in allowed:
                raise ValueError(f"{name} must be one of {allowed}, not {getattr(self, name)!r}")
        if self.failure_kind.startswith("flaky_") and self.failure_count < 1:
            raise ValueError(f"say how often: {self.failure_kind}:N")
        if unknown := (self.rights - RIGHTS) | (set(self.cards) | set(self.values)) - set(CARDS):
            raise ValueError(f"unknown right or card: {sorted(unknown)}")
        if self.page_size < 1:
            raise ValueError("page_size must be at least 1")

    @property
    def failure_kind(self) -> str:
        return (self.failure or "").partition(":")[0]

    @property
    def failure_count(self) -> int:
        """N of `flaky_503:N`."""
        return int((self.failure or "").partition(":")[2] or 0)

    @property
    def workers(self) -> int:
        return self.online + self.offline + self.dead

    def word(self, key: str) -> str:
        """What the page says for a key; a key that it has no word for is shown itself."""
        return self.words.get(key) or WORDS[self.language].get(key, key)
