"""An article as a page shows it: headings, paragraphs, lists and tables as runs of text, the cited passage marked.

The runs together are the article's own words in order; nothing is added but the mark.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from corpus.article import Article, Block, Section, Span

_MAX_LEVEL = 6
_CELL = re.compile(r"\s*(?:\||\t)\s*")


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text; `first` on the first marked one, which the page scrolls to."""

    text: str
    marked: bool = False
    first: bool = False


Runs = tuple[Run, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One element of the page; `rows` are list items, or the rows of a table as cells."""

    kind: Literal["heading", "paragraph", "list", "table", "code"]
    runs: Runs = ()
    rows: tuple[tuple[Runs, ...], ...] = ()
    level: int = 0
    slug: str = ""


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """What the page of one article shows; `marked` says whether the passage was found in this version."""

    parts: tuple[Part, ...]
    marked: bool


def article_page(article: Article, passage: Span | None) -> ArticlePage:
    """The page of `article` with `passage` marked; a passage outside the text is ignored."""
    if passage is not None and not 0 <= passage.start < passage.end <= len(article.text):
        passage = None
    parts = [part for section in article.sections for part in _section(article.text, section, passage)]
    if passage is None:
        return ArticlePage(tuple(parts), marked=False)
    return ArticlePage(tuple(_name_first(parts)), marked=True)


def section_slug(path: Sequence[str]) -> str:
    """The anchor of a section on our page."""
    return "s-" + re.sub(r"[^a-z0-9]+", "-", " ".join(path).lower()).strip("-")[:80]


def _section(text: str, section: Section, passage: Span | None) -> list[Part]:
    parts = []
    if section.heading is not None:
        level = min(len(section.path) + 1, _MAX_LEVEL)
        runs = _runs(text, section.heading, passage)
        parts.append(Part("heading", runs, level=level, slug=section_slug(section.path)))
    parts.extend(_block(text, block, passage) for block in section.blocks)
    return parts


def _block(text: str, block: Block, passage: Span | None) -> Part:
    if block.kind == "list" and block.items:
        return Part("list", rows=tuple((_runs(text, item, passage),) for item in block.items))
    if block.kind == "table" and block.items:
        return Part("table", rows=tuple(_cells(text, row, passage) for row in block.items))
    return Part("code" if block.kind == "code" else "paragraph", _runs(text, block.span, passage))


def _cells(text: str, row: Span, passage: Span | None) -> tuple[Runs, ...]:
    cells, start = [], row.start
    for gap in _CELL.finditer(text, row.start, row.end):
        cells.append(Span(start, gap.start()))
        start = gap.end()
    cells.append(Span(start, row.end))
    return tuple(_runs(text, cell, passage) for cell in cells if cell.start < cell.end)


def _runs(text: str, span: Span, passage: Span | None) -> Runs:
    if passage is None or passage.end <= span.start or span.end <= passage.start:
        return (Run(span.of(text)),)
    start, end = max(span.start, passage.start), min(span.end, passage.end)
    pieces = ((span.start, start, False), (start, end, True), (end, span.end, False))
    return tuple(Run(text[low:high], marked) for low, high, marked in pieces if low < high)


def _name_first(parts: list[Part]) -> list[Part]:
    """The same parts with the first marked run named, so that a link can point at it."""
    found = False

    def name(runs: Runs) -> Runs:
        nonlocal found
        if found or not any(run.marked for run in runs):
            return runs
        found = True
        return tuple(Run(run.text, run.marked, first=run.marked) for run in runs)

    return [
        Part(part.kind, name(part.runs), tuple(tuple(name(c) for c in row) for row in part.rows), part.level, part.slug)
        for part in parts
    ]
