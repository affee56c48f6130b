from kzscraper.spiders.base import ObserverSpider


class KzpoolSummarySpider(ObserverSpider):
    """The counters."""

    name = "kzpool_summary"
    wanted = frozenset({"statistics", "balance"})
