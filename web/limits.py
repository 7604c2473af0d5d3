"""Who may ask how often: sliding windows per client, counted by the library `limits`.

A client is an address, never stored beyond the window and never logged; IPv6 addresses count by prefix, because one
household or one attacker has a whole network of them.
"""

from __future__ import annotations

import ipaddress
import time
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import ConfigurationError
from limits.storage import storage_from_string
from starlette.types import Scope

from web.settings import ServiceSettings, SettingsError

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Refused:
    """A client over its limit; `seconds` until it may try again, `limit` in words."""

    seconds: int
    limit: str


class RateLimits:
    """The windows of one service; safe to ask from many requests at once."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(_storage(settings.rate_storage))
        self._items: tuple[RateLimitItem, ...] = (
            RateLimitItemPerMinute(settings.rate_per_minute),
            RateLimitItemPerDay(settings.rate_per_day),
        )

    async def refuse(self, purpose: str, client: str) -> Refused | None:
        """Count one request of `client`; say so when it was one too many."""
        for item in self._items:
            if not await self._limiter.hit(item, purpose, client):
                window = await self._limiter.get_window_stats(item, purpose, client)
                seconds = max(1, round(window.reset_time - time.time()))
                return Refused(seconds, str(item))
        return None


def _storage(uri: str) -> Storage:
    if uri.startswith("memory:"):
        return MemoryStorage()
    try:
        storage = storage_from_string(f"async+{uri}")
    except (ConfigurationError, ValueError) as error:
        raise SettingsError(f"rate_storage: {uri.split(':')[0]}: storage cannot be used ({error})") from error
    if not isinstance(storage, Storage):
        raise SettingsError("rate_storage: write it as memory:// or redis://host:port")
    return storage


class ClientAddress:
    """Tells clients apart; believes X-Forwarded-For only from proxies that were named."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._proxies: tuple[Network, ...] = tuple(
            ipaddress.ip_network(p, strict=False) for p in settings.trusted_proxies
        )
        self._prefix = settings.ipv6_prefix

    def of(self, scope: Scope, forwarded: str | None) -> str:
        """A key for the client of this request: an IPv4 address, an IPv6 network, or `unknown`."""
        peer = scope["client"][0] if scope.get("client") else ""
        for hop in reversed([*(forwarded or "").split(","), peer]):
            address = _address(hop.strip())
            if address is None:
                return "unknown"
            if not any(address in proxy for proxy in self._proxies):
                return self._key(address)
            # this hop is a proxy of ours: what it says about the hop before it is believed
        return "proxy"

    def _key(self, address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> str:
        if isinstance(address, ipaddress.IPv4Address):
            return str(address)
        if address.ipv4_mapped is not None:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, self._prefix), strict=False))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None
