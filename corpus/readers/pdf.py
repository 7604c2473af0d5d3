"""PDF files: pypdf gives pieces of text with place and font, and lines, paragraphs and headings are made of them."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise
from typing import Any

import pypdf
import pypdf.errors

from corpus import outline, plaintext, roles
from corpus.article import Metadata
from corpus.characters import fold_line
from corpus.errors import SourceError
from corpus.lines import Line
from corpus.readers import broken
from corpus.readers.document import Document, Raw

# What it would warn of is said in the error that the reader raises.
logging.getLogger("pypdf").setLevel(logging.CRITICAL)

MAX_PAGES = 500
_MAX_PAGE_BYTES = 5_000_000
"""Longest content of one page: pypdf needs about 30 times as much memory; pages of text have some 10,000."""

_HEADING_SIZE = 1.12
_PARAGRAPH_GAP = 1.35
_FULL_LINE = 0.75
_MAX_HEADING_WORDS = 25
_MAX_EDGE_WORDS = 12
_MOST_PAGES = 0.6
_MIN_FULL_LINE = 40
_NUMBERING = re.compile(r"\d+|\b[ivxl]+\b")
_PAGE_NUMBER = re.compile(r"^(?:page\s*)?\d+(?:\s*(?:of|/|\|)\s*\d+)?$", re.IGNORECASE)
_BAD_TITLE = re.compile(
    r"^(?:microsoft word\b.*|untitled.*|.*\.(?:docx?|pdf|indd|txt|html?)|document\d*)$", re.IGNORECASE
)
_DATE = re.compile(r"^D:(\d{4})(\d{2})(\d{2})")

_BROKEN: tuple[type[Exception], ...] = (pypdf.errors.PyPdfError, *broken.ERRORS)


@dataclass(frozen=True, slots=True)
class _Row:
    """One line of a page: its words, its height on the page, the size of its letters, whether all are bold."""

    page: int
    y: float
    text: str
    size: float
    bold: bool


def read(raw: Raw) -> Document:
    """The text of a PDF, headings told by their letters; repeated lines at the edges of pages are left out.

    Raises SourceError for a locked file, one of pictures only, one with more than MAX_PAGES pages and a broken one.
    """
    try:
        reader = pypdf.PdfReader(io.BytesIO(raw.data))
        _unlock(reader, raw.origin)
        pages = list(reader.pages)
        if len(pages) > MAX_PAGES:
            raise SourceError(raw.origin, f"has {len(pages)} pages, at most {MAX_PAGES} are read; split it")
        rows = [row for number, page in enumerate(pages) for row in _rows(page, number, raw.origin)]
        title, metadata = _facts(reader)
    except pypdf.errors.DependencyError as error:
        raise SourceError(
            raw.origin, "is encrypted in a way that cannot be read; save it without encryption"
        ) from error
    except _BROKEN as error:
        raise SourceError(raw.origin, "is a broken PDF; open it and save or print it to PDF again") from error
    if not rows:
        count = f"{len(pages)} page{'s' * (len(pages) != 1)}"
        raise SourceError(raw.origin, f"holds only pictures, no text ({count}); run text recognition (OCR) over it")
    outline.check_length("".join(row.text for row in rows), raw.origin)
    markdown = plaintext.lines_to_markdown(_lines(_without_edges(rows)))
    return Document(markdown, title=None if markdown.startswith("# ") else title, metadata=metadata)


def _unlock(reader: pypdf.PdfReader, origin: str) -> None:
    if reader.is_encrypted and not reader.decrypt(""):
        raise SourceError(origin, "is locked with a password; save it without one")


def _facts(reader: pypdf.PdfReader) -> tuple[str | None, Metadata]:
    info: Mapping[str, Any] = reader.metadata or {}
    title, author = (fold_line(str(info.get(key) or "")) or None for key in ("/Title", "/Author"))
    date = _DATE.match(str(info.get("/CreationDate") or ""))
    published = "-".join(date.groups()) if date else None
    return None if title and _BAD_TITLE.match(title) else title, Metadata(author=author, published=published)


def _rows(page: pypdf.PageObject, number: int, origin: str) -> Iterator[_Row]:
    """The lines of a page in the order of its content."""
    contents = page.get_contents()
    if contents is not None and len(contents.get_data()) > _MAX_PAGE_BYTES:
        raise SourceError(origin, f"has too much content on page {number + 1}; print it to PDF again")
    pieces: list[_Row] = []

    def visit(text: str, cm: Sequence[float], tm: Sequence[float], font: dict[str, Any] | None, size: float) -> None:
        if text.strip():
            bold = bool(font) and any(word in str((font or {}).get("/BaseFont")) for word in ("Bold", "Black", "Heavy"))
            height = tm[5] * cm[3] + cm[5]
            pieces.append(_Row(number, height, text, round(abs(size * tm[3] * cm[3]) * 2) / 2, bold))

    page.extract_text(visitor_text=visit)
    for _, group in groupby(pieces, key=lambda piece: round(piece.y)):
        row = list(group)
        if text := fold_line("".join(piece.text for piece in row)):
            sizes: Counter[float] = Counter()
            for piece in row:
                sizes[piece.size] += len(piece.text)
            yield _Row(number, row[0].y, text, sizes.most_common(1)[0][0], all(piece.bold for piece in row))


def _without_edges(rows: Sequence[_Row]) -> list[_Row]:
    """The lines without page numbers and without what stands at the top or bottom of most pages."""
    pages = [list(group) for _, group in groupby(rows, key=lambda row: row.page)]
    repeated = Counter(_bare(row) for page in pages for row in _edges(page))
    often = max(3, len(pages) * _MOST_PAGES)
    dropped = {
        id(row)
        for page in pages
        for row in _edges(page)
        if repeated[_bare(row)] >= often or (len(pages) > 1 and _PAGE_NUMBER.match(row.text))
    }
    return [row for row in rows if id(row) not in dropped] or list(rows)


def _edges(page: Sequence[_Row]) -> list[_Row]:
    """The short lines at the top and bottom of a page, two at each end of a full page."""
    depth = 2 if len(page) > 6 else 1
    ends = [*page[:depth], *page[max(depth, len(page) - depth) :]]
    return [row for row in ends if len(row.text.split()) <= _MAX_EDGE_WORDS]


def _bare(row: _Row) -> str:
    return _NUMBERING.sub("#", row.text.casefold())


def _lines(rows: Sequence[_Row]) -> list[Line]:
    """Paragraphs, items and headings, each as one line."""
    body = Counter[float]()
    for row in rows:
        body[row.size] += len(row.text)
    size = body.most_common(1)[0][0]
    levels = _levels(rows, size)
    leading = _leading(rows)
    full = max(_MIN_FULL_LINE, _FULL_LINE * max(len(row.text) for row in rows if row.size == size))
    known = Counter(word for row in rows for word in row.text.casefold().split())
    lines: list[Line] = []
    before: _Row | None = None
    for row in rows:
        line = Line(row.text, level=levels.get((row.size, row.bold), 0) if levels else None)
        apart = before is None or _is_apart(before, row, leading)
        if before is not None and _goes_on(before, row, line, lines[-1], apart=apart, full=full):
            lines[-1] = replace(lines[-1], text=_joined(lines[-1].text, row.text, known))
        else:
            lines.append(replace(line, gap=int(apart)))
        before = row
    return [_without_odd_level(line) for line in lines]


def _levels(rows: Sequence[_Row], body: float) -> dict[tuple[float, bool], int]:
    """The level of heading that each kind of letters stands for: the larger, the higher; then bold ones."""
    short = [row for row in rows if len(row.text.split()) <= _MAX_HEADING_WORDS]
    sizes = sorted({row.size for row in short if row.size > body * _HEADING_SIZE}, reverse=True)[:4]
    titled = bool(sizes) and rows[0].size == sizes[0] and sum(row.size == sizes[0] for row in rows) <= 3
    levels = {(size, bold): place + (1 if titled else 2) for place, size in enumerate(sizes) for bold in (True, False)}
    lines = [row for row in rows if row.size == body]
    if 0 < sum(row.bold for row in lines) < len(lines) / 3:
        levels[body, True] = len(sizes) + (1 if titled else 2)
    return levels


def _leading(rows: Sequence[_Row]) -> float:
    """The distance of two lines of one paragraph: a small one among all distances, because gaps are larger."""
    steps = sorted(a.y - b.y for a, b in pairwise(rows) if a.page == b.page and a.y > b.y and a.size == b.size)
    return steps[len(steps) // 4] if steps else 0.0


def _is_apart(before: _Row, row: _Row, leading: float) -> bool:
    if before.page != row.page:
        return before.text.endswith((".", "!", "?", ":"))
    return not 0 < before.y - row.y <= leading * _PARAGRAPH_GAP


def _goes_on(before: _Row, row: _Row, line: Line, last: Line, *, apart: bool, full: float) -> bool:
    """Whether a row belongs to the line above it: the same letters, no gap, and that one was full."""
    if apart or before.size != row.size or line.bullet is not None or line.number is not None:
        return False
    if line.level or last.level:
        return line.level == last.level and not roles.is_byline(row.text)
    return len(before.text) >= full


def _joined(above: str, below: str, known: Counter[str]) -> str:
    """Two rows as one text; a hyphen at the end of the first goes if the word is known without it."""
    start = above.split()[-1]
    rest = below.split()[0]
    if start.endswith("-") and len(start) > 1 and rest[:1].islower():
        whole = (start[:-1] + rest).casefold()
        return f"{above[:-1]}{below}" if known[whole] else f"{above}{below}"
    return f"{above} {below}"


def _without_odd_level(line: Line) -> Line:
    """A bold or large line that ends like a sentence, or is long, is emphasis and no heading."""
    odd = line.level and (len(line.text.split()) > _MAX_HEADING_WORDS or line.text.endswith((".", ":", ",", ";")))
    return replace(line, level=0) if odd else line
