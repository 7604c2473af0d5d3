"""A passage: the unit that is found and cited, and its sentences: the units that an answer is composed of.

What is *embedded* (title > section: text) is kept apart from what is *quoted* (`article.text[start:end]`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from corpus.article import Role, Span


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence, list item or table row of a passage, as a span in the article's canonical text.

    `lead_in` introduces the list that the item stands in ("Key signs:"), `tail` are words after the list that complete
    its sentence; an item must not be shown without them. `block` numbers the blocks of the passage from 0.
    """

    span: Span
    block: int
    item: bool = False
    lead_in: Span | None = None
    tail: Span | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one section of one article that a reader understands on its own, given its `context`.

    `text == article.text[start:end]`. `sentences` are in text order and lie inside `start..end` (their lead-in may lie
    before it). `heading` is the span of the section's own heading, `section` the path of headings including it. `id`
    depends on article id, article version and offsets alone. The role "outline" is a whole section whose sentences are
    the headings of its subsections: what answers "list all the ways to ...".
    """

    id: str
    article_id: str
    title: str
    section: tuple[str, ...]
    heading: Span | None
    start: int
    end: int
    text: str
    sentences: tuple[Sentence, ...]
    sentence_texts: tuple[str, ...]
    role: Role | Literal["outline"] = "body"

    @property
    def context(self) -> str:
        """Title and section path in one line, as a reader would need them to place the text."""
        return " > ".join((self.title, *self.section))

    @property
    def embedded_text(self) -> str:
        """What the encoder is given for the passage as a whole, and what the lexical index reads."""
        if self.role == "outline":
            return f"{self.context}: {'; '.join(self.sentence_texts)}"
        return f"{self.context}: {self.text}"

    @property
    def embedded_sentences(self) -> tuple[str, ...]:
        """What the encoder is given for each sentence: its nearest heading and its lead-in go with it."""
        place = self.section[-1] if self.section else self.title
        return tuple(f"{place}: {text}" for text in self.sentence_texts)
