"""Feeds on disk: CSV that is appended to, and files that fail."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import IO, Any

import pytest
from scrapy import Spider

from kzscraper.feeds.exporter import TidyCsvExporter
from kzscraper.feeds.guarded_file import GuardedFile
from kzscraper.feeds.storage import FileFeedStorage

FIELDS = ["name", "amount"]


def export(path: Path, *items: dict[str, Any], **options: Any) -> None:
    """One run's feed; raises what Scrapy counts as a failure."""
    feed = {"format": "csv", "fields": FIELDS, "encoding": "utf-8", **options}
    storage = FileFeedStorage(str(path), feed_options=feed)
    file = storage.open(Spider("x"))
    exporter = TidyCsvExporter(file, fields_to_export=feed["fields"])  # type: ignore[arg-type]
    exporter.start_exporting()
    for item in items:
        exporter.export_item(item)
    exporter.finish_exporting()
    storage.store(file)


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def test_rows_are_appended_below_one_header(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "workers.csv"
    export(path, {"name": "a", "amount": None})
    export(path, {"name": "=1+1", "amount": "-1"}, {"name": "жұмыс"})
    assert lines(path) == ["name,amount", "a,", "'=1+1,-1", "жұмыс,"]
    export(path, {"name": "b"}, overwrite=True)
    assert lines(path) == ["name,amount", "b,"]


def test_a_table_without_rows_has_a_header(tmp_path: Path) -> None:
    export(tmp_path / "workers.csv")
    export(tmp_path / "named.csv", fields={"name": "Worker"})
    assert lines(tmp_path / "workers.csv") == ["name,amount"]
    assert lines(tmp_path / "named.csv") == ["Worker"]


def test_a_pipe_gets_a_header() -> None:
    ours, theirs = os.pipe()
    with os.fdopen(ours, "rb") as reader:
        with os.fdopen(theirs, "wb") as writer:
            exporter = TidyCsvExporter(writer, fields_to_export=FIELDS)  # type: ignore[arg-type]
            exporter.start_exporting()
            exporter.finish_exporting()
        assert reader.read() == b"name,amount\r\n"


def test_without_fields_they_are_those_of_the_first_item() -> None:
    file = io.BytesIO()
    exporter = TidyCsvExporter(file)
    exporter.start_exporting()
    exporter.export_item({"name": "+1"})
    exporter.finish_exporting()
    assert file.getvalue() == b"name\r\n'+1\r\n"


def test_rows_are_not_appended_to_another_table(tmp_path: Path) -> None:
    path = tmp_path / "workers.csv"
    path.write_text("other,columns\n1,2\n")
    with pytest.raises(OSError, match=r"workers\.csv has other columns: name another file"):
        export(path, {"name": "a"})
    assert path.read_text() == "other,columns\n1,2\n"


def test_a_file_that_cannot_be_opened_is_told_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError):
        export(tmp_path / "file" / "workers.csv", {"name": "a"})


class FullDisk(io.BytesIO):
    """Has room for eight bytes, and fails again when it is closed."""

    def write(self, data: Any) -> int:
        if self.tell() + len(data) > 8:
            raise OSError("No space left on device")
        return super().write(data)

    def close(self) -> None:
        super().close()
        raise OSError("still full")


def test_a_disk_that_fills_up_is_told_at_the_end() -> None:
    disk = FullDisk()
    opened: list[IO[bytes]] = [disk]
    file = GuardedFile(opened.pop)
    assert [file.write(data) for data in (b"12345678", b"9", b"")] == [8, 1, 0]
    assert disk.getvalue() == b"12345678"
    with pytest.raises(OSError, match="No space left"):
        file.finish()
