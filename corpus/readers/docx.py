"""Word documents."""

from __future__ import annotations

from corpus.errors import SourceError
from corpus.readers.document import Document, Raw


def read(raw: Raw) -> Document:
    """The text of a Word document."""
    raise SourceError(raw.origin, "Word documents cannot be read yet; save the article as text")
