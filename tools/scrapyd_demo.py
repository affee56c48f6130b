"""`make scrapyd-demo`: from no Scrapyd to stored pools, on loopback; leaves nothing running."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from kzscraper.demo.demo_pools import DEMO_POOLS, registry_entries
from kzscraper.demo.site import DemoSite
from kzscraper.store import registry
from kzscraper.store.database import Database
from tools.deploy import PACKAGE, ROOT
from tools.scrapyd_server import ScrapydServer

_SPIDER = "kzpool"
_POOLS = "kzpool_001,kzpool_002"
_TIME_LIMIT = 180.0  # seconds
_RECORD = re.compile(r"^(?=\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[)", re.MULTILINE)


def main() -> int:
    with (
        tempfile.TemporaryDirectory(prefix="scrapyd-demo-") as folder,
        DemoSite(DEMO_POOLS) as site,
        ScrapydServer(Path(folder)) as server,
    ):
        print(f"demo site {site.url}, Scrapyd {server.url} with a generated password")
        return _show(site, server, Path(folder) / "pools.db")


def _show(site: DemoSite, server: ScrapydServer, path: Path) -> int:
    with Database.open(path, create=True) as database:
        pools = [registry.check(entry, ["127.0.0.1"]) for entry in registry_entries(site)]
        registry.import_all(database, pools, replace=False)
    print("\n$ make deploy", flush=True)
    deploy = [sys.executable, "-m", "tools.deploy", "--url", server.url]
    if subprocess.run(
        deploy, cwd=ROOT, env={**os.environ, **server.credentials}, check=False
    ).returncode:
        return 1
    arguments = [
        ("setting", f"KZ_DATABASE={path}"),
        ("setting", "KZ_OBSERVER_HOSTS=127.0.0.1"),
        ("pool_id", _POOLS),
    ]
    given = " ".join(f"-d {name}={value}" for name, value in arguments)
    print(f"\n$ curl {server.url}/schedule.json -d project={PACKAGE} -d spider={_SPIDER} {given}")
    job = server.client.schedule(PACKAGE, _SPIDER, arguments)
    print(f"job {job} …", flush=True)
    finished = server.wait_for(PACKAGE, job, "finished", _TIME_LIMIT)
    log = server.log_of(PACKAGE, _SPIDER, job).read_text("utf-8")
    print(f"\nOf logs/{PACKAGE}/{_SPIDER}/{job}.log:")
    print("".join(record for record in _RECORD.split(log) if f"[{PACKAGE}." in record))
    print("$ scrapy show status", flush=True)
    own = {"KZ_DATABASE": str(path), "KZ_OBSERVER_HOSTS": "127.0.0.1"}
    show = [sys.executable, "-m", "scrapy", "show", "status", "--pool_id", _POOLS]
    subprocess.run(show, cwd=ROOT, env={**os.environ, **own}, check=False)
    with Database.open(path) as database:
        complete = database.rows("SELECT pool_id FROM scrape_log WHERE status = 'complete'")
    return 0 if finished and {row["pool_id"] for row in complete} == set(_POOLS.split(",")) else 1


if __name__ == "__main__":
    sys.exit(main())
