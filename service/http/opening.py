"""Who may ask the service that is about to listen, from the settings; refuses to be open to others by mistake."""

from __future__ import annotations

from urllib.parse import urlsplit

from index.record import Record
from index.schema import now
from service.access.keyring import Keyring, configured_keys
from service.access.keys import Keys
from service.access.policy import Mode
from service.access.rates import Rates
from service.http.guard import Access, is_loopback
from service.settings import InvalidSettings, Settings

OWN_NAMES = ("localhost", "127.0.0.1", "::1")


def open_access(settings: Settings, record: Record, host: str) -> Access:
    """Who may ask a service that listens on `host`.

    Raises:
        InvalidSettings: others could reach it, and nobody has a key; or a limit or a key cannot be used.
    """
    keyring = Keyring(Keys(record), configured_keys(settings.api_keys.get_secret_value()))
    mode = mode_of(settings, host)
    if mode == "keys" and not is_loopback(host):
        check_keys(keyring, host)
    rates = Rates(settings.rate_limit_key, settings.rate_limit_address, settings.rate_limit_storage.get_secret_value())
    return Access(keyring, mode, rates, settings.open_sources, names(settings, host, mode), settings.page_key)


def mode_of(settings: Settings, host: str) -> Mode:
    """What KILDE_ACCESS comes to: `auto` only stays where nobody but this machine is meant to come."""
    if settings.access == "auto" and (settings.trusted_proxies or not is_loopback(host)):
        return "keys"
    return settings.access


def check_keys(keyring: Keyring, host: str) -> None:
    """Raises InvalidSettings where nobody has a key that holds."""
    moment = now()
    if not any(key.holds(moment) for key in keyring.read().keys.values()):
        raise InvalidSettings(
            f"KILDE_HOST: others can reach {host}, and nobody has a key; make one with `kilde keys create NAME`, "
            "or let everybody ask and read with KILDE_ACCESS=open"
        )


def names(settings: Settings, host: str, mode: Mode) -> frozenset[str]:
    """The names that the service may be called by: this machine's, where only this machine is meant to come."""
    if mode != "auto":
        return frozenset()
    public = urlsplit(settings.public_url).hostname
    return frozenset(name for name in (*OWN_NAMES, host.lower(), public) if name)
