"""The exit codes of `scrapy crawl`, which cron jobs rely on."""

COMPLETE = 0  # all pools were read completely
USAGE = 1  # bad configuration or usage
INCOMPLETE = 2  # at least one pool failed or was partial
