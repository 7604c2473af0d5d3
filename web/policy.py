"""A page's content security policy (CSP3), as far as it decides on the widget: which addresses a directive allows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import SplitResult, urlsplit

Policy = Mapping[str, Sequence[str]]
"""Directives by name; what a directive does not name it forbids."""

_PORTS = {"http": 80, "https": 443}
_FALLBACK = {
    "script-src": ("script-src-elem", "script-src", "default-src"),
    "connect-src": ("connect-src", "default-src"),
    "frame-src": ("frame-src", "child-src", "default-src"),
}


def policies(header: str, written: Sequence[str] = ()) -> list[Policy]:
    """The policies of a header, which may hold several, and of a page's own meta elements; all of them must allow."""
    parsed = [_parse(text) for text in (*header.split(","), *written)]
    return [policy for policy in parsed if policy]


def _parse(text: str) -> Policy:
    directives: dict[str, Sequence[str]] = {}
    for part in text.split(";"):
        name, *sources = part.split() or [""]
        if name:
            directives.setdefault(name.lower(), sources)
    return directives


def allows(policy: Policy, directive: str, address: str, page: str, nonce: str | None = None) -> bool:
    """Whether `policy` of `page` lets `directive` reach `address`, for a script tag with `nonce`."""
    name = next((name for name in _FALLBACK[directive] if name in policy), None)
    if name is None:
        return True
    sources = policy[name]
    if nonce and f"'nonce-{nonce}'" in sources:
        return True
    if directive == "script-src" and "'strict-dynamic'" in sources:
        return False  # with it, addresses do not count
    return any(_matches(source, urlsplit(address), urlsplit(page)) for source in sources)


def _matches(source: str, address: SplitResult, page: SplitResult) -> bool:
    if source == "*":
        return address.scheme in _PORTS
    if source.lower() == "'self'":
        return (address.hostname, _port(address)) == (page.hostname, _port(page)) and _upgrades(page.scheme, address)
    if source.startswith("'"):
        return False
    if source.endswith(":"):
        return _upgrades(source[:-1].lower(), address)
    return _same_place(source if "://" in source else f"{page.scheme}://{source}", address)


def _same_place(source: str, address: SplitResult) -> bool:
    scheme, _, rest = source.partition("://")
    place, slash, path = rest.partition("/")
    host, _, port = place.partition(":")
    if not _upgrades(scheme.lower(), address) or not _same_host(host.lower(), address.hostname or ""):
        return False
    if port not in ("", "*") and port != str(_port(address)):
        return False
    if not port and _port(address) not in (_PORTS.get(scheme.lower()), _PORTS.get(address.scheme)):
        return False
    path = slash + path
    return path in ("", "/") or address.path == path or (path.endswith("/") and address.path.startswith(path))


def _same_host(host: str, wanted: str) -> bool:
    return wanted.endswith(host[1:]) if host.startswith("*.") else wanted == host


def _upgrades(scheme: str, address: SplitResult) -> bool:
    """Whether `scheme` covers that of the address; https is never less than http."""
    return scheme == address.scheme or (scheme, address.scheme) == ("http", "https")


def _port(parts: SplitResult) -> int | None:
    return parts.port or _PORTS.get(parts.scheme)
