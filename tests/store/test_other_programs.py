"""Several programs at once on one database: nothing fails, nothing is lost, visits are whole."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from kzscraper.store.database import Database, has_wal_reset_fix
from tests.conftest import ROOT
from tests.seed.documented import TABLES, code_blocks
from tests.store.filled import LINKS, count, register, run, visit
from tests.store.programs import WORKERS

VISITS = 40
OLD: dict[str, tuple[str, str | None]] = {f"w{n}": ("ONLINE", "1 TH/s") for n in range(WORKERS)}


class Program:
    """One of programs.py, in a process of its own."""

    def __init__(self, name: str, path: Path, *args: object) -> None:
        self.name = name
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.store.programs", name, str(path), *map(str, args)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout
        assert self._process.stdout.readline() == "begun\n", self.end()

    def end(self) -> Any:
        """What it printed; a program without an end of its own is asked to stop."""
        out, errors = self._process.communicate("stop\n", timeout=120)
        assert (self._process.returncode, errors) == (0, ""), self.name
        return json.loads(out) if out else None


@pytest.mark.parametrize("mode", ["delete", "wal"])
def test_all_at_once(path: Path, mode: str) -> None:
    if mode == "wal" and not has_wal_reset_fix(sqlite3.sqlite_version_info):
        pytest.skip("this SQLite can lose rows of a WAL database")
    with Database.open(path, create=True, journal_mode=mode) as database:
        register(database)
        database.execute("PRAGMA synchronous = OFF")  # only to be quick
        for day in range(1, 29):
            for pool_id in ("kzpool_001", "antpool_001"):
                for hour in range(4):
                    visit(database, pool_id, f"2026-02-{day:02} {hour:02}:00:00", OLD)
    writers = [
        Program("our_crawl", path, "kzpool_001", VISITS),
        Program("our_crawl", path, "kzpool_002", VISITS),
        Program("second_scraper", path, "antpool_001", VISITS),
    ]
    others = [Program("reader", path), Program("backups", path)]
    pruned = Program("prune", path).end()
    for writer in writers:
        writer.end()
    seen, made = (other.end() for other in others)

    old = 28 * 4
    assert pruned == {
        "worker_status": old * WORKERS,
        "pool_summary": old,
        "anomaly_log": 0,
        "scrape_log": 0,
    }
    with Database.open(path) as database:
        assert database.one("PRAGMA integrity_check")[0] == "ok"
        assert database.rows("PRAGMA foreign_key_check") == []
        for pool_id, kept in (("kzpool_001", 0), ("kzpool_002", 0), ("antpool_001", old)):
            assert count(database, "pool_summary", pool_id) == VISITS + kept
            assert count(database, "worker_status", pool_id) == (VISITS + kept) * WORKERS
        assert count(database, "anomaly_log", "antpool_001") == VISITS
        assert count(database, "scrape_log", "kzpool_001") == VISITS + old
        assert count(database, "worker_day", "kzpool_001") == 28 * WORKERS
        assert count(database, "worker_day") == 28 * WORKERS
    assert seen["rounds"] > 0
    assert set(seen["sizes"]) <= {0, WORKERS}
    assert made > 0
    for number in range(made):
        with Database.open(path.with_name(f"backup{number}.copy")) as backup:
            sql = "SELECT COUNT(*) FROM worker_status GROUP BY pool_id, timestamp"
            assert {row[0] for row in backup.rows(sql)} <= {WORKERS}


def test_our_visits_and_care_never_touch_another_scrapers_pools(path: Path) -> None:
    with Database.open(path, create=True) as database:
        register(database)
        visit(database, "antpool_001", "2020-01-01 00:00:00", OLD, status=None)
    run(
        path,
        [
            "INSERT INTO daily_earnings VALUES (NULL, 'antpool_001', 'x', '2020', '1', '', '')",
            "INSERT INTO anomaly_log VALUES (NULL, '2020', 'antpool_001', 'x', 'T', '', 'LOW', 1)",
        ],
    )

    def of_antpool() -> list[list[tuple[object, ...]]]:
        with closing(sqlite3.connect(path)) as connection:
            sql = "SELECT * FROM {} WHERE pool_id = 'antpool_001'"
            return [connection.execute(sql.format(table)).fetchall() for table in TABLES]

    before = of_antpool()
    assert [len(rows) for rows in before] == [1, 1, WORKERS, 1, 1]
    Program("our_crawl", path, "kzpool_001", 3).end()
    Program("prune", path).end()
    assert of_antpool() == before


# Node.js ----------------------------------------------------------------------------------------

# A build of SQLite for WebAssembly that reads real files: nothing has to be compiled.
PACKAGE = "node-sqlite3-wasm@0.8.60"
# What the example uses of the package `sqlite3`, which has to be compiled.
SHIM = """
const { Database: Wasm } = require('node-sqlite3-wasm');
class Database {
    constructor(path) { this.db = new Wasm(path); }
    all(sql, values, done) {
        let error = null, rows;
        try { rows = this.db.all(sql, values); } catch (caught) { error = caught; }
        setImmediate(() => { done(error, rows); this.db.close(); });
    }
}
module.exports = { verbose: () => ({ Database }) };
"""
EXAMPLE = Path(__file__).with_name("node_example.txt")


@pytest.fixture(scope="module")
def node_modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if not shutil.which("node") or not shutil.which("npm"):
        pytest.skip("node or npm is not installed")
    folder = tmp_path_factory.mktemp("node")
    (folder / "package.json").write_text('{"private": true}')
    install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", PACKAGE]
    try:
        done = subprocess.run(
            install, cwd=folder, capture_output=True, text=True, timeout=120, check=False
        )
    except subprocess.TimeoutExpired:
        pytest.skip("the npm registry does not answer")
    if done.returncode:
        pytest.skip(f"npm cannot install {PACKAGE}: {done.stderr[-200:]}")
    shim = folder / "node_modules" / "sqlite3"
    shim.mkdir()
    (shim / "index.js").write_text(SHIM)
    return folder / "node_modules"


def test_the_node_example_runs(tmp_path: Path, node_modules: Path) -> None:
    path = tmp_path / "btcpool_data.db"
    with Database.open(path, create=True) as database:
        register(database)
        database.execute("UPDATE pool_metadata SET client_name = 'Client Company Ltd'")
    Program("our_crawl", path, "kzpool_001", 2).end()
    (tmp_path / "node_modules").symlink_to(node_modules)
    (tmp_path / "example.js").write_text(EXAMPLE.read_text("utf-8"))
    done = subprocess.run(
        ["node", "example.js"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    newest = re.search(r"\{[^}]*'kzpool_001'[^}]*\}", done.stdout)
    assert newest, done.stdout
    assert "current_hashrate: '37.405 PH/s'" in newest[0]
    assert "timestamp: '2099-01-01 00:00:01'" in newest[0]
    assert set(re.findall(r"pool_id: '(\w+)'", done.stdout)) == set(LINKS)


def test_our_copy_of_the_node_example_is_the_document() -> None:
    document = ROOT.parent / "shared" / "seed" / "DATABASE_SCHEMA.md"
    if not document.exists():
        pytest.skip("the document does not stand beside this checkout")
    assert code_blocks(document.read_text("utf-8"), "javascript") == [EXAMPLE.read_text("utf-8")]
