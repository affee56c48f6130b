"""Configuration. Only what differs from Scrapy's defaults, each with its reason."""

import os
import sys

from scrapy.settings import default_settings as _scrapy

from kzscraper import options

BOT_NAME = "kzscraper"
SPIDER_MODULES = ["kzscraper.spiders"]
NEWSPIDER_MODULE = "kzscraper.spiders"
# Scrapy loads all commands to run one. A crawl does without the others: it is what is waited for.
COMMANDS_MODULE = "kzscraper.commands" + (".crawl" if sys.argv[1:2] == ["crawl"] else "")

# Pages are drawn by scripts, so a browser opens them. One handler class for both schemes; it is
# created at a scheme's first request, so that a crawl runs one browser.
DOWNLOAD_HANDLERS = {
    "http": "kzscraper.browser.handler.ObserverDownloadHandler",
    "https": "kzscraper.browser.handler.ObserverDownloadHandler",
}
# The browser's own headers: Scrapy's would contradict its client hints.
PLAYWRIGHT_PROCESS_REQUEST_HEADERS = None

# Two pages per core keep a small server busy without starving its other work; the pool's server
# does not have to bear more than eight at a time, however large ours is.
CONCURRENT_REQUESTS = min(2 * (os.cpu_count() or 1), 8)
CONCURRENT_REQUESTS_PER_DOMAIN = CONCURRENT_REQUESTS
# robots.txt is for programs that follow links to find pages. We open those pages only whose links
# the accounts' owners gave us, each once a run, as the owner's browser would.
ROBOTSTXT_OBEY = False
# Attempts are repeated inside the download handler, within the time limit of one visit.
RETRY_ENABLED = False
COOKIES_ENABLED = False  # the browser keeps its own, per visit

# Scrapy's own components that do nothing for us are left out here: one that is set to None is
# loaded all the same, and these bring an HTTP client and a web server, half of a crawl's start.
# What the downloader middlewares do, the browser does for each visit.
DOWNLOADER_MIDDLEWARES_BASE = {"scrapy.downloadermiddlewares.stats.DownloaderStats": 850}
# These look after links that a spider follows; ours follow none.
SPIDER_MIDDLEWARES = dict.fromkeys(_scrapy.SPIDER_MIDDLEWARES_BASE)
EXTENSIONS_BASE = {
    name: place
    for name, place in _scrapy.EXTENSIONS_BASE.items()
    if name.rpartition(".")[2] not in ("CoreStats", "RemoteControl", "TelnetConsole")
}

EXTENSIONS = {
    "kzscraper.extensions.core_stats.CoreStats": 0,
    "kzscraper.extensions.run_lock.RunLockExtension": 0,
    "kzscraper.extensions.spool.SpoolExtension": 10,
    "kzscraper.extensions.progress.ProgressExtension": 20,
    "kzscraper.extensions.summary.SummaryExtension": 30,
}

ITEM_PIPELINES = {
    "kzscraper.pipelines.normalise.NormalisePipeline": 100,
    "kzscraper.pipelines.deduplicate.DeduplicateEarningsPipeline": 200,
    "kzscraper.pipelines.detect.DetectAnomaliesPipeline": 300,
    "kzscraper.pipelines.store.StorePipeline": 400,
}

# Feeds: one tidy table a file, `-O workers.csv`; feeds/__init__.py says what a feed holds.
ADDONS = {"kzscraper.feeds.addon.TidyFeeds": 0}
FEED_EXPORTERS = {"csv": "kzscraper.feeds.exporter.TidyCsvExporter"}  # safe for spreadsheets
# A feed that cannot be written harms nothing else, and makes the exit code 2.
FEED_STORAGES = {
    "": "kzscraper.feeds.storage.FileFeedStorage",
    "file": "kzscraper.feeds.storage.FileFeedStorage",
}
FEED_URI_PARAMS = "kzscraper.feeds.uri.with_day"  # %(day)s in a feed's name is the UTC day
FEED_EXPORT_ENCODING = "utf-8"  # JSON that people can read, too
# To keep every run's items as files, take the marks away: a file per kind and day, to which each
# run appends. Columns: feeds/columns.py, or "fields" of a feed, such as
# "fields": ["timestamp", "pool_id", "observer_url", "worker_name", "status"].
#
# FEEDS = {
#     "feeds/%(day)s-summary.csv": {
#         "format": "csv",
#         "item_classes": ["kzscraper.items.PoolSummary"],
#     },
#     "feeds/%(day)s-workers.csv": {
#         "format": "csv",
#         "item_classes": ["kzscraper.items.WorkerStatus"],
#     },
#     "feeds/%(day)s-earnings.csv": {
#         "format": "csv",
#         "item_classes": ["kzscraper.items.DailyEarnings"],
#     },
#     "feeds/%(day)s-scrapes.csv": {
#         "format": "csv",
#         "item_classes": ["kzscraper.items.PoolScrape"],
#     },
#     "feeds/%(day)s-summary.jsonl": {
#         "format": "jsonlines",
#         "item_classes": ["kzscraper.items.PoolSummary"],
#     },
#     "feeds/%(day)s-workers.jsonl": {
#         "format": "jsonlines",
#         "item_classes": ["kzscraper.items.WorkerStatus"],
#     },
#     "feeds/%(day)s-earnings.jsonl": {
#         "format": "jsonlines",
#         "item_classes": ["kzscraper.items.DailyEarnings"],
#     },
#     "feeds/%(day)s-scrapes.jsonl": {
#         "format": "jsonlines",
#         "item_classes": ["kzscraper.items.PoolScrape"],
#     },
# }

# Both are servers that execute code; nobody needs them in a cron job.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

LOG_LEVEL = "INFO"  # DEBUG prints every item, which halves the speed

# Our own settings; their meanings stand in options.py. The environment is read here only.
globals().update(options.values(os.environ))
KZ_FROM_ENVIRONMENT = options.named_in(os.environ)  # `scrapy config` tells where a value is from
