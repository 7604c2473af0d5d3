"""Fetching pages politely: robots.txt, one request at a time with a pause, only what has changed, never off the site.

    fetcher = HttpFetcher(Manners(delay=2.0), pages=Pages(Path("pages.sqlite")))
    harvest = corpus.sources.read(["https://example.org/sitemap.xml"], fetcher=fetcher)

Settings of the environment for proxies are not used: a proxy would resolve names itself, past the check of addresses.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit

from protego import Protego

from corpus import feeds, request
from corpus.errors import SourceError
from corpus.pages import Page, Pages
from corpus.readers.document import Raw
from corpus.readers.kind import is_feed
from corpus.request import Limits, Response, UnreachableError

AGENT = "FootnoteBot"
"""The name that a robots.txt can address."""

_REDIRECTS = (301, 302, 303, 307, 308)
_GONE = (404, 410)
_BUSY = (429, 503)
_MAX_ROBOTS = 500_000
_MAX_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Manners:
    """How a fetcher behaves; the defaults suit a stranger's site.

    `delay` is the pause between two requests to one host in seconds (a longer one in its robots.txt is kept),
    `max_wait` the longest pause that a busy server or a robots.txt may ask for before the page is given up.
    """

    delay: float = 1.0
    max_wait: float = 60.0
    max_redirects: int = 5
    max_pages: int = 20_000
    allow_private: bool = False
    allow_other_sites: bool = False
    obey_robots: bool = True
    limits: Limits = field(default_factory=Limits)


class HttpFetcher:
    """Fetches one page at a time; not for use by several threads at once."""

    def __init__(
        self,
        manners: Manners | None = None,
        *,
        pages: Pages | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._manners = manners or Manners()
        self._pages = pages or Pages()
        self._sleep = sleep
        self._clock = clock
        self._next: dict[str, float] = {}
        self._robots: dict[str, Protego | None] = {}

    def find(self, source: str) -> Iterator[Raw | SourceError]:
        """The page at a URL, or all pages that a sitemap or feed there lists; one that fails is its error."""
        found = self._try(request.in_ascii(source))
        if isinstance(found, SourceError) or not is_feed(found):
            yield found
            return
        try:
            urls = self._listed(found)
        except SourceError as error:
            yield error
            return
        if len(urls) > self._manners.max_pages:
            yield SourceError(
                source, f"lists {len(urls):,} pages; the first {self._manners.max_pages:,} are read", gone=True
            )
        for url in urls[: self._manners.max_pages]:
            yield url if isinstance(url, SourceError) else self._listed_page(url, source)

    def _listed_page(self, url: str, source: str) -> Raw | SourceError:
        if not self._manners.allow_other_sites and _site(url) != _site(source):
            return SourceError(url, f"is on another site than {source}; give it as a source of its own")
        found = self._try(url)
        if isinstance(found, Raw) and is_feed(found):
            return SourceError(url, "is a sitemap or feed inside another; give it as a source of its own")
        return found

    def _listed(self, raw: Raw, depth: int = 1) -> list[str | SourceError]:
        """The pages of a sitemap and of the sitemaps that it lists; what is listed there and no URL is its error."""
        listing = feeds.listing(raw)
        urls: dict[str | SourceError, None] = dict.fromkeys((*listing.pages, *listing.wrong))
        for sitemap in listing.sitemaps:
            if depth >= _MAX_DEPTH:
                raise SourceError(raw.origin, f"nests sitemaps more than {_MAX_DEPTH} deep")
            if not self._manners.allow_other_sites and _site(sitemap) != _site(raw.origin):
                raise SourceError(sitemap, f"is on another site than {raw.origin}; give it as a source of its own")
            urls.update(dict.fromkeys(self._listed(self._fetch(sitemap), depth + 1)))
        return list(urls)

    def _try(self, url: str) -> Raw | SourceError:
        try:
            return self._fetch(url)
        except SourceError as error:
            # The page asked for names the error, not its robots.txt or where it was redirected to.
            return SourceError(url, str(error).removeprefix(f"{error.source}: "), gone=error.gone)

    def _fetch(self, url: str) -> Raw:
        """The page as it is now; the one kept from before when it is unchanged, or cannot be had for the moment."""
        kept = self._pages.get(url)
        try:
            response = self._followed(url, kept)
        except UnreachableError as error:
            if kept is None:
                raise
            reason = str(error).removeprefix(f"{error.source}: ")
            return _raw(kept, note=f"the copy of {kept.day} is used, because it {reason}")
        if response.status == 304 and kept is not None:
            return _raw(kept)
        if response.status in _GONE:
            self._pages.drop(url)
            raise SourceError(url, f"does not exist (status {response.status}); check the URL", gone=True)
        if response.status != 200:
            return self._refused(url, response.status, kept)
        page = Page(
            url,
            response.body,
            datetime.now(UTC).date().isoformat(),
            response.headers.get("etag"),
            response.headers.get("last-modified"),
            response.content_type or None,
            response.charset,
        )
        self._pages.put(page)
        return _raw(page)

    def _refused(self, url: str, status: int, kept: Page | None) -> Raw:
        """A page that its server does not give: the copy from before while the server is in trouble, else an error."""
        if kept is not None and (status in _BUSY or status >= 500):
            return _raw(kept, note=f"the copy of {kept.day} is used, because the server answered with status {status}")
        raise SourceError(url, f"is not given by its server (status {status}); check that it is public")

    def _followed(self, url: str, kept: Page | None) -> Response:
        """The first response that is no redirect; every hop is checked like the first."""
        at = url
        for _ in range(self._manners.max_redirects + 1):
            if self._manners.obey_robots and not self._is_allowed(at):
                raise SourceError(url, f"is closed to {AGENT} by the site's robots.txt; allow it there")
            response = self._patient(at, _conditions(kept))
            if response.status not in _REDIRECTS:
                return response
            at = self._hop(url, at, response)
        raise SourceError(url, f"is redirected more than {self._manners.max_redirects} times; check the URL")

    def _hop(self, url: str, at: str, response: Response) -> str:
        try:
            target = request.joined(at, response.headers.get("location", ""))
        except SourceError as error:
            raise SourceError(url, "is redirected to what is no valid URL; check the URL") from error
        if target == at or not response.headers.get("location"):
            raise SourceError(url, "is redirected to itself or to nowhere; check the URL")
        if not self._manners.allow_other_sites and _site(target) != _site(url):
            raise SourceError(url, f"is redirected to another site ({_site(target)}); give that URL as the source")
        return target

    def _patient(self, url: str, headers: dict[str, str]) -> Response:
        """One request, and a second one when a busy server asks for a pause that is not too long."""
        response = self._request(url, headers)
        wait = response.headers.get("retry-after", "")
        if response.status in _BUSY and wait.isdecimal() and int(wait) <= self._manners.max_wait:
            self._sleep(float(wait))
            response = self._request(url, headers)
        return response

    def _request(self, url: str, headers: dict[str, str], *, delay: float | None = None) -> Response:
        """One request, after the pause that its host is owed."""
        host = request.split(url).netloc
        if (wait := self._next.get(host, 0.0) - self._clock()) > 0:
            self._sleep(wait)
        try:
            return request.get(
                url,
                {"User-Agent": AGENT, "Accept-Encoding": "gzip", "Accept": "text/html, */*;q=0.5", **headers},
                self._manners.limits,
                allow_private=self._manners.allow_private,
            )
        finally:
            self._next[host] = self._clock() + (self._pause(url) if delay is None else delay)

    def _pause(self, url: str) -> float:
        robots = self._robots.get(_origin(url))
        asked = robots.crawl_delay(AGENT) if robots and self._manners.obey_robots else None
        return max(self._manners.delay, min(float(asked or 0), self._manners.max_wait))

    def _is_allowed(self, url: str) -> bool:
        origin = _origin(url)
        if origin not in self._robots:
            self._robots[origin] = self._read_robots(origin)
        robots = self._robots[origin]
        return robots is not None and robots.can_fetch(url, AGENT)

    def _read_robots(self, origin: str) -> Protego | None:
        """The rules of a site; none where it has no robots.txt, all closed (`None`) where its server is in trouble."""
        at = f"{origin}/robots.txt"
        for _ in range(self._manners.max_redirects + 1):
            response = self._request(at, {}, delay=0.0)
            if response.status not in _REDIRECTS:
                break
            at = self._hop(f"{origin}/robots.txt", at, response)
        if response.status >= 500 or response.status in _BUSY:
            return None
        body = response.body[:_MAX_ROBOTS] if response.status == 200 else b""
        return Protego.parse(body.decode("utf-8", "replace"))


def _conditions(kept: Page | None) -> dict[str, str]:
    """The headers that ask for a page only if it has changed."""
    if kept is None:
        return {}
    headers = {"If-None-Match": kept.etag, "If-Modified-Since": kept.modified}
    return {name: value for name, value in headers.items() if value}


def _raw(page: Page, note: str | None = None) -> Raw:
    return Raw(page.body, page.url, page.content_type, page.charset, note)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _site(url: str) -> str:
    """The host and port of a URL; with and without `www.`, http and https are one site."""
    parts = urlsplit(url)
    return parts.netloc.lower().removeprefix("www.").removesuffix(":80").removesuffix(":443")
