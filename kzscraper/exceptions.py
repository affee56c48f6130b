"""Errors whose text is meant for the operator: what happened, to which pool or file, what to do."""


class KzError(Exception):
    """Base of all our errors: a command prints the text, without a traceback."""


class ConfigurationError(KzError):
    """Raised by `options` for a setting, and by spiders for an argument, that cannot be used."""


class LinkError(KzError):
    """Raised by `observer_link` for a link that is not ours to open."""


class RegistryError(KzError):
    """Raised by `store.registry` for a pool that is unknown, a duplicate or malformed."""


class StoreError(KzError):
    """Raised by `store` for a database that cannot be opened, read or written."""


class BrowserError(KzError):
    """Raised by `browser` where no Chromium can be found or started."""
