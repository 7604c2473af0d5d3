"""Chooses the sentences of an answer: the most direct first, none without what it leans on.

From each of the best passages the sentences that fit the question; a list as a whole list with its lead-in; a sentence
that starts with "However" or "This" with the one before it; a condition or warning that follows, with what it limits.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from bot.answering.quote import Piece, Quote
from bot.understanding.kinds import VALUE_KINDS, Kind, holds_value
from bot.understanding.question import Question
from index.passage import Passage
from index.passages import leans_back
from index.search import Hit
from index.words import analyse

MAX_CITATIONS = 5
"""The contract's limit."""

_LONG_KINDS: frozenset[Kind] = frozenset({"list", "summary", "comparison"})
_FOLLOWS = re.compile(
    r"(?:however|but|unless|except|otherwise|if (?:you|it|the|this)\b.*\balso|always|never|do not|don['’]t"
    r"|it['’]?s (?:also )?important)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is said: citations, sentences of the first and of each further one, words in all, and how far below
    the best score a passage may lie to be cited too. Set by hand, by reading answers; not swept.
    """

    citations: int
    first: int
    further: int
    words: int
    margin: float


_SHORT = Limits(citations=4, first=3, further=2, words=130, margin=1.6)
_LONG = Limits(citations=5, first=8, further=4, words=260, margin=2.4)


def compose(question: Question, ranked: Sequence[tuple[Hit, float]]) -> list[Quote]:
    """The quotes of the answer, best first; empty when nothing was found."""
    if not ranked:
        return []
    limits = _LONG if question.kinds & _LONG_KINDS else _SHORT
    best = ranked[0][1]
    quotes: list[Quote] = []
    said = 0
    seen: set[str] = set()
    for hit, score in ranked:
        if len(quotes) == limits.citations or best - score > limits.margin:
            break
        room = limits.words - said
        quote = _quote(question, hit, limits.further if quotes else limits.first, room if quotes else max(room, 200))
        if quote is None or _repeats(quote, hit.passage, seen):
            continue
        quotes.append(quote)
        said += sum(span.end - span.start for span in quote.spans) // 6
        if said >= limits.words:
            break
    return quotes


@lru_cache(maxsize=8192)
def _stems(text: str) -> frozenset[str]:
    """The stems of a piece of an article; remembered, because the same pieces are quoted again and again."""
    return frozenset(analyse(text))


def _repeats(quote: Quote, passage: Passage, seen: set[str]) -> bool:
    """Whether the quote says nothing that an earlier one has not said already (in the same words)."""
    stems: set[str] = set()
    for span in quote.spans:
        stems |= _stems(passage.text[span.start - passage.start : span.end - passage.start])
    new = stems - seen
    seen |= stems
    return len(new) <= 0.12 * len(stems)


def _quote(question: Question, hit: Hit, most: int, room: int) -> Quote | None:
    passage = hit.passage
    fit = _fit(question, hit)
    if not len(fit):
        return None
    chosen = _with_neighbours(passage, _chosen(question, passage, fit, most))
    if most >= _SHORT.first:
        chosen = _filled(passage, chosen)
    pieces: list[Piece] = []
    used = 0
    for members in _by_block(passage, chosen):
        for piece in _block_pieces(passage, members):
            length = (piece.span.end - piece.span.start) // 6
            if pieces and used + length > room:
                break
            pieces.append(piece)
            used += length
    heading = _heading(passage, pieces)
    return Quote(passage, _unique((*heading, *pieces))) if pieces else None


def _unique(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Each span once, as what it was first said as."""
    return tuple(
        {piece.span: piece for piece in reversed(pieces)}[span] for span in dict.fromkeys(p.span for p in pieces)
    )


def _fit(question: Question, hit: Hit) -> np.ndarray:
    """How well each sentence answers: its cosine, the question's words it holds, the value it holds."""
    wanted = question.kinds & VALUE_KINDS
    stems = [term.stem for term in question.query.terms]
    scores = np.array(hit.sentence_scores, dtype=np.float64)
    for i, text in enumerate(hit.passage.sentence_texts):
        own = hit.stems.sentences[i]
        covered = sum(stem in own for stem in stems) / max(1, len(stems))
        scores[i] += 0.25 * covered
        if wanted:
            scores[i] += 0.2 * (sum(holds_value(text, kind) for kind in wanted) / len(wanted))
    return scores


def _chosen(question: Question, passage: Passage, fit: np.ndarray, most: int) -> list[int]:
    """Indices of the sentences to say: the best, and others that are nearly as good; lists come whole."""
    order = np.argsort(-fit, kind="stable")
    best = float(fit[order[0]])
    picked = [int(i) for i in order[:most] if best - fit[i] <= 0.22]
    result: set[int] = set()
    for i in picked:
        sentence = passage.sentences[i]
        if sentence.item:
            result.update(
                j for j, other in enumerate(passage.sentences) if other.item and other.block == sentence.block
            )
        else:
            result.add(i)
    return sorted(result)


def _with_neighbours(passage: Passage, chosen: Sequence[int]) -> list[int]:
    """Adds the sentence that one leans on, and a condition or warning that follows one."""
    result = set(chosen)
    for i in chosen:
        j = i
        while j > 0 and not passage.sentences[j].item and leans_back(passage.sentence_texts[j]):
            j -= 1
            result.add(j)
        after = i + 1
        if after < len(passage.sentences) and not passage.sentences[after].item:
            text = passage.sentence_texts[after]
            if _FOLLOWS.match(text) or leans_back(text):
                result.add(after)
    return sorted(result)


_FULL = 40
"""Words that a first quote should have: fewer are filled up with the sentences that follow in the same paragraph."""


def _filled(passage: Passage, chosen: Sequence[int]) -> list[int]:
    result = list(chosen)
    while result:
        after = result[-1] + 1
        words = sum(len(passage.sentence_texts[i].split()) for i in result)
        if words >= _FULL or after >= len(passage.sentences):
            break
        last, following = passage.sentences[result[-1]], passage.sentences[after]
        if following.item or last.item or following.block != last.block:
            break
        result.append(after)
    return result


def _by_block(passage: Passage, chosen: Sequence[int]) -> list[list[int]]:
    blocks: dict[int, list[int]] = {}
    for i in chosen:
        blocks.setdefault(passage.sentences[i].block, []).append(i)
    return [members for _, members in sorted(blocks.items())]


def _block_pieces(passage: Passage, members: Sequence[int]) -> list[Piece]:
    """The sentences of one block, a list with its lead-in before and its tail behind."""
    first = passage.sentences[members[0]]
    pieces = [Piece(passage.sentences[i].span, "item" if passage.sentences[i].item else "text") for i in members]
    if first.item and first.lead_in:
        pieces.insert(0, Piece(first.lead_in, "lead_in"))
    if first.item and first.tail:
        pieces.append(Piece(first.tail))
    return pieces


def _heading(passage: Passage, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The heading, where the sentences do not themselves name what the question is about and the heading does."""
    if passage.heading is None or not passage.section:
        return ()
    said: set[str] = set()
    for piece in pieces:
        said |= _stems(passage.text[max(0, piece.span.start - passage.start) : piece.span.end - passage.start])
    named = _stems(passage.section[-1])
    items = any(piece.part == "item" for piece in pieces)
    return (Piece(passage.heading, "heading"),) if named and (items or not named & said) else ()
