from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

from scrapy import Field
from scrapy.exporters import CsvItemExporter

from kzscraper.output.spreadsheet import defuse


class TidyCsvExporter(CsvItemExporter):
    """CSV with a header even where there are no items, and once only where rows are appended.

    Cells that a spreadsheet would execute are defused.
    """

    def __init__(self, file: BytesIO, include_headers_line: bool = True, **kwargs: Any) -> None:
        # Without fields Scrapy takes them from the first item.
        by_scrapy = include_headers_line and not kwargs.get("fields_to_export")
        super().__init__(file, include_headers_line=by_scrapy, **kwargs)
        self._needs_header = include_headers_line and not by_scrapy and _is_empty(file)

    def start_exporting(self) -> None:
        super().start_exporting()
        if self._needs_header and self.fields_to_export:
            fields = self.fields_to_export
            self.csv_writer.writerow(fields.values() if isinstance(fields, Mapping) else fields)

    def serialize_field(self, field: Mapping[str, Any] | Field, name: str, value: Any) -> Any:
        return defuse(super().serialize_field(field, name, value))


def _is_empty(file: BytesIO) -> bool:
    try:
        return file.tell() == 0
    except OSError:  # a pipe
        return True
