"""PDF files."""

from __future__ import annotations

from corpus.errors import SourceError
from corpus.readers.document import Document, Raw


def read(raw: Raw) -> Document:
    """The text of a PDF."""
    raise SourceError(raw.origin, "PDF files cannot be read yet; save the article as text")
