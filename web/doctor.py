"""Why the chat does not show on a page, or does not answer there: what its visitors' browsers would be told.

    footnote doctor https://example.org/page --service https://chat.example.org

The page, the tag, the loader's bytes, the preflight, a question and the page's content security policy, each as a
browser would try them. The question is a greeting. A tag that a script adds later is not in the page as it is sent.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import msgspec

from corpus.errors import SourceError
from corpus.request import Limits, Response, joined, send, split
from web.policy import allows, policies

_LIMITS = Limits(silence=10.0, seconds=30.0, size=5_000_000)
_AGENT = {"User-Agent": "FootnoteDoctor"}
_LOADER = re.compile(r"/widget\.js$|/assets/[0-9a-f]{16}/loader\.js$")
_REDIRECTS = (301, 302, 303, 307, 308)
_MAX_REDIRECTS = 5
_PORTS = {"http": ":80", "https": ":443"}
_GREETING = msgspec.json.encode({"messages": [{"role": "visitor", "text": "hello"}]})


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that was tried; `said` is what was found and, where it is not fine, the mend."""

    name: str
    fine: bool
    said: str


@dataclass(frozen=True, slots=True)
class Tag:
    """The script tag of the widget as it stands in the page."""

    address: str
    integrity: str | None
    crossorigin: bool
    nonce: str | None


def examine(page: str, service: str | None = None, *, allow_private: bool = False) -> Iterator[Point]:
    """Every point, in the order in which a browser meets them; ends where nothing further can be tried.

    What the page holds stands in the points as it is. Raises SourceError where `service` is no http(s) address.
    """
    if service is not None:
        split(service)
    try:
        address, sent = _follow(page, allow_private)
    except SourceError as error:
        yield Point("page", False, str(error))
        return
    if sent.status != 200:
        yield Point("page", False, f"{address} answers {sent.status}; give the address of a page that is there")
        return
    yield Point("page", True, address)
    read = _Reader(address)
    read.feed(_decoded(sent))
    tag = next((tag for tag in read.tags if service is None or _origin(tag.address) == _origin(service)), None)
    if tag is None:
        src = f"{_origin(service) if service else 'https://YOUR-SERVICE'}/widget.js"
        yield Point("tag", False, f'no tag of the chat is in the page; paste <script src="{src}" async></script>')
        if service is None:
            return
    else:
        yield _tag(tag, address)
        yield _loader(tag, allow_private)
    base = _origin(service or (tag.address if tag else ""))
    yield from _policy(sent, read, address, base, tag)
    if _origin(address) == base:
        yield Point("origin", True, "the page is on the origin of the service; nothing needs to be named")
    else:
        yield _preflight(base, _origin(address), allow_private)
    yield _question(base, _origin(address), allow_private)


def _decoded(sent: Response) -> str:
    """The page in the encoding that it names; in UTF-8, as far as that goes, where there is no such encoding."""
    try:
        return sent.body.decode(sent.charset or "utf-8", "replace")
    except (LookupError, UnicodeError):
        return sent.body.decode("utf-8", "replace")


class _Reader(HTMLParser):
    """Finds the tags of the widget, frames, and policies that stand in the page itself."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self._page = page
        self.tags: list[Tag] = []
        self.frames: list[str] = []
        self.policies: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep what concerns the chat."""
        named = dict(attrs)
        if tag == "meta" and (named.get("http-equiv") or "").lower() == "content-security-policy":
            self.policies.append(named.get("content") or "")
        source = _address(self._page, named.get("src") or "") if tag in ("script", "iframe") else None
        if source is None:
            return
        if tag == "iframe":
            self.frames.append(source)
        elif _LOADER.search(urlsplit(source).path):
            self.tags.append(Tag(source, named.get("integrity"), "crossorigin" in named, named.get("nonce")))


def _address(page: str, source: str) -> str | None:
    """The address that `page` means by `source`; None where it is none."""
    try:
        address = urljoin(page, source)
        _ = urlsplit(address).port  # read when asked for, and only then found to be no number
    except ValueError:
        return None
    return address


def _tag(tag: Tag, page: str) -> Point:
    if page.startswith("https:") and tag.address.startswith("http:"):
        return Point("tag", False, f"{tag.address} is http on an https page, which browsers block; write https")
    if tag.integrity and not tag.crossorigin and _origin(tag.address) != _origin(page):
        return Point("tag", False, 'integrity without crossorigin is refused; add crossorigin="anonymous" to the tag')
    return Point("tag", True, tag.address)


def _loader(tag: Tag, allow_private: bool) -> Point:
    try:
        _, sent = _follow(tag.address, allow_private)
    except SourceError as error:
        return Point("loader", False, str(error))
    if sent.status != 200 or sent.content_type != "text/javascript":
        return Point("loader", False, f"{tag.address} answers {sent.status} {sent.content_type}; is this the service?")
    digest = "sha384-" + base64.b64encode(hashlib.sha384(sent.body).digest()).decode("ascii")
    if tag.integrity and digest not in tag.integrity.split():
        return Point("loader", False, "the tag holds another release by its hash; copy it anew from the service's page")
    return Point("loader", True, f"{len(sent.body):,} bytes" + (", as the tag holds them" if tag.integrity else ""))


def _policy(sent: Response, read: _Reader, page: str, base: str, tag: Tag | None) -> Iterator[Point]:
    """Whether the page's own policies let the loader and the panel run, the panel ask, and a frame of /chat show."""
    found = policies(sent.headers.get("content-security-policy", ""), read.policies)
    if not found:
        yield Point("policy", True, "the page has no content security policy")
        return
    wanted = [("script-src", f"{base}/widget.js"), ("connect-src", f"{base}/api/v1/chat")]
    wanted += [("frame-src", frame) for frame in read.frames if _origin(frame) == base][:1]
    for directive, address in wanted:
        nonce = tag.nonce if tag is not None and directive == "script-src" else None
        if all(allows(policy, directive, address, page, nonce) for policy in found):
            yield Point(directive, True, f"the page's policy allows {base}")
        else:
            yield Point(directive, False, f"the page's policy blocks the chat; add {base} to its {directive}")


def _preflight(base: str, origin: str, allow_private: bool) -> Point:
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    try:
        sent = _send("OPTIONS", f"{base}/api/v1/chat", asked, None, allow_private)
    except SourceError as error:
        return Point("origin", False, str(error))
    if sent.status // 100 != 2 or sent.headers.get("access-control-allow-origin") != origin:
        return Point("origin", False, f'{base} does not know {origin}; add "{origin}" to its setting allowed_origins')
    return Point("origin", True, f"{origin} is named in allowed_origins")


def _question(base: str, origin: str, allow_private: bool) -> Point:
    asked = {"Origin": origin, "Content-Type": "application/json"}
    try:
        sent = _send("POST", f"{base}/api/v1/chat", asked, _GREETING, allow_private)
    except SourceError as error:
        return Point("question", False, str(error))
    if sent.status != 200:
        mend = {403: "name its origin in allowed_origins", 429: "wait a minute", 503: "see footnote index status"}
        return Point(
            "question", False, f"{base} answers {sent.status}; {mend.get(sent.status, 'is this the service?')}"
        )
    if _origin(base) != origin and sent.headers.get("access-control-allow-origin") != origin:
        return Point(
            "question", False, "the answer does not reach the page; does a proxy drop its access-control header?"
        )
    return Point("question", True, "a greeting is answered")


def _follow(url: str, allow_private: bool) -> tuple[str, Response]:
    """The last address and what it sent; every step is looked up and checked anew. Raises SourceError."""
    for _ in range(_MAX_REDIRECTS + 1):
        sent = _send("GET", url, {}, None, allow_private)
        if sent.status not in _REDIRECTS or "location" not in sent.headers:
            return url, sent
        url = joined(url, sent.headers["location"])
    raise SourceError(url, f"redirects more than {_MAX_REDIRECTS} times; give the last address")


def _send(method: str, url: str, headers: dict[str, str], body: bytes | None, allow_private: bool) -> Response:
    return send(method, url, {**_AGENT, **headers}, _LIMITS, body=body, allow_private=allow_private)


def _origin(url: str) -> str:
    """As a browser writes it: in small letters, without the port that goes without saying."""
    parts = urlsplit(url)
    place = parts.netloc.lower()
    return f"{parts.scheme}://{place.removesuffix(_PORTS.get(parts.scheme, ''))}"
