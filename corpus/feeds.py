"""Sitemaps (sitemaps.org), RSS and Atom: the pages that they list."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from corpus.errors import SourceError
from corpus.readers.document import Raw
from corpus.request import joined

_MAX_UNPACKED = 60_000_000
"""The protocol of sitemaps allows 50 MB unpacked."""


@dataclass(frozen=True, slots=True)
class Listing:
    """What a feed lists, in its order, each once: further sitemaps, or pages; and the error of each that is no URL."""

    sitemaps: tuple[str, ...] = ()
    pages: tuple[str, ...] = ()
    wrong: tuple[SourceError, ...] = ()


def unpacked(raw: Raw) -> bytes:
    """The bytes of a feed, unpacked if it is a .gz file; raises SourceError when that never ends."""
    if not raw.data.startswith(b"\x1f\x8b"):
        return raw.data
    try:
        unpacker = zlib.decompressobj(wbits=31)
        data = unpacker.decompress(raw.data, _MAX_UNPACKED)
    except zlib.error as error:
        raise SourceError(raw.origin, "is a broken .gz file") from error
    if unpacker.unconsumed_tail:
        raise SourceError(raw.origin, f"unpacks to more than {_MAX_UNPACKED:,} bytes; it is refused")
    return data


def listing(raw: Raw) -> Listing:
    """What the sitemap or feed in `raw` lists; raises SourceError when it is no XML or lists nothing."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, recover=True, huge_tree=False)
    try:
        root = etree.fromstring(unpacked(raw), parser)
    except etree.XMLSyntaxError as error:
        raise SourceError(raw.origin, "is a broken sitemap or feed; check its XML") from error
    if root is None:
        raise SourceError(raw.origin, "is a broken sitemap or feed; check its XML")
    found: dict[str, None] = {}
    wrong: dict[str, SourceError] = {}
    for url in (url.strip() for url in _urls(root) if url.strip()):
        try:
            found[joined(raw.origin, url)] = None
        except SourceError as error:
            wrong[url] = error
    if not found and not wrong:
        raise SourceError(raw.origin, "lists no pages")
    urls, errors = tuple(found), tuple(wrong.values())
    return Listing(urls, (), errors) if _name(root) == "sitemapindex" else Listing((), urls, errors)


def _urls(root: etree._Element) -> Iterator[str]:
    inside = {"urlset": "url", "sitemapindex": "sitemap", "feed": "entry"}.get(_name(root), "item")
    for entry in root.iter():
        if _name(entry) == inside:
            yield from _links(entry)


def _links(entry: etree._Element) -> Iterator[str]:
    """The address of one entry: `loc` (sitemaps), `link` with text (RSS) or with `href` (Atom)."""
    for child in entry:
        if _name(child) == "loc" or (_name(child) == "link" and child.text and not child.get("href")):
            yield child.text or ""
        elif _name(child) == "link" and child.get("rel", "alternate") == "alternate":
            yield child.get("href", "")


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname.lower() if isinstance(element.tag, str) else ""
