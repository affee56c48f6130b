from kzscraper.page.view import SECTIONS
from kzscraper.spiders.base import ObserverSpider


class KzpoolSpider(ObserverSpider):
    """Everything that the page shows, in one visit."""

    name = "kzpool"
    wanted = frozenset(SECTIONS)
