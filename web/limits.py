"""Who may ask how often: sliding windows per client, counted by the library `limits`.

A client is an address, and IPv6 addresses count by prefix, because one household or one attacker has a whole network of
them. What is counted under is not the address but its keyed hash, so that neither our memory nor a Redis (and what it
writes to its disk) ever holds one; nothing outlives its window, and nothing is logged. Where a shared storage cannot be
reached, each process counts for itself until it can: a visitor in danger must not wait for a Redis.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import logging
import secrets
import time
from dataclasses import dataclass

from limits import RateLimitItem, RateLimitItemPerDay, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import RateLimiter, SlidingWindowCounterRateLimiter
from limits.errors import ConfigurationError, StorageError
from limits.storage import storage_from_string
from starlette.types import Scope

from web.settings import ServiceSettings, SettingsError

log = logging.getLogger("footnote.web")

_AGAIN_SECONDS = 10.0
"""After a failure the shared storage is left alone for this long: each try may cost a request its time limit."""

_REDIS: dict[str, float | str | bool] = {
    "implementation": "redispy",
    "socket_timeout": 0.5,
    "socket_connect_timeout": 0.5,
}
"""The official client, and half a second for what takes under a millisecond when all is well."""

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class Refused:
    """A client over its limit; `seconds` until it may try again, `limit` in words."""

    seconds: int
    limit: str


class RateLimits:
    """The windows of one service; safe to ask from many requests at once."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._storage = storage = _storage(settings.rate_storage)
        self._shared = None if storage is None else SlidingWindowCounterRateLimiter(storage)
        self._again = 0.0
        self._secret = (settings.rate_secret or secrets.token_hex()).encode("utf-8")
        self._items: tuple[RateLimitItem, ...] = (
            RateLimitItemPerMinute(settings.rate_per_minute),
            RateLimitItemPerDay(settings.rate_per_day),
        )

    async def refuse(self, purpose: str, client: str) -> Refused | None:
        """Count one request of `client`; say so when it was one too many."""
        key = hmac.new(self._secret, client.encode("utf-8"), hashlib.sha256).hexdigest()[:32]
        if self._shared is not None and not self.degraded:
            try:
                return await self._refuse(self._shared, purpose, key)
            except StorageError as error:
                self._again = time.monotonic() + _AGAIN_SECONDS
                log.error("rates not shared", extra={"fault": type(error.storage_error).__name__})
        return await self._refuse(self._own, purpose, key)

    async def close(self) -> None:
        """Let go of the connections to a shared storage."""
        bridge = getattr(self._storage, "bridge", None)
        if bridge is not None:
            await bridge.get_connection().aclose()

    @property
    def degraded(self) -> bool:
        """Whether the shared storage cannot be reached, so that this process counts for itself."""
        return time.monotonic() < self._again

    async def _refuse(self, limiter: RateLimiter, purpose: str, key: str) -> Refused | None:
        for item in self._items:
            if not await limiter.hit(item, purpose, key):
                window = await limiter.get_window_stats(item, purpose, key)
                seconds = max(1, round(window.reset_time - time.time()))
                return Refused(seconds, str(item))
        return None


def _storage(uri: str) -> Storage | None:
    if uri.startswith("memory:"):
        return None
    options = _REDIS if uri.startswith("redis") else dict[str, float | str | bool]()
    try:
        storage = storage_from_string(f"async+{uri}", wrap_exceptions=True, **options)
    except (ConfigurationError, ValueError) as error:
        raise SettingsError(f"rate_storage: {uri.split(':')[0]}: storage cannot be used ({error})") from error
    assert isinstance(storage, Storage)  # what `async+` gives
    return storage


class ClientAddress:
    """Tells clients apart; believes X-Forwarded-For only from proxies that were named."""

    def __init__(self, settings: ServiceSettings) -> None:
        self._proxies: tuple[Network, ...] = tuple(map(_network, settings.trusted_proxies))
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
        return str(ipaddress.ip_network((address, self._prefix), strict=False))


def _address(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address in `text`; a socket for both protocols writes IPv4 as ::ffff:10.0.0.1, which is read as IPv4."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return address if mapped is None else mapped


def _network(text: str) -> Network:
    """The network in `text`, with IPv4 in IPv6 read as `_address` reads it."""
    network = ipaddress.ip_network(text, strict=False)
    address = _address(str(network.network_address))
    if isinstance(address, ipaddress.IPv4Address) and network.version == 6 and network.prefixlen >= 96:
        return ipaddress.IPv4Network((address, network.prefixlen - 96))
    return network
