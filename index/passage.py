"""A passage: the unit that is embedded, found and cited.

What is *embedded* (`embedded_text`: title > section > lead-in, then the text) is kept apart from what is *quoted*
(`article.text[start:end]`). Sentences are the units that an answer is composed of.
"""

from __future__ import annotations

from dataclasses import dataclass

from corpus.article import Role, Span


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of one article that a reader understands on its own, given its `context`.

    `sentences` are spans in the article's canonical text, in order, all inside `start..end` (list items count as
    sentences). `lead_in` is the span of the words that introduce a list ("Key signs:"), outside or inside the passage.
    `section` is the path of headings. `id` is stable: it depends only on article id, article version and offsets.
    """

    id: str
    article_id: str
    title: str
    section: tuple[str, ...]
    start: int
    end: int
    text: str
    sentences: tuple[Span, ...]
    lead_in: str | None = None
    role: Role = "body"
    is_list: bool = False

    @property
    def context(self) -> str:
        """Title, section path and lead-in in one line, as a reader would need them to place the text."""
        parts = [" > ".join((self.title, *self.section))]
        if self.lead_in:
            parts.append(self.lead_in)
        return ": ".join(part.rstrip(":") for part in parts)

    @property
    def embedded_text(self) -> str:
        """What the encoder is given for this passage."""
        return f"{self.context}: {self.text}"
