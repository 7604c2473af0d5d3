"""HTML pages: trafilatura finds the article and its facts, our own walk keeps its structure.

trafilatura's own Markdown is not used because it does not escape: a page that says `*` or `1.` would come out as
markup.
"""

from __future__ import annotations

import logging
import re

import trafilatura

from corpus import outline
from corpus.article import Metadata
from corpus.errors import SourceError
from corpus.readers import tree
from corpus.readers.document import Document, Raw
from corpus.readers.encoding import text_of

# What it would warn of is said in the error that the reader raises.
logging.getLogger("trafilatura").setLevel(logging.CRITICAL)

_DECLARED = re.compile(rb"<meta[^>]{0,200}?charset\s*=\s*[\"']?\s*([\w-]{2,40})", re.IGNORECASE)
_MAX_BYTES = 10_000_000
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read(raw: Raw) -> Document:
    """The main content of a page; menus, banners, related links, comments, scripts and styles are left out."""
    if len(raw.data) > _MAX_BYTES:
        raise SourceError(raw.origin, f"is too large for a page ({len(raw.data):,} bytes, at most {_MAX_BYTES:,})")
    declared = _DECLARED.search(raw.data[:4096])
    text = text_of(
        raw if raw.charset or not declared else Raw(raw.data, raw.origin, raw.content_type, declared[1].decode())
    )
    found = trafilatura.bare_extraction(
        text,
        include_comments=False,
        include_tables=True,
        include_formatting=True,
        favor_recall=True,
        with_metadata=True,
        max_tree_size=None,
    )
    if not isinstance(found, trafilatura.settings.Document) or found.body is None:
        raise SourceError(
            raw.origin, "has no article text in its HTML; if a script writes the page, give the text itself"
        )
    markdown = tree.to_markdown(found.body)
    outline.check_length(markdown, raw.origin)
    return Document(_with_title(markdown, found.title), title=found.title, metadata=_metadata(found))


def _with_title(markdown: str, title: str | None) -> str:
    return markdown


def _metadata(found: trafilatura.settings.Document) -> Metadata:
    date = _ISO_DATE.search(found.date or "")
    return Metadata(
        url=found.url or None,
        author=found.author or None,
        published=date[0] if date else None,
        licence=found.license or None,
        language=found.language or "en",
    )
