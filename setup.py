"""For `scrapyd-deploy`, which runs this file; everything stands in pyproject.toml."""

from setuptools import setup

setup()
