"""Errors whose text is meant for the operator: what happened, to which pool or file, what to do."""

from kzscraper import exit_codes


class KzError(Exception):
    """Base of all our errors: a command prints the text, without a traceback, and ends."""

    exit_code = exit_codes.USAGE


class ConfigurationError(KzError):
    """Raised by `options` for a setting, and by spiders for an argument, that cannot be used."""


class LinkError(KzError):
    """Raised by `observer_link` for a link that is not ours to open."""


class RegistryError(KzError):
    """Raised by `store.registry` for a pool that is unknown, a duplicate or malformed."""


class StoreError(KzError):
    """Raised by `store` for a database that cannot be opened, read or written."""


class BusyError(StoreError):
    """Raised by `store` where another program held the database for too long."""

    exit_code = exit_codes.INCOMPLETE


class AlreadyRunningError(KzError):
    """Raised by `store.lock` while another run of the same spider is going on."""

    exit_code = exit_codes.ALREADY_RUNNING


class BrowserError(KzError):
    """Raised by `browser` where no Chromium can be found or started."""
