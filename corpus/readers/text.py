"""Markdown and plain text files."""

from __future__ import annotations

from dataclasses import replace

from corpus import frontmatter, outline, plaintext, roles
from corpus.article import Metadata
from corpus.characters import fold_line
from corpus.readers.document import Document, Raw
from corpus.readers.encoding import text_of

_HEAD_LINES = 40


def read_markdown(raw: Raw) -> Document:
    """A Markdown file with its front matter."""
    front, markdown = frontmatter.split(text_of(raw), raw.origin)
    return Document(markdown, title=front.title, id=front.id, metadata=front.metadata)


def read_plain(raw: Raw) -> Document:
    """A plain text file; its structure is inferred, an author is taken from a byline near its top."""
    return from_plain(text_of(raw), raw.origin)


def from_plain(text: str, origin: str, metadata: Metadata = Metadata()) -> Document:  # noqa: B008 - immutable
    """Plain text from any source, with its structure inferred."""
    outline.check_length(text, origin)
    author = metadata.author or next(
        filter(None, map(roles.author, map(fold_line, text.split("\n")[:_HEAD_LINES]))), None
    )
    return Document(plaintext.to_markdown(text), metadata=replace(metadata, author=author))
