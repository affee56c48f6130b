"""A document as HTML again, for pages that are kept as test cases."""

from __future__ import annotations

from html import escape

from kzscraper.page.document import Control, Document, Line, Row, Table


def to_html(document: Document) -> str:
    """HTML from which `Document.from_html` reads an equal document, if it read this one as well."""
    return _Writer(document).html


class _Writer:
    """Puts the lines of a control back into it: there they follow it, and make up its text."""

    def __init__(self, document: Document) -> None:
        self._blocks = document.blocks[::-1]  # those to come, the next one last
        self._parts = ['<!DOCTYPE html>\n<meta charset="utf-8">\n<body>\n']
        self._around = ""  # what is to come of the text of the outermost control that is open
        while self._blocks:
            self._write_next()
            self._around = ""
            self._parts.append("\n")
        if document.asks_for_password:
            self._parts.append('<input type="password">\n')
        self.html = "".join([*self._parts, "</body>\n"])

    def _write_next(self) -> None:
        block = self._blocks.pop()
        if isinstance(block, Control):
            self._write_control(block)
            return
        text = _text(block)
        self._write_blank(self._around.find(text))
        if isinstance(block, Table):
            self._write_table(block)
        else:
            pieces = [f"<span>{_escape(piece)}</span>" for piece in block.pieces]
            self._parts += pieces if self._around else ["<div>", *pieces, "</div>"]
        self._around = self._around[len(text) :]

    def _write_control(self, control: Control) -> None:
        self._parts.append(f"<button{_attributes(control)}>")
        if not self._follows(control.text):
            self._parts.append(_escape(control.text))
        else:
            is_outermost = not self._around
            self._around = self._around or control.text
            behind = len(_letters(self._around)) - len(_letters(control.text))
            while len(_letters(self._around)) > behind:
                self._write_next()
            if is_outermost:
                self._write_blank(len(self._around))
        self._parts.append("</button>")

    def _write_blank(self, length: int) -> None:
        """White space of the text around: a space comes of an end of line."""
        blank, self._around = self._around[: max(0, length)], self._around[max(0, length) :]
        self._parts += ["<br>" if char == " " else _escape(char) for char in blank]

    def _write_table(self, table: Table) -> None:
        self._parts += ["<table>\n", *map(_row, table.rows)]
        # A control whose text stands in no line is one of the table's foot.
        foot = []
        while self._blocks and isinstance(control := self._blocks[-1], Control):
            if self._around or (_letters(control.text) and self._follows(control.text, 1)):
                break
            foot.append(f"<button{_attributes(control)}>{_escape(control.text)}</button>")
            self._blocks.pop()
        if foot:
            self._parts.append(f"<tfoot><tr><td>{''.join(foot)}</td></tr></tfoot>\n")
        self._parts.append("</table>")

    def _follows(self, text: str, skip: int = 0) -> bool:
        """Whether the next blocks, but for the first `skip`, make up this text of a control."""
        rest = _letters(text)
        for block in self._blocks[len(self._blocks) - 1 - skip :: -1]:
            if not rest:
                break
            part = _letters(_text(block))
            if not rest.startswith(part):
                return False
            rest = rest if isinstance(block, Control) else rest[len(part) :]
        return not rest


def _text(block: Line | Table | Control) -> str:
    if not isinstance(block, Table):
        return block.text
    return " ".join(cell for row in block.rows for cell in row.cells if cell)


def _letters(text: str) -> str:
    return "".join(text.split())


def _row(row: Row) -> str:
    tag = "th" if row.is_header else "td"
    return f"<tr>{''.join(f'<{tag}>{_escape(cell)}</{tag}>' for cell in row.cells)}</tr>\n"


def _attributes(control: Control) -> str:
    values = {
        "data-control": None if control.number is None else str(control.number),
        **dict(zip(("aria-label", "title"), control.labels, strict=False)),
        "disabled": "" if control.disabled else None,
        "aria-current": "true" if control.current else None,
    }
    return "".join(
        f' {name}="{_escape(value)}"' for name, value in values.items() if value is not None
    )


def _escape(text: str) -> str:
    return escape(text).replace("\r", "&#13;")
