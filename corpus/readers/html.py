"""HTML pages: trafilatura finds the article and its facts, our own walk keeps its structure.

trafilatura's own Markdown is not used because it does not escape: a page that says `*` or `1.` would come out as
markup.
"""

from __future__ import annotations

import logging
import re
from dataclasses import replace

import trafilatura
from lxml import etree, html

from corpus import outline
from corpus.article import Metadata
from corpus.errors import SourceError
from corpus.readers import broken, facts, hidden, layout, mainpart, tree
from corpus.readers.document import Document, Raw
from corpus.readers.encoding import text_of

# What it would warn of is said in the error that the reader raises.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,40})", re.IGNORECASE)
_MAX_BYTES = 10_000_000
_MANY_TAGS = 40_000
"""From this many tags on the extraction does without its second opinions, one of which takes minutes for 100,000."""

_NO_TEXT = "has no article text in its HTML; if a script writes the page, give the text itself"
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read(raw: Raw) -> Document:
    """The main content of a page; menus, banners, related links, comments, scripts and styles are left out."""
    if len(raw.data) > _MAX_BYTES:
        raise SourceError(raw.origin, f"is too large for a page ({len(raw.data):,} bytes, at most {_MAX_BYTES:,})")
    declared = _DECLARED.search(raw.data[:4096])
    text = text_of(raw if raw.charset or not declared else replace(raw, charset=declared[1].decode()))
    try:
        return _document(text, raw.origin)
    except broken.ERRORS as error:
        raise SourceError(raw.origin, "is a broken page; check its HTML") from error


def _document(text: str, origin: str) -> Document:
    root = _root(text, origin)
    known = Metadata(reviewed=facts.reviewed(root), language=facts.language(root) or "en")
    hidden.reveal(root)
    layout.dissolve(root)
    layout.thin_out(root)
    page: str = html.tostring(root, encoding="unicode", doctype="<!DOCTYPE html>")
    found = trafilatura.bare_extraction(
        page,
        include_comments=False,
        include_tables=True,
        include_formatting=True,
        favor_recall=True,
        with_metadata=True,
        max_tree_size=None,
        fast=page.count("<") > _MANY_TAGS,
    )
    if not isinstance(found, trafilatura.settings.Document) or found.body is None:
        raise SourceError(origin, _NO_TEXT)
    markdown = mainpart.to_markdown(page, found.body) or tree.to_markdown(found.body)
    outline.check_length(markdown, origin)
    title = None if markdown.startswith("# ") else found.title
    return Document(markdown, title=title, metadata=_metadata(found, known))


def _root(text: str, origin: str) -> html.HtmlElement:
    try:
        return html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8", huge_tree=False))
    except etree.ParserError as error:
        raise SourceError(origin, _NO_TEXT) from error


def _metadata(found: trafilatura.settings.Document, known: Metadata) -> Metadata:
    date = _ISO_DATE.search(found.date or "")
    return replace(
        known,
        url=found.url if (found.url or "").startswith(("https://", "http://")) else None,
        author=found.author or None,
        published=date[0] if date else None,
        licence=found.license or None,
    )
