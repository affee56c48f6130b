"""`scrapy ARGS` as usual, but what it asks of SQLite, the disk and the browser is counted.

`python -m tests.guard.counting FILE crawl kzpool` writes the counts into FILE, as JSON.
Nothing of ours is touched: statements are told by SQLite's trace, calls for fsync counted in a
layer over its own file system, and Playwright's messages where they are packed.
"""

from __future__ import annotations

import atexit
import json
import sqlite3
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from playwright._impl.transport import Transport
from scrapy.cmdline import execute

from tests.guard import syncs

statements: Counter[str] = Counter()  # by their first three words
messages: Counter[str] = Counter()  # by their method
longest_page = 0  # bytes, of what came back from one look at it


def _watch_connections() -> None:
    connect = sqlite3.connect

    def connect_counted(*args: Any, **options: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(*args, **options)
        connection.set_trace_callback(_count_statement)
        return connection

    sqlite3.connect = connect_counted  # type: ignore[assignment]


def _count_statement(sql: str) -> None:
    statements[" ".join(sql.split()[:3])] += 1


def _watch_messages() -> None:
    pack, unpack = Transport.serialize_message, Transport.deserialize_message

    def count_sent(self: Transport, message: dict[str, Any]) -> bytes:
        messages[message["method"]] += 1
        return pack(self, message)

    def measure_received(self: Transport, data: bytes | str) -> Any:
        global longest_page
        message = unpack(self, data)
        if "value" in (message.get("result") or {}):
            longest_page = max(longest_page, len(data))
        return message

    Transport.serialize_message = count_sent  # type: ignore[method-assign]
    Transport.deserialize_message = measure_received  # type: ignore[method-assign]


def _write(path: Path) -> None:
    counts = {
        "statements": statements,
        "messages": messages,
        "longest_page": longest_page,
        "syncs": syncs.count(),
    }
    path.write_text(json.dumps(counts), "utf-8")


if __name__ == "__main__":
    _, file, *arguments = sys.argv
    atexit.register(_write, Path(file))
    _watch_connections()
    syncs.watch()
    _watch_messages()
    execute(["scrapy", *arguments])
