"""Drafts a question file from the headings of a site's articles, for an owner to complete.

Each heading becomes a question; its gold is the first sentence below it. What only the owner knows is left open: the
words that a right answer must mention, the wordings of real visitors, and what the articles do not cover.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from corpus.article import Article, Block, Section, Span
from corpus.sentences import sentences
from index.words import analyse

_SHORTEST, _LONGEST = 25, 140
"""Characters of a gold piece: long enough to stand in one place only, short enough to stay within one sentence."""

_ASKS = re.compile(
    r"(?:what(?:'s|’s)?|why|who|which|where|when|how|is|are|do|does|did|can|could|should|will|would|may|must)\b",
    re.IGNORECASE,
)
_INFINITIVE = re.compile(r"(how|when|where|what|which|who|whether)\b(.*?)\bto\s+(.+)", re.IGNORECASE)
_NOUNS = re.compile(
    r"(?:the\s+)?(?:\w+\s+)?(?:symptoms|signs|causes|reasons|benefits|risks|side effects|types|kinds|treatments|"
    r"options|tips|steps|exercises|complications|advantages|disadvantages|risk factors)\b",
    re.IGNORECASE,
)
_EDGE = re.compile(r"^[\W_]+|[\s:;,.!–—-]+$")


@dataclass(frozen=True, slots=True)
class Proposal:
    """A drafted question; `as_dict` is a line of `single.jsonl`."""

    id: str
    question: str
    gold: str

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
    """A proposal for each heading that has a sentence below it, in the order of the articles; ids are unique."""
    for article in articles:
        taken: set[str] = set()
        for section in article.sections:
            gold = _gold(article.text, section)
            if not section.path or not section.heading or gold is None:
                continue
            asked = question(section.path[-1], _subject(article.title, section.path))
            identity = f"{article.id}.{_slug(section.path[-1])}"
            number = 2
            while identity in taken:
                identity = f"{article.id}.{_slug(section.path[-1])}-{number}"
                number += 1
            taken.add(identity)
            yield Proposal(identity, asked, gold)


def question(heading: str, subject: str = "") -> str:
    """The heading as a question; `subject` is named where a heading that is no question does not name it itself.

    "How to sow peas" -> "How do I sow peas?", "Causes" -> "What are the causes?", "Slugs" -> "What should I know about
    slugs?"; what is a question stays one.
    """
    text = _EDGE.sub("", " ".join(heading.split()))
    about = f" ({subject})" if subject and not set(analyse(subject)) & set(analyse(text)) else ""
    if text.endswith("?"):
        return text
    infinitive = _INFINITIVE.fullmatch(text)
    if infinitive:
        asking, middle, rest = infinitive.groups()
        verb = "do" if asking.lower() == "how" else "should"
        return f"{asking.capitalize()}{middle.rstrip()} {verb} I {rest}{about}?"
    if _ASKS.match(text):
        return f"{text[:1].upper()}{text[1:]}{about}?"
    if _NOUNS.match(text):
        return f"What are the {_lowered(re.sub('^the ', '', text, flags=re.IGNORECASE))}{about}?"
    return f"What should I know about {_lowered(text)}{about}?"


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
    return _lowered(_EDGE.sub("", path[-2] if len(path) > 1 else title))


def _lowered(text: str) -> str:
    """With a small first letter, unless the first word is an abbreviation or stands in capitals by itself."""
    first = text.split(" ", 1)[0]
    return text if first[1:] != first[1:].lower() or len(first) == 1 else text[:1].lower() + text[1:]


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40].rstrip("-") or "section"
