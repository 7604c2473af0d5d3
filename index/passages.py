"""Cuts an article into passages along its own structure.

A passage never crosses a section, never separates a list from its lead-in or its tail, and never starts with a sentence
that leans on the one before ("However", "This", "Otherwise") when that one could have come along.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from corpus.article import Article, Block, Role, Section, Span
from corpus.sentences import sentences as split_sentences
from index.outline import outlines
from index.passage import Passage, Sentence

MAX_WORDS = 110
"""Blocks of a section are joined up to this many words: long enough to be understood, short enough to point at.
Chosen by eye on three small corpora; other sizes have not been measured."""

_LEANS_BACK = re.compile(
    r"(?:(?:un)?fortunately|luckily|sadly|as a result|because of this|for this reason|in addition"
    r"|in (?:this|that|such) cases?"
    r"|(?!(?:I|you|we|they|people|runners|many|some)\b)(?:[\w'’-]+\s+){1,4}like (?:this|these|that|those))\b"
    r"|(?:however|but|this|these|those|that|it|they|otherwise|instead|unless|except|if so|if not|then|also|such|so"
    r"|therefore|consequently|similarly|likewise|both|neither|of these|of those)\b",
    re.IGNORECASE,
)
_POINTS_BACK = re.compile(r"\b(?:that|this|those|these)[.!]?$")


@dataclass(slots=True)
class _Piece:
    """Consecutive blocks of one section and one role, about to become a passage."""

    role: Role
    sentences: list[Sentence] = field(default_factory=list)
    words: int = 0
    blocks: int = 0


def passages(article: Article) -> tuple[Passage, ...]:
    """All passages of the article in text order, then its outlines; every sentence stands in one passage."""
    cut = [passage for section in article.sections for passage in _of_section(article, section)]
    return (*cut, *outlines(article))


def leans_back(text: str) -> bool:
    """Whether a sentence cannot be understood without the one before it, judged by its first words and its last."""
    return _LEANS_BACK.match(text.lstrip("\"'“‘(")) is not None or _POINTS_BACK.search(text) is not None


def _of_section(article: Article, section: Section) -> Iterator[Passage]:
    pieces = list(_pieces(article.text, section))
    for number, piece in enumerate(pieces):
        yield _passage(article, section, piece, first=number == 0)


def _pieces(text: str, section: Section) -> Iterator[_Piece]:
    piece: _Piece | None = None
    around = {span for block in section.blocks for span in (block.lead_in, block.tail) if span}
    for block in section.blocks:
        for group in _groups(text, block, around):
            size = sum(_count(sentence.span.of(text)) for sentence in group)
            if (
                piece
                and (piece.role != block.role or piece.words + size > MAX_WORDS)
                and not _must_follow(piece, block, text)
            ):
                yield piece
                piece = None
            piece = piece or _Piece(block.role)
            piece.sentences += [_numbered(sentence, piece.blocks) for sentence in group]
            piece.words += size
        if piece:
            piece.blocks += 1
    if piece and piece.sentences:
        yield piece


def _must_follow(piece: _Piece, block: Block, text: str) -> bool:
    """A list stays with its lead-in, a leaning paragraph with what it leans on, unless the roles differ."""
    if piece.role != block.role or not piece.sentences:
        return False
    if block.lead_in and block.lead_in.start <= piece.sentences[-1].span.start < block.lead_in.end:
        return True
    return piece.words < MAX_WORDS * 2 and not block.items and leans_back(block.span.of(text))


def _numbered(sentence: Sentence, block: int) -> Sentence:
    return Sentence(sentence.span, block, sentence.item, sentence.lead_in, sentence.tail)


def _groups(text: str, block: Block, around: Collection[Span]) -> Iterator[list[Sentence]]:
    """The block's sentences in runs that must not be separated.

    `around` are lead-ins and tails: they are no sentences of their own, they come with the items of their list.
    """
    if block.items:
        yield [Sentence(item, 0, True, block.lead_in, block.tail) for item in block.items if item.of(text).strip()]
        return
    group: list[Sentence] = []
    for span in split_sentences(text, block.span):
        if any(other.start <= span.start and span.end <= other.end for other in around):
            continue
        if group and not leans_back(span.of(text)):
            yield group
            group = []
        group.append(Sentence(span, 0))
    if group:
        yield group


def _passage(article: Article, section: Section, piece: _Piece, *, first: bool) -> Passage:
    text = article.text
    starts = [sentence.span.start for sentence in piece.sentences]
    lead_ins = [s.lead_in.start for s in piece.sentences if s.lead_in and _inside(s.lead_in, section)]
    heading = [section.heading.start] if first and section.heading else []
    start = min([*starts, *lead_ins, *heading])
    tails = [s.tail.end for s in piece.sentences if s.tail and _inside(s.tail, section)]
    end = max([*(sentence.span.end for sentence in piece.sentences), *tails])
    identity = f"{article.id}\0{article.version}\0{start}\0{end}"
    return Passage(
        id=hashlib.sha256(identity.encode()).hexdigest()[:16],
        article_id=article.id,
        title=article.title,
        section=section.path,
        heading=section.heading,
        start=start,
        end=end,
        text=text[start:end],
        sentences=tuple(piece.sentences),
        sentence_texts=tuple(_with_lead_in(text, sentence) for sentence in piece.sentences),
        role=piece.role,
    )


def _inside(span: Span, section: Section) -> bool:
    return any(block.span.start <= span.start < block.span.end for block in section.blocks)


def _with_lead_in(text: str, sentence: Sentence) -> str:
    parts: Iterable[Span | None] = (sentence.lead_in, sentence.span, sentence.tail if sentence.item else None)
    return " ".join(span.of(text) for span in parts if span)


def _count(text: str) -> int:
    return len(text.split())
