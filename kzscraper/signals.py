"""Signals of ours, beside Scrapy's."""

# Sent by StorePipeline when a visit is in the database, with `scrape`, its PoolScrape, and `items`,
# their number. Scrapy's item_scraped is sent for each of a visit's hundreds of items, and costs a
# turn of the event loop each as soon as anybody listens: all of ours listen to this one.
visit_stored = object()
