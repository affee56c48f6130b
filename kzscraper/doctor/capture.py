"""Writing what was examined into a folder, for those who mend the reader."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from kzscraper.browser.evidence import harmless
from kzscraper.doctor import case
from kzscraper.doctor.examine import Examination, Snapshot
from kzscraper.doctor.pseudonyms import disguise
from kzscraper.doctor.report import report
from kzscraper.doctor.secrets import LinkMask
from kzscraper.exceptions import KzError
from kzscraper.page.writing import to_html

REPORT = "report.json"


class Folder:
    """A folder of one capture. It and its files are for their owner's eyes only."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.names: list[str] = []

    def __str__(self) -> str:
        return str(self._path)

    def prepare(self) -> None:
        """Makes the folder; raises KzError unless it is new or empty."""
        try:
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            if any(self._path.iterdir()):
                raise KzError(f"{self._path} is not empty: name a new folder")
            self._path.chmod(0o700)
        except OSError as error:
            raise KzError(f"{self._path} cannot be used: {error.strerror}") from None

    def write(self, name: str, content: str | bytes) -> None:
        """name: relative to the folder. Raises KzError if it cannot be written."""
        path = self._path / name
        data = content.encode("utf-8", "replace") if isinstance(content, str) else content
        try:
            path.parent.mkdir(mode=0o700, exist_ok=True)
            path.touch(mode=0o600, exist_ok=False)
            path.write_bytes(data)
        except OSError as error:
            raise KzError(f"{path} cannot be written: {error.strerror}") from None
        self.names.append(name)


def save(folder: Folder, found: Examination, with_case: bool) -> None:
    """Writes the page as it was and the report; with_case: the test case as well."""
    _save_page(folder, found)
    # A page that breaks the reader cannot be disguised either.
    if with_case and found.outcome.scrape.failure != "error" and found.document.blocks:
        _save_case(folder, found)
    folder.write(REPORT, as_json(report(found, [*folder.names, REPORT])))


def advice(folder: Folder, with_case: bool) -> str:
    """What to do with the files, for the user."""
    if case.PAGE in folder.names:
        return (
            f"saved in {folder}. Send {case.PAGE} and {case.EXPECTED}, but look through them "
            "first: worker names, amounts, addresses and transactions are replaced, other names "
            "that the page shows are not. All other files show the account as the page does."
        )
    return (
        f"saved in {folder}. The files show the account as the page does, without the observer "
        "token: send them only to those who may see it."
        + (" The page showed nothing that could be a test case." if with_case else "")
    )


def as_json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _save_page(folder: Folder, found: Examination) -> None:
    """Observer tokens are masked, and scripts do not run when the page is opened."""
    mask = LinkMask(found.subject.link)
    snapshot = found.snapshot or Snapshot()
    if snapshot.page is not None:
        folder.write("page.html", harmless(mask.text(snapshot.page)))
    if snapshot.picture is not None:
        folder.write("page.png", snapshot.picture)
    distilled = found.rendered.html if found.rendered else found.distilled
    folder.write("distilled.html", mask.text(distilled))
    for number, answer in enumerate(snapshot.answers, 1):
        # The path ends with what was asked for; before that stands whose it is.
        last = mask.text(urlsplit(answer.url).path.rpartition("/")[2])
        name = re.sub(r"[^\w-]+", "_", last, flags=re.ASCII).strip("_")[:40] or "data"
        folder.write(f"responses/{number:02}-{name}.json", mask.text(answer.text))


def _save_case(folder: Folder, found: Examination) -> None:
    hidden = disguise(found.document, found.subject.link, found.subject.names)
    expected = {"http_status": found.http_status, "reading": case.read(hidden, found.http_status)}
    folder.write(case.PAGE, to_html(hidden))
    folder.write(case.EXPECTED, as_json(expected))
