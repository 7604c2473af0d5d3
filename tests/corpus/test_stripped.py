"""The bundled articles as plain text, all markup lost: how much of their structure is found again."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from corpus.article import Article
from corpus.markdown import parse
from corpus.plaintext import to_markdown
from corpus.sources import bundled, read
from tests.corpus.spans import items, paths

STYLES = {"spaced": ("\n\n", ""), "spaced, bullets": ("\n\n", "• "), "dense": ("\n", ""), "dense, dashes": ("\n", "- ")}


@cache
def originals() -> tuple[Article, ...]:
    return read(bundled()).articles


def stripped(article: Article, separator: str, bullet: str) -> str:
    """The text as it looks when it was copied from a page."""
    lines = [article.title]
    for section in article.sections:
        lines += [section.heading.of(article.text)] if section.heading and section.path else []
        for block in section.blocks:
            rows = [bullet + item.of(article.text) for item in block.items] or [block.span.of(article.text)]
            lines += ["\n".join(rows)] if bullet else rows
    return separator.join(lines)


def headings(article: Article) -> Counter[tuple[str, ...]]:
    return Counter(section.path for section in article.sections if section.heading and section.path)


@pytest.mark.parametrize("style", STYLES)
def test_all_headings_and_lists_are_found_and_nearly_all_lie_where_they_did(style: str) -> None:
    found = expected = 0
    for article in originals():
        again = parse(to_markdown(stripped(article, *STYLES[style])), id=article.id)
        assert again.title == article.title
        assert Counter(path[-1] for path in headings(again)) == Counter(path[-1] for path in headings(article))
        assert items(again) == items(article)
        found += sum((headings(again) & headings(article)).values())
        expected += len(paths(article)) - sum(not path for path in paths(article))
    assert found >= 0.95 * expected
