"""Outlines: a section with several subsections, as the list of their headings.

"What are all the ways to prevent it?" is answered by the headings below "How to prevent it", not by any one passage.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence

from corpus.article import Article, Section, Span
from index.passage import Passage, Sentence

LEAST = 3
"""Fewer subsections than this are no list."""

MOST_WORDS = 1500
"""A longer section is a chapter; its outline would cite too much text to be checked by a reader."""

_NUMBERED = re.compile(r"\d+[.)]")


def outlines(article: Article) -> Iterator[Passage]:
    """An outline passage for every heading (and for the article itself) with at least LEAST subsections."""
    headed = [section for section in article.sections if section.heading is not None and section.path]
    parents = dict.fromkeys(section.path[:-1] for section in headed)
    for parent in parents:
        children = [section for section in headed if section.path[:-1] == parent]
        numbered = [child for child in children if child.heading and _NUMBERED.match(child.heading.of(article.text))]
        if len(numbered) >= LEAST:
            children = numbered
        if len(children) >= LEAST:
            passage = _outline(article, parent, children, _heading(headed, parent))
            if len(passage.text.split()) <= MOST_WORDS:
                yield passage


def _heading(sections: Sequence[Section], path: tuple[str, ...]) -> Span | None:
    return next((section.heading for section in sections if section.path == path), None)


def _outline(article: Article, path: tuple[str, ...], children: Sequence[Section], heading: Span | None) -> Passage:
    headings = [child.heading for child in children if child.heading]
    start = min([span.start for span in headings] + ([heading.start] if heading else []))
    end = max(_end(article, child) for child in children)
    identity = f"{article.id}\0{article.version}\0outline\0{start}\0{end}"
    return Passage(
        id=hashlib.sha256(identity.encode()).hexdigest()[:16],
        article_id=article.id,
        title=article.title,
        section=path,
        heading=heading,
        start=start,
        end=end,
        text=article.text[start:end],
        sentences=tuple(Sentence(span, 0, True, heading) for span in headings),
        sentence_texts=tuple(span.of(article.text) for span in headings),
        role="outline",
    )


def _end(article: Article, section: Section) -> int:
    """The end of a section with everything below it."""
    below = [other for other in article.sections if other.path[: len(section.path)] == section.path]
    ends = [block.span.end for other in below for block in other.blocks]
    # Two sections may bear one name, and the text below the first ends before the second's heading does.
    return max([*ends, section.heading.end if section.heading else 0])
