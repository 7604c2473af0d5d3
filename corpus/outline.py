"""An outline: headings and pieces of text in their order, before they are laid out as one canonical text.

Markdown --corpus.markdown--> [Part, ...] --passes over parts--> [Part, ...] --article()--> Article
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from corpus.article import Article, Block, BlockKind, Metadata, Role, Section, Span
from corpus.errors import SourceError
from corpus.sentences import sentences

MAX_CHARACTERS = 1_000_000
"""The longest canonical text of one article: about 160,000 words, longer than any page meant to be read as one."""

_ENUMERATION = re.compile(r"^(?:(?:step|part|chapter)\s+)?\(?\d{1,3}(?:\.\d{1,3})*[.):]?\s+(?=\S)", re.IGNORECASE)
_PLAIN_NUMBER = re.compile(r"^\d+\s")
_INTRODUCES = re.compile(
    r"[^.!?]$|\b(?:here (?:are|is)|following|these|below|such as|include[sd]?|ones)\b[^.]*\.?$"
    r"|\b(?:if|when) you(?:r)?\b[^.]*$",
    re.IGNORECASE,
)
_COMPLETES = re.compile(r"^(?:…|\.\.\.|[a-z])")


@dataclass(frozen=True, slots=True)
class Piece:
    """A future block: `lines` are its one paragraph, its list items or its table rows, as canonical text."""

    kind: BlockKind
    lines: tuple[str, ...]
    role: Role = "body"

    @property
    def text(self) -> str:
        """The piece as it will stand in the canonical text."""
        return "\n".join(self.lines)


@dataclass(frozen=True, slots=True)
class Part:
    """A future section: a heading of some level (1 to 6; `None` where it was lost) and the pieces directly below it."""

    level: int
    heading: str | None
    pieces: tuple[Piece, ...] = ()


def label(heading: str) -> str:
    """The heading as a path says it: without an enumeration in front ("2. Ankle sprains") and a colon behind.

    "5 stretches" counts something and is no enumeration.
    """
    name = heading.removesuffix(":").rstrip() or heading
    return name if _PLAIN_NUMBER.match(name) else _ENUMERATION.sub("", name)


def paths(parts: Sequence[Part], title_at: int | None) -> Iterator[tuple[str, ...]]:
    """The path of headings of each part; the heading of the part `title_at` is the title, and in no path."""
    above: list[tuple[int, str | None]] = []
    for number, part in enumerate(parts):
        while above and above[-1][0] >= part.level:
            above.pop()
        if number != title_at:
            above.append((part.level, part.heading))
        yield tuple(label(heading) for _, heading in above if heading)


class _Page:
    """The canonical text while it is written."""

    def __init__(self) -> None:
        self._blocks: list[str] = []
        self._length = 0

    @property
    def text(self) -> str:
        return "\n\n".join(self._blocks)

    def add(self, text: str) -> Span:
        start = self._length + 2 if self._blocks else 0
        self._blocks.append(text)
        self._length = start + len(text)
        return Span(start, self._length)


def check_length(text: str, origin: str) -> None:
    """Raises SourceError when `text` is far too long to become one article, so that nothing slow is begun with it."""
    if len(text) > 2 * MAX_CHARACTERS:
        raise SourceError(
            origin, f"is too long for one article ({len(text):,} characters, at most {MAX_CHARACTERS:,}); split it"
        )


def article(
    parts: Sequence[Part],
    *,
    id: str,
    title: str,
    origin: str = "",
    metadata: Metadata | None = None,
    title_at: int | None = None,
) -> Article:
    """Lays the parts out as one text and gives every heading, block and item its span.

    `title_at` is the place of the part whose heading is the title. Raises SourceError when there is no text besides
    headings, or more than MAX_CHARACTERS of it.
    """
    pieces = [piece.text for part in parts for piece in part.pieces]
    if not any(pieces):
        raise SourceError(origin or id, "holds no text that could be read; check that it is an article")
    if (length := sum(map(len, pieces))) > MAX_CHARACTERS:
        raise SourceError(
            origin or id, f"is too long for one article ({length:,} characters, at most {MAX_CHARACTERS:,}); split it"
        )
    page = _Page()
    sections = [_section(part, path, page) for part, path in zip(parts, paths(parts, title_at), strict=True)]
    text = page.text
    return Article(
        id=id,
        title=title,
        text=text,
        sections=tuple(_with_context(section, text) for section in sections),
        metadata=metadata or Metadata(),
        origin=origin,
    )


def _section(part: Part, path: tuple[str, ...], page: _Page) -> Section:
    heading = page.add(part.heading) if part.heading else None
    return Section(path=path, heading=heading, blocks=tuple(_block(piece, page) for piece in part.pieces))


def _block(piece: Piece, page: _Page) -> Block:
    span = page.add(piece.text)
    if piece.kind not in ("list", "table"):
        return Block(piece.kind, span, piece.role)
    items, start = [], span.start
    for line in piece.lines:
        items.append(Span(start, start + len(line)))
        start += len(line) + 1
    return Block(piece.kind, span, piece.role, tuple(items))


def _with_context(section: Section, text: str) -> Section:
    """The section with the lead-in and the tail of each list and table."""
    blocks = list(section.blocks)
    for place, block in enumerate(blocks):
        if block.kind not in ("list", "table"):
            continue
        before = blocks[place - 1] if place else None
        after = blocks[place + 1] if place + 1 < len(blocks) else None
        lead_in = _lead_in(before, text) if before else _heading_as_lead_in(section, text)
        tail = _tail(after, text) if after and block.kind == "list" else None
        blocks[place] = replace(block, lead_in=lead_in, tail=tail)
    return replace(section, blocks=tuple(blocks))


def _lead_in(before: Block, text: str) -> Span | None:
    """The last sentence of the paragraph before a list, if it introduces one."""
    if before.kind != "paragraph" or before.role in ("furniture", "byline"):
        return None
    last = sentences(text, before.span)[-1]
    return last if _INTRODUCES.search(last.of(text)) else None


def _heading_as_lead_in(section: Section, text: str) -> Span | None:
    heading = section.heading
    return heading if heading and section.path and heading.of(text).endswith((":", "…", "...")) else None


def _tail(after: Block, text: str) -> Span | None:
    """The first sentence of the paragraph after a list, if it goes on with one that was begun."""
    if after.kind != "paragraph" or not _COMPLETES.match(after.span.of(text)):
        return None
    return sentences(text, after.span)[0]
