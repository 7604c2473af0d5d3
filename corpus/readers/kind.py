"""Which reader a source needs: told by its first bytes, then by what the server said, then by its name."""

from __future__ import annotations

import io
import re
import zipfile
from typing import Literal

from corpus.errors import SourceError
from corpus.readers.document import Raw

Kind = Literal["markdown", "html", "text", "pdf", "docx", "feed"]

BY_SUFFIX: dict[str, Kind] = {
    ".md": "markdown",
    ".markdown": "markdown",
    ".html": "html",
    ".htm": "html",
    ".xhtml": "html",
    ".txt": "text",
    ".text": "text",
    ".pdf": "pdf",
    ".docx": "docx",
}
"""The file names that a folder is searched for."""

_BY_TYPE: dict[str, Kind] = {
    "text/markdown": "markdown",
    "text/x-markdown": "markdown",
    "text/html": "html",
    "application/xhtml+xml": "html",
}
_REFUSED = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "is an old or locked Word file; save it as .docx without a password",
    ),
    (b"{\\rtf", "is an RTF file; save it as .docx or as text"),
    (b"\x89PNG", "is a picture, not an article"),
    (b"\xff\xd8\xff", "is a picture, not an article"),
    (b"GIF8", "is a picture, not an article"),
    (b"RIFF", "is a picture or a recording, not an article"),
    (b"\x1f\x8b", "is a compressed file; unpack it first"),
    (b"7z\xbc\xaf", "is a compressed file; unpack it first"),
    (b"Rar!", "is a compressed file; unpack it first"),
    (b"\x7fELF", "is a program, not an article"),
)
_BEFORE_ROOT = rb"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*"
_HTML = re.compile(_BEFORE_ROOT + rb"<(?:!doctype\s+html|html|head|body)[\s>]", re.IGNORECASE | re.DOTALL)
_FEED = re.compile(
    _BEFORE_ROOT + rb"(?:<!doctype[^\[>]*(?:\[.*?\]\s*)?>\s*)?<(?:\w+:)?(?:urlset|sitemapindex|rss|feed|rdf)[\s>]",
    re.IGNORECASE | re.DOTALL,
)


def kind_of(raw: Raw) -> Kind:
    """The kind of `raw`; raises SourceError when it is empty or of a kind that no reader knows."""
    data = raw.data
    if not data.strip():
        raise SourceError(raw.origin, "is empty; give a file with an article in it")
    if b"%PDF-" in data[:1024]:
        return "pdf"
    if data.startswith(b"PK\x03\x04"):
        return _zipped(raw)
    for magic, reason in _REFUSED:
        if data.startswith(magic):
            raise SourceError(raw.origin, reason)
    return _written(raw)


def is_feed(raw: Raw) -> bool:
    """Whether `raw` is a sitemap or a feed: it lists articles and is none. A packed one (.gz) counts by its name."""
    return bool(_FEED.match(_start(raw))) or (
        raw.data.startswith(b"\x1f\x8b") and raw.origin.lower().endswith(".xml.gz")
    )


def _start(raw: Raw) -> bytes:
    start = raw.data[:4096].removeprefix(b"\xef\xbb\xbf")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        start = start[2:].replace(b"\0", b"")
    return start


def _written(raw: Raw) -> Kind:
    """The kind of something that is text, or claims to be."""
    if is_feed(raw):
        return "feed"
    if _HTML.match(_start(raw)):
        return "html"
    kind = _BY_TYPE.get(raw.content_type or "") or BY_SUFFIX.get(raw.suffix, "text")
    if kind in ("pdf", "docx"):
        raise SourceError(raw.origin, f"is named {raw.suffix} but is no such file; save it again")
    return kind


def _zipped(raw: Raw) -> Kind:
    try:
        with zipfile.ZipFile(io.BytesIO(raw.data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise SourceError(raw.origin, "is a broken .docx or zip file; save it again") from error
    if "word/document.xml" not in names and not any(name.startswith("word/") for name in names):
        raise SourceError(raw.origin, "is a zip file but no Word document; unpack it first")
    return "docx"
