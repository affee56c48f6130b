"""Configuration. Only what differs from Scrapy's defaults, each with its reason."""

import os

from kzscraper import options

BOT_NAME = "kzscraper"
SPIDER_MODULES = ["kzscraper.spiders"]
NEWSPIDER_MODULE = "kzscraper.spiders"
COMMANDS_MODULE = "kzscraper.commands"

# Pages are drawn by scripts, so a browser opens them. One handler class for both schemes; it is
# created at a scheme's first request, so that a crawl runs one browser.
DOWNLOAD_HANDLERS = {
    "http": "kzscraper.browser.handler.ObserverDownloadHandler",
    "https": "kzscraper.browser.handler.ObserverDownloadHandler",
}
# The browser's own headers: Scrapy's would contradict its client hints.
PLAYWRIGHT_PROCESS_REQUEST_HEADERS = None

# Two pages per core keep a small server busy without starving its other work.
CONCURRENT_REQUESTS = 2 * (os.cpu_count() or 1)
CONCURRENT_REQUESTS_PER_DOMAIN = CONCURRENT_REQUESTS
# Observer links are given to us by the account's owner; robots.txt is about search engines.
ROBOTSTXT_OBEY = False
# Attempts are repeated inside the download handler, within the time limit of one visit.
RETRY_ENABLED = False
COOKIES_ENABLED = False  # the browser keeps its own, per visit

EXTENSIONS = {
    "kzscraper.extensions.run_lock.RunLockExtension": 0,
    "kzscraper.extensions.spool.SpoolExtension": 10,
}

ITEM_PIPELINES = {
    "kzscraper.pipelines.normalise.NormalisePipeline": 100,
    "kzscraper.pipelines.deduplicate.DeduplicateEarningsPipeline": 200,
    "kzscraper.pipelines.detect.DetectAnomaliesPipeline": 300,
    "kzscraper.pipelines.store.StorePipeline": 400,
}

# Both are servers that execute code; nobody needs them in a cron job.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

LOG_LEVEL = "INFO"  # DEBUG prints every item, which halves the speed

# Our own settings; their meanings stand in options.py. The environment is read here only.
globals().update(options.values(os.environ))
