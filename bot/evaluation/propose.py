"""Drafts a question file from the headings of a site's articles, for an owner to complete.

Each heading that makes a question becomes one; its gold is the first sentence below it. What only the owner knows is
left open: the words that a right answer must mention, the wordings of real visitors, and what the articles do not
cover.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from bot.heading import lowered, plain, question
from corpus.article import Article, Block, Section, Span
from corpus.sentences import sentences

_SHORTEST, _LONGEST = 25, 140
"""Characters of a gold piece: long enough to stand in one place only, short enough to stay within one sentence."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A drafted question with the section that answers it; `as_dict` is a line of `single.jsonl`."""

    id: str
    question: str
    gold: str
    article_id: str
    section: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """The line as JSON types; `must_mention` is empty until the owner fills it in."""
        return {
            "id": self.id,
            "question": self.question,
            "style": "plain",
            "gold": [self.gold],
            "must_mention": [],
        }


def propose(articles: Iterable[Article]) -> Iterator[Proposal]:
    """A proposal for each heading that makes a question and has a sentence below it; in order, with unique ids."""
    for article in articles:
        taken: set[str] = set()
        for section in article.sections:
            gold = _gold(article.text, section)
            if not section.path or not section.heading or gold is None:
                continue
            asked = question(section.path[-1], _subject(article.title, section.path))
            if asked is None:
                continue
            identity = f"{article.id}.{_slug(section.path[-1])}"
            number = 2
            while identity in taken:
                identity = f"{article.id}.{_slug(section.path[-1])}-{number}"
                number += 1
            taken.add(identity)
            yield Proposal(identity, asked, gold, article.id, section.path)


def _gold(text: str, section: Section) -> str | None:
    """A piece of the first sentence below the heading that is long enough to be found again."""
    for block in section.blocks:
        if block.role != "body":
            continue
        for span in _units(text, block):
            piece = _piece(span.of(text))
            if piece:
                return piece
    return None


def _units(text: str, block: Block) -> Iterable[Span]:
    return block.items or sentences(text, block.span)


def _piece(sentence: str) -> str | None:
    """The sentence, cut at a word to the longest that a gold may be; None when it is too short or spans lines."""
    line = sentence.strip().split("\n")[0].strip()
    if len(line) > _LONGEST:
        line = line[: _LONGEST + 1].rsplit(" ", 1)[0][:_LONGEST].rstrip(" ,;:")
    return line if len(line) >= _SHORTEST else None


def _subject(title: str, path: tuple[str, ...]) -> str:
    """What the heading is about: its parent heading, or the title."""
    return lowered(plain(path[-2] if len(path) > 1 else title))


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].rstrip("-") or "section"
