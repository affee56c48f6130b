from kzscraper.spiders.base import ObserverSpider


class KzpoolWorkersSpider(ObserverSpider):
    """The worker table, with all its pages."""

    name = "kzpool_workers"
    wanted = frozenset({"workers"})
