from kzscraper.spiders.base import ObserverSpider


class KzpoolEarningsSpider(ObserverSpider):
    """The daily earnings."""

    name = "kzpool_earnings"
    wanted = frozenset({"earnings"})
