"""Every `KZ_` setting as it stands: its value, where that comes from, and what it means."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings

from kzscraper import observer_link, options
from kzscraper.exceptions import ConfigurationError
from kzscraper.options import Option


@dataclass(frozen=True)
class Setting:
    """source: default, environment, settings file, command line or Scrapyd."""

    name: str
    value: str
    source: str
    default: str
    meaning: str
    error: str | None  # why the value cannot be used


def listing(settings: BaseSettings, *, in_scrapyd: bool = False) -> list[Setting]:
    """In the order of options.py. in_scrapyd: the command line is Scrapyd's."""
    return [_setting(option, settings, in_scrapyd) for option in options.OPTIONS]


def _setting(option: Option[Any], settings: BaseSettings, in_scrapyd: bool) -> Setting:
    value = settings.get(option.name, option.default)
    text = ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    try:
        option.read(settings)
        error = None
    except ConfigurationError as bad:
        error = observer_link.mask(str(bad))
    return Setting(
        option.name,
        observer_link.mask(text),
        _source(option, text, settings, in_scrapyd),
        option.default,
        option.meaning,
        error,
    )


def _source(option: Option[Any], text: str, settings: BaseSettings, in_scrapyd: bool) -> str:
    if (settings.getpriority(option.name) or 0) >= SETTINGS_PRIORITIES["cmdline"]:
        return "Scrapyd" if in_scrapyd else "command line"
    if option.name in settings.getlist("KZ_FROM_ENVIRONMENT"):
        return "environment"
    return "default" if text == option.default else "settings file"


def changed(settings: Sequence[Setting]) -> list[Setting]:
    """Those that somebody has set."""
    return [one for one in settings if one.source != "default"]


def as_markdown() -> str:
    """The table of the README."""
    lines = ["| setting | default | meaning |", "|---|---|---|"]
    for option in options.OPTIONS:
        default = f"`{option.default}`" if option.default else ""
        lines.append(f"| `{option.name}` | {default} | {option.meaning} |")
    return "\n".join(lines)
