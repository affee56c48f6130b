"""Pages that do what they can to stop, or to hold up, whoever reads them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from email.message import Message
from functools import cache

from kzscraper.demo.pools import DemoPool
from kzscraper.demo.serving import Answer
from kzscraper.demo.site import DemoSite

_HUGE = 50_000_000  # bytes

_DIALOGS = (
    "<script>setInterval(() => { alert('one'); confirm('two'); prompt('three'); }, 1)</script>"
)
_DOWNLOADS = """<script>
setInterval(() => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob(['x'.repeat(1000000)]));
  link.download = 'gift.exe';
  link.click();
}, 20);
</script>"""
_POP_UPS = """<script>
setInterval(() => { window.open(location.href + '?again'); window.open('about:blank'); }, 20);
</script>"""
_LEAVE_ASK = "<script>onbeforeunload = event => { event.preventDefault(); return 'stay'; }</script>"
_BLOCKED = "<script>setTimeout(() => { for (;;); }, 300)</script>"
_MEMORY = "<script>const all = []; for (;;) all.push(new Array(1000000).fill(all.length))</script>"
_NAVIGATES = "<script>setTimeout(() => { location.search = '?' + Math.random() }, 100)</script>"
_DRAWS = """<div id="box"></div><script>
setInterval(() => { box.textContent = 'Загрузка ' + Math.random(); }, 10);
</script>"""


_HUGE_BY_SCRIPT = f"""<script>setTimeout(() => {{
  const cells = '<td>0123456789012345678901234567890123456789</td>'.repeat(6);
  const rows = `<tr>${{cells}}</tr>`.repeat({_HUGE} / cells.length);
  document.body.innerHTML = `<table><tr><th>Воркеры<th>Статус<th>10m<th>1h</tr>${{rows}}</table>`;
}})</script>"""


@cache
def _huge_table() -> bytes:
    cell = "".join(f"<td>{n:040}</td>" for n in range(6))
    row = f"<tr>{cell}</tr>\n"
    head = "<table><tr><th>Воркеры</th><th>Статус</th><th>10m</th><th>1h</th><th>24h</th><th>t</th>"
    return f"{head}</tr>{row * (_HUGE // len(row))}</table>".encode()


BODIES = {
    "blocks its main thread": _BLOCKED,
    "fills the memory by script": _MEMORY,
    "fills itself with a table of 50 MB": _HUGE_BY_SCRIPT,
    "draws for ever": _DRAWS,
    "navigates for ever": _NAVIGATES,
    "opens dialogs": _DIALOGS + _LEAVE_ASK,
    "starts downloads": _DOWNLOADS,
    "opens pop-ups": _POP_UPS,
    "does all of these at once": _DIALOGS + _DOWNLOADS + _POP_UPS,
}
HUGE = "has a table of 50 MB"


class HostileSite(DemoSite):
    """A demo site where a pool's failure names the page that is served in the place of its own."""

    def __init__(self, pools: Iterable[DemoPool], bodies: dict[str, str]) -> None:
        """bodies: by token; what is not there is the demo site's own page."""
        super().__init__(pools)
        self._bodies = bodies

    def answer(self, target: str, headers: Message) -> Answer | None:
        found = re.match(r"/observer-link/([0-9a-f]{32})", target)
        body = self._bodies.get(found[1]) if found else None
        if body is None:
            return super().answer(target, headers)
        if body == HUGE:
            return Answer(body=_page(_huge_table()))
        return Answer(body=_page(body.encode()))


def _page(body: bytes) -> bytes:
    return b"<!DOCTYPE html><meta charset=utf-8><title>pool</title><h1>Pool</h1>" + body
