"""Readers: each turns the bytes of one kind of file into a Document (Markdown and what is known beside it).

`read` looks at the content first and at names second, because servers and file names are often wrong.
"""

from __future__ import annotations

from collections.abc import Callable

from corpus.errors import SourceError
from corpus.readers.document import Document, Raw
from corpus.readers.kind import Kind, kind_of

__all__ = ["Document", "Kind", "Raw", "kind_of", "read"]


def read(raw: Raw) -> Document:
    """The document in `raw`; raises SourceError with the reason when there is none that can be read."""
    kind = kind_of(raw)
    if kind == "feed":
        raise SourceError(raw.origin, "is a sitemap or a feed, not an article; give its URL as a source")
    return _reader(kind)(raw)


def _reader(kind: Kind) -> Callable[[Raw], Document]:
    """The reader of a kind; imported only now, because most are heavy."""
    if kind == "pdf":
        from corpus.readers.pdf import read as reader
    elif kind == "docx":
        from corpus.readers.docx import read as reader
    elif kind == "html":
        from corpus.readers.html import read as reader
    elif kind == "markdown":
        from corpus.readers.text import read_markdown as reader
    else:
        from corpus.readers.text import read_plain as reader
    return reader
