"""What goes into a reader and what comes out."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from corpus.article import Metadata


@dataclass(frozen=True, slots=True)
class Raw:
    """The bytes of a source as they were found; `content_type` and `charset` are what a server said about them.

    `note` is what a person should know about how they were come by ("the copy of 2026-11-21 is used, because ...").
    """

    data: bytes
    origin: str
    content_type: str | None = None
    charset: str | None = None
    note: str | None = None

    @property
    def suffix(self) -> str:
        """The extension of the file or URL, lower case, with the dot."""
        path = urlsplit(self.origin).path if "://" in self.origin else self.origin.replace("\\", "/")
        return PurePosixPath(path).suffix.lower()


@dataclass(frozen=True, slots=True)
class Document:
    """Markdown with everything that is known beside it; `id` and `title` only where the source itself says them."""

    markdown: str
    title: str | None = None
    id: str | None = None
    metadata: Metadata = field(default_factory=Metadata)
