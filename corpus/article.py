"""An article: canonical text, and the structure that lies over it as offsets.

The canonical text is what a reader sees, without markup: headings, paragraphs and list items each on lines of
their own, blocks separated by one blank line. Everything else (sections, blocks, items, sentences) is a `Span`
into it and never a copy, so that a quotation can always be checked: `article.text[start:end] == quote`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

BlockKind = Literal["paragraph", "list", "table", "code"]

Role = Literal["body", "summary", "byline", "promotion", "furniture"]
"""What a block is for.

body       what the article says
summary    repeats what its section said before (near-duplicate); searched, but never preferred to the original
byline     who wrote it and when; found only by a question about authorship
promotion  calls to book, links to a product or a plan; found only by a question about them
furniture  image captions, "Table of contents", share buttons; never found
"""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open range of code points in the canonical text of one article; `0 <= start <= end <= len(text)`."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The piece of `text` that this span covers."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, list or table, in the order of the text.

    `items` are the list items or table rows (a table's first item is its header); empty for a paragraph.
    `lead_in` is the sentence that introduces a list or table ("Key signs:"), which lies before `span`, usually in the
    paragraph above; a block must not be shown without it. `tail` are words after a list that complete its sentence
    ("If your ankle pain: / persists / keeps coming back / it is time to get it assessed.").
    """

    kind: BlockKind
    span: Span
    role: Role = "body"
    items: tuple[Span, ...] = ()
    lead_in: Span | None = None
    tail: Span | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the blocks directly below it (subsections are sections of their own, in text order).

    `path` holds the headings from the top of the article down to and including this one, without the article's title,
    an enumeration in front of a heading ("2. ") and a colon behind it. It is empty for the text before the first
    heading. `heading` is the span of the heading as it stands in the text: the title where `path` is empty and the
    title stands in the text; `None` where the article gives none or lost it (the section then carries the path of its
    parent).
    """

    path: tuple[str, ...]
    heading: Span | None
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is known about an article beside its text; dates are ISO 8601 (`2026-11-21`), unknown fields `None`."""

    url: str | None = None
    author: str | None = None
    published: str | None = None
    reviewed: str | None = None
    review_by: str | None = None
    licence: str | None = None
    language: str = "en"
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Article:
    """One article of the site, ready to be cut into passages; immutable.

    `id` is stable across builds (file stem, or the path of the URL), `[a-z0-9._-]+`. `origin` says where it was read
    from.
    """

    id: str
    title: str
    text: str
    sections: tuple[Section, ...]
    metadata: Metadata = field(default_factory=Metadata)
    origin: str = ""

    @cached_property
    def version(self) -> str:
        """The sha256 of the canonical text, in hexadecimal: what a citation names."""
        return hashlib.sha256(self.text.encode("utf-8")).hexdigest()
