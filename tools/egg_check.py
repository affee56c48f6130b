"""Loads an egg as Scrapyd would, and prints its spiders: `python tools/egg_check.py EGG`.

Fails where any module of the egg cannot be imported. Run it in a folder without a scrapy.cfg.
"""

import importlib
import os
import pkgutil
import sys
from importlib.metadata import entry_points

from scrapy.cmdline import execute


def main(egg: str) -> None:
    sys.path.insert(0, egg)
    [settings] = entry_points(group="scrapy", name="settings")
    package = importlib.import_module(settings.value.partition(".")[0])
    if not str(package.__file__).startswith(egg):
        sys.exit(f"{package.__name__} was imported from {package.__file__}, not from the egg")
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(module.name)
    os.environ["SCRAPY_SETTINGS_MODULE"] = settings.value
    execute(["scrapy", "list"])


main(sys.argv[1])
