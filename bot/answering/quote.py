"""A quote under construction: one passage and the spans of it that will be shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.reply import Citation, Part, Sentence
from corpus.article import Article, Span
from corpus.errors import FootnoteError
from index.passage import Passage


class NotVerbatim(FootnoteError):
    """A sentence or quote does not stand in its article; it must never be sent."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One span that is said, and what it is in the article."""

    span: Span
    part: Part = "text"


@dataclass(frozen=True, slots=True)
class Quote:
    """Pieces of one passage, in the order in which they are said (heading and lead-in first, then sentences)."""

    passage: Passage
    pieces: tuple[Piece, ...]

    @property
    def spans(self) -> tuple[Span, ...]:
        """The spans of the pieces."""
        return tuple(piece.span for piece in self.pieces)

    @property
    def extent(self) -> Span:
        """The smallest stretch of the passage that holds every span which lies inside it."""
        inside = [s for s in self.spans if self.passage.start <= s.start and s.end <= self.passage.end] or [
            Span(self.passage.start, self.passage.end)
        ]
        return Span(min(s.start for s in inside), max(s.end for s in inside))


def cite(quotes: Sequence[Quote], articles: dict[str, Article]) -> tuple[tuple[Sentence, ...], tuple[Citation, ...]]:
    """The sentences and citations of an answer, each checked against the article that it names.

    Guaranteed of what is returned: `article.text[c.start:c.end] == c.quote` for every citation, its passage verbatim,
    and every sentence is a verbatim piece of the article of its citation. Raises NotVerbatim rather than return less.
    """
    sentences: list[Sentence] = []
    citations: list[Citation] = []
    for number, quote in enumerate(quotes, 1):
        article = articles.get(quote.passage.article_id)
        if article is None or quote.passage.text != article.text[quote.passage.start : quote.passage.end]:
            raise NotVerbatim(f"passage {quote.passage.id} does not stand in its article; rebuild the index")
        citations.append(_citation(number, quote, article))
        sentences += [Sentence(_verbatim(article, piece.span), number, piece.part) for piece in quote.pieces]
    return tuple(sentences), tuple(citations)


def _citation(number: int, quote: Quote, article: Article) -> Citation:
    extent = quote.extent
    return Citation(
        number=number,
        article_id=article.id,
        article_version=article.version,
        title=article.title,
        url=article.metadata.url,
        section=" > ".join(quote.passage.section),
        quote=_verbatim(article, extent),
        passage=quote.passage.text,
        start=extent.start,
        end=extent.end,
    )


def _verbatim(article: Article, span: Span) -> str:
    text = article.text[span.start : span.end]
    if not text.strip() or not 0 <= span.start < span.end <= len(article.text):
        raise NotVerbatim(f"article {article.id} has no text at {span.start}..{span.end}; rebuild the index")
    return text


def spoken(sentences: Sequence[Sentence]) -> str:
    """The answer as running text: the sentences in order, `[n]` behind the last sentence of each citation."""
    parts: list[str] = []
    for index, sentence in enumerate(sentences):
        last = index + 1 == len(sentences) or sentences[index + 1].citation != sentence.citation
        parts.append(f"{sentence.text} [{sentence.citation}]" if last else sentence.text)
    return " ".join(" ".join(parts).split())
