"""What the tests of this room look at articles with."""

from __future__ import annotations

from corpus.article import Article, Block, Role, Span
from corpus.characters import fold


def words(article: Article, span: Span | None) -> str | None:
    return None if span is None else span.of(article.text)


def blocks(article: Article) -> list[Block]:
    return [block for section in article.sections for block in section.blocks]


def paths(article: Article) -> list[tuple[str, ...]]:
    return [section.path for section in article.sections]


def items(article: Article) -> list[list[str]]:
    """The items of every list and table."""
    return [[item.of(article.text) for item in block.items] for block in blocks(article) if block.items]


def path_of(article: Article, beginning: str) -> tuple[str, ...]:
    """The path of the section in which a block begins so."""
    found = [
        section.path
        for section in article.sections
        for block in section.blocks
        if block.span.of(article.text).startswith(beginning)
    ]
    assert len(found) == 1, (beginning, found)
    return found[0]


def role_of(article: Article, beginning: str) -> Role:
    """The role of the block that begins so."""
    found = [block.role for block in blocks(article) if block.span.of(article.text).startswith(beginning)]
    assert len(found) == 1, (beginning, found)
    return found[0]


def assert_exact(article: Article) -> None:
    """Every span in the text, in order, none overlapping, and nothing but spaces outside of them."""
    end = 0
    outside = ""
    for section in article.sections:
        spans = [*([section.heading] if section.heading else []), *(block.span for block in section.blocks)]
        for span in spans:
            assert end <= span.start < span.end <= len(article.text)
            outside += article.text[end : span.start]
            end = span.end
        for block in section.blocks:
            at = block.span.start
            for item in block.items:
                assert at <= item.start < item.end <= block.span.end
                outside += article.text[at : item.start]
                at = item.end
            for span in filter(None, (block.lead_in, block.tail)):
                assert 0 <= span.start < span.end <= len(article.text)
    assert not (outside + article.text[end:]).strip()
    assert fold(article.text) == article.text
