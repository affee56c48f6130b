"""Values as people like to read them; programs get them in full."""

from __future__ import annotations

from collections.abc import Sequence

_BLOCKS = "▁▂▃▄▅▆▇█"
_UNKNOWN = "·"
# Where the terminal cannot print what tables are drawn with.
_DRAWN = "─–…" + _UNKNOWN + _BLOCKS
_ASCII = str.maketrans(_DRAWN, "--~" + "." + "_,:-=+*#")


def age(seconds: float) -> str:
    """`35 s`, `4 min`, `5 h`, `12 d`."""
    if seconds < 60:
        return f"{max(int(seconds), 0)} s"
    minutes = int(seconds // 60)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // 1440} d"


def sparkline(values: Sequence[float | None]) -> str:
    """A block per value, from nothing to the highest of them; a dot where none is known."""
    highest = max((value for value in values if value is not None), default=0.0)
    return "".join(
        _UNKNOWN if value is None else _BLOCKS[round(value / highest * 7) if highest > 0 else 0]
        for value in values
    )


def in_ascii(text: str) -> str:
    """The text with ASCII for the characters that tables are drawn with."""
    return text.translate(_ASCII)


def is_drawable(encoding: str) -> bool:
    """Whether a terminal of this encoding can print these characters."""
    try:
        _DRAWN.encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return False
    return True
