"""An example of another scraper on the same database: it needs nothing but Python.

It registers a pool of its own, under an id of its own, and adds a summary to the shared table.
`python second_scraper.py DATABASE`
"""

import sqlite3
import sys
from datetime import UTC, datetime

POOL = "antpool_001"
LINK = "https://antpool.com/account/overview"


def main(path: str) -> None:
    # Wait for the crawler's writes, which are short, instead of failing at once.
    database = sqlite3.connect(path, timeout=30, isolation_level=None)
    # IMMEDIATE: a lock that is taken later, after a first SELECT, would not wait.
    database.execute("BEGIN IMMEDIATE")
    database.execute(
        "INSERT OR IGNORE INTO pool_metadata (pool_id, pool_name, observer_url, client_name) "
        "VALUES (?, 'Antpool Main', ?, 'Client Company Ltd')",
        (POOL, LINK),
    )
    database.execute(
        "INSERT INTO pool_summary (timestamp, pool_id, observer_url, current_hashrate, balance) "
        "VALUES (?, ?, ?, '12.500 PH/s', '0.00250000BTC')",
        (datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S"), POOL, LINK),
    )
    database.execute("COMMIT")
    database.close()


main(sys.argv[1])
