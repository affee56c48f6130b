"""The exit codes of `scrapy crawl`, which cron jobs rely on."""

COMPLETE = 0  # all pools were read completely
USAGE = 1  # bad configuration or usage
INCOMPLETE = 2  # at least one pool failed or was partial
ALREADY_RUNNING = 3  # another run of the same spider on the same database is going on
