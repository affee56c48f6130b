from __future__ import annotations

import stat
from pathlib import Path

import pytest

from kzscraper.doctor.capture import Folder
from kzscraper.exceptions import KzError


def test_a_folder_is_made_for_its_owner_only(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "new" / "capture")
    folder.prepare()
    folder.write("responses/01-summary.json", "{}")
    made = tmp_path / "new" / "capture"
    assert [stat.S_IMODE(path.stat().st_mode) for path in (made, *sorted(made.rglob("*")))] == [
        *(0o700, 0o700, 0o600)
    ]
    assert folder.names == ["responses/01-summary.json"]


def test_an_empty_folder_is_taken_over(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Folder(tmp_path).prepare()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("of another day")
    with pytest.raises(KzError, match="is not empty"):
        Folder(tmp_path).prepare()
    assert (tmp_path / "page.html").read_text() == "of another day"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(KzError, match="cannot be used: File exists"):
        Folder(tmp_path / "file").prepare()


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "capture")
    folder.prepare()
    (tmp_path / "capture" / "page.html").mkdir()
    with pytest.raises(KzError, match=r"page\.html cannot be written: File exists"):
        folder.write("page.html", "")
    assert folder.names == []


def test_half_a_surrogate_pair_is_no_trouble(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    folder.prepare()
    folder.write("page.html", "\ud800")
    assert (tmp_path / "page.html").read_text() == "?"
