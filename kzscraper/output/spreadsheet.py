"""CSV that a spreadsheet opens without executing it."""

from __future__ import annotations

import re
from typing import Any

# What Excel, LibreOffice and Google Sheets take for the beginning of a formula; the wide forms are
# those of East Asian keyboards.
_STARTS_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NEGATIVE_NUMBER = re.compile(r"-\d+(\.\d+)?", re.ASCII)


def defuse(cell: Any) -> Any:
    """A cell that a spreadsheet would execute gets an apostrophe before it; others are left alone.

    Worker names come from the page: whoever names a worker would execute code where it is read.
    """
    if not isinstance(cell, str) or not _STARTS_FORMULA.match(cell):
        return cell
    return cell if _NEGATIVE_NUMBER.fullmatch(cell) else f"'{cell}"
