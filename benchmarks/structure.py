"""How much structure the plain-text reader finds again: `python -m benchmarks.structure [FOLDER ...]`.

Markdown articles (the bundled ones without a folder) are written as plain text in four styles, all markup lost, and
read again. Printed per style: headings, whole paths and lists found of those that are there, and those invented
(in brackets).
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.article import Article
from corpus.markdown import parse
from corpus.plaintext import to_markdown
from corpus.sources import bundled, read

STYLES = {
    "empty lines between": ("\n\n", ""),
    "empty lines, bullets": ("\n\n", "• "),
    "one line after another": ("\n", ""),
    "one after another, dashes": ("\n", "- "),
}


@dataclass(frozen=True, slots=True)
class Structure:
    """What is compared of an article."""

    paths: Counter[tuple[str, ...]]
    headings: Counter[str]
    lists: Counter[tuple[str, ...]]


def structure(article: Article) -> Structure:
    """The headings, with and without their paths, and the lists of an article."""
    paths = [section.path for section in article.sections if section.heading and section.path]
    lists = [
        tuple(item.of(article.text) for item in block.items)
        for section in article.sections
        for block in section.blocks
        if block.items
    ]
    return Structure(Counter(paths), Counter(path[-1] for path in paths), Counter(lists))


def stripped(article: Article, separator: str, bullet: str) -> str:
    """The text as it looks when it was copied from a page."""
    lines = [article.title]
    for section in article.sections:
        lines += [section.heading.of(article.text)] if section.heading and section.path else []
        for block in section.blocks:
            rows = [bullet + item.of(article.text) for item in block.items] or [block.span.of(article.text)]
            lines += ["\n".join(rows)] if bullet else rows
    return separator.join(lines)


def main(folders: Sequence[str]) -> None:
    """Prints one line per style."""
    articles = read(list(folders) or bundled()).articles
    print(f"{len(articles)} articles")
    for name, (separator, bullet) in STYLES.items():
        true = [structure(article) for article in articles]
        again = [
            structure(parse(to_markdown(stripped(article, separator, bullet)), id=article.id)) for article in articles
        ]
        print(
            f"{name:26}", *(f"{kind} {_score(true, again, kind)}" for kind in ("headings", "paths", "lists")), sep="  "
        )


def _score(true: Sequence[Structure], again: Sequence[Structure], kind: str) -> str:
    pairs = [(getattr(one, kind), getattr(other, kind)) for one, other in zip(true, again, strict=True)]
    found = sum((one & other).total() for one, other in pairs)
    return f"{found}/{sum(one.total() for one, _ in pairs)} (+{sum(other.total() for _, other in pairs) - found})"


if __name__ == "__main__":
    main(sys.argv[1:])
