"""One HTTP request to one address that was looked at first: bounded in time and size, following nothing by itself."""

from __future__ import annotations

import ipaddress
import re
import socket
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urljoin, urlsplit, urlunsplit

import certifi
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError
from urllib3.response import BaseHTTPResponse

from corpus.errors import SourceError

_CHUNK = 65_536
_SAFE = "/%:=&?~+!$,;'@()*[]"
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([\w.:-]+)", re.IGNORECASE)
_NEVER_AN_ARTICLE = ("image/", "audio/", "video/", "font/")

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class UnreachableError(SourceError):
    """A server did not answer, for the moment."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one request may take: seconds to wait for a sign of life, seconds in all, bytes when unpacked."""

    silence: float = 20.0
    seconds: float = 60.0
    size: int = 20_000_000


@dataclass(frozen=True, slots=True)
class Response:
    """What came back; header names are in lower case, `body` is unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def content_type(self) -> str:
        """The media type, lower case, without parameters."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str | None:
        """The encoding that the server names."""
        match = _CHARSET.search(self.headers.get("content-type", ""))
        return match[1] if match else None


def get(url: str, headers: Mapping[str, str], limits: Limits, *, allow_private: bool) -> Response:
    """The response of one GET; as `send`."""
    return send("GET", url, headers, limits, allow_private=allow_private)


def send(
    method: str, url: str, headers: Mapping[str, str], limits: Limits, *, body: bytes | None = None, allow_private: bool
) -> Response:
    """The response of one request; a redirect is a response like any other.

    The host is resolved once, every address of it is checked, and the connection goes to the address that was checked.
    Raises SourceError: not http(s), a private address, too large, a picture; UnreachableError, which is one: the name
    is not known, no connection, too slow, a broken answer.
    """
    parts = split(url)
    address = _resolve(parts, url, allow_private=allow_private)
    connection = _connection(parts, address, limits)
    sockets: list[socket.socket] = []
    watchdog = threading.Timer(limits.seconds, _cut, [sockets])
    watchdog.daemon = True
    started = time.monotonic()
    try:
        connection.connect()
        # Kept apart, because the connection lets go of its socket once the headers are read.
        sockets += [connection.sock] if connection.sock else []
        watchdog.start()
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body=body, headers={"Host": parts.netloc, **headers}, preload_content=False)
        response = connection.getresponse()
        content = _body(response, url, limits, started)
        # A header that is sent twice is one with two values (RFC 9110, 5.3).
        merged = {name.lower(): value for name, value in response.headers.itermerged()}
        return Response(response.status, merged, content)
    except (HTTPError, OSError, ValueError) as error:
        raise UnreachableError(url, _reason(error, time.monotonic() - started, limits)) from error
    finally:
        watchdog.cancel()
        connection.close()


def split(url: str) -> SplitResult:
    """The parts of a URL that may be fetched; raises SourceError for any other."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise SourceError(url, "is no valid URL; check it") from error
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise SourceError(url, "is no http or https URL; check it")
    if parts.username is not None or parts.password is not None:
        raise SourceError(url, "holds a user name or password; such pages are not fetched")
    if re.search(r"[\x00-\x20\x7f]", url) or not url.isascii():
        raise SourceError(url, "holds spaces or characters that must be written as %XX; check it")
    return parts


def in_ascii(url: str) -> str:
    """`url` with letters outside ASCII and spaces as a browser sends them; as it is where that cannot be done."""
    try:
        parts = urlsplit(url.strip())
        host = (parts.hostname or "").encode("idna").decode()
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return url
    netloc = parts.netloc if parts.netloc.isascii() else f"{host}{port}"
    return urlunsplit((parts.scheme, netloc, quote(parts.path, safe=_SAFE), quote(parts.query, safe=_SAFE), ""))


def joined(base: str, reference: str) -> str:
    """The URL that a page at `base` means by `reference`, in ASCII; raises SourceError where it is none."""
    try:
        target = in_ascii(urljoin(base, reference))
        urlsplit(target)
        return target
    except ValueError as error:
        raise SourceError(reference, f"is no valid URL, but stands in {base}; correct it there") from error


def is_public(address: Address) -> bool:
    """Whether an address lies in the public internet, also when it is wrapped in an IPv6 address."""
    if isinstance(address, ipaddress.IPv6Address):
        inner = address.ipv4_mapped or address.sixtofour or (address.teredo and address.teredo[1])
        if inner is None and address in _NAT64:
            inner = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
        if inner:
            return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def _resolve(parts: SplitResult, url: str, *, allow_private: bool) -> str:
    """One address of the host; refused when any of its addresses is private, because the next look-up may choose it."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise UnreachableError(url, "the name of the host is not known; check the URL and the connection") from error
    addresses = [str(entry[4][0]).partition("%")[0] for entry in found]
    if not allow_private and not all(is_public(ipaddress.ip_address(address)) for address in addresses):
        raise SourceError(url, "leads to a private address; allow private addresses if this is your own network")
    return addresses[0]


def _connection(parts: SplitResult, address: str, limits: Limits) -> HTTPConnection:
    if parts.scheme == "http":
        return HTTPConnection(address, parts.port or 80, timeout=limits.silence)
    return HTTPSConnection(
        address,
        parts.port or 443,
        timeout=limits.silence,
        cert_reqs="CERT_REQUIRED",
        ca_certs=certifi.where(),
        server_hostname=parts.hostname,
        assert_hostname=parts.hostname,
    )


def _cut(sockets: Sequence[socket.socket]) -> None:
    """Ends a request whose time is up, even if its server sends a byte now and then."""
    for open_socket in sockets:
        with suppress(OSError):
            open_socket.shutdown(socket.SHUT_RDWR)


def _body(response: BaseHTTPResponse, url: str, limits: Limits, started: float) -> bytes:
    kind = response.headers.get("content-type", "").lower()
    if response.status != 200:
        return b""
    if kind.startswith(_NEVER_AN_ARTICLE):
        raise SourceError(url, f"is {kind.partition(';')[0]}, not an article")
    body = bytearray()
    for chunk in response.stream(_CHUNK, decode_content=True):
        body += chunk
        if len(body) > limits.size:
            raise SourceError(url, f"is larger than {limits.size:,} bytes; it is not fetched")
        if time.monotonic() - started > limits.seconds:
            raise TimeoutError
    return bytes(body)


def _reason(error: Exception, seconds: float, limits: Limits) -> str:
    if isinstance(error, TimeoutError) or "timed out" in str(error).lower() or seconds >= limits.seconds:
        return "did not answer in time; try again later"
    if "certificate" in str(error).lower():
        return "has no valid certificate for its name; it is not fetched"
    if isinstance(error, ConnectionError) or "connection" in str(error).lower():
        return "the connection failed; check the URL and the connection"
    return "sent an answer that is no valid HTTP; try again later"
