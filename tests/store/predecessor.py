"""Databases of the program before this one, in both of their forms."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from pathlib import Path

from tests.seed.documented import DEFINITIONS, bare

TOKENS = ("4828a3fecdaa48eebfa475021b4e8d8d", "482800112233445566778899aabbccdd")
LINKS = tuple(f"https://btcpool.kz/observer-link/{token}" for token in TOKENS)

# The later form, as far as its columns are known: a link where the documented tables have an id.
LATER = """
CREATE TABLE pool_summary (
    id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp DATETIME DEFAULT CURRENT_TIMESTAMP,
    observer_url TEXT, current_hashrate TEXT, avg_hashrate_24h TEXT, online_workers INTEGER,
    offline_workers INTEGER, balance TEXT, last_income TEXT);
CREATE TABLE worker_status (
    id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp DATETIME DEFAULT CURRENT_TIMESTAMP,
    observer_url TEXT, worker_name TEXT, status TEXT, hashrate_10m TEXT, hashrate_1h TEXT,
    hashrate_24h TEXT, last_exchange_time TEXT);
CREATE TABLE daily_earnings (
    id INTEGER PRIMARY KEY AUTOINCREMENT, observer_url TEXT, date TEXT, total_income TEXT,
    hashrate TEXT, recorded_at DATETIME DEFAULT CURRENT_TIMESTAMP);
CREATE TABLE anomaly_log (
    id INTEGER PRIMARY KEY AUTOINCREMENT, timestamp DATETIME DEFAULT CURRENT_TIMESTAMP,
    observer_url TEXT, anomaly_type TEXT, description TEXT, severity TEXT);
"""
Rows = Mapping[str, Iterable[Mapping[str, object]]]


def earlier(path: Path, rows: Rows) -> Path:
    """With pool_id in all tables, made by the documented definitions."""
    definitions = [one for one in DEFINITIONS if bare(one).startswith("CREATE TABLE")]
    return _make(path, definitions, rows)


def later(path: Path, rows: Rows) -> Path:
    """With observer_url instead of pool_id, and no registry."""
    return _make(path, [LATER], rows)


def _make(path: Path, definitions: Iterable[str], rows: Rows) -> Path:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for sql in definitions:
            connection.executescript(sql)
        connection.execute("BEGIN")
        for table, of_table in rows.items():
            for row in of_table:
                names, marks = ", ".join(row), ", ".join("?" * len(row))
                sql = f"INSERT INTO {table} ({names}) VALUES ({marks})"
                connection.execute(sql, tuple(row.values()))
        connection.execute("COMMIT")
    return path
