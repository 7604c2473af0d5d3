"""Chooses the sentences of an answer: the most direct first, none without what it leans on.

From each of the best passages the sentences that fit the question, in units that are said whole or not at all: a list
with its lead-in and its tail; a sentence that starts with "However" or "This" with the one before it; a condition or
warning that follows, with what it limits.
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
from corpus.article import Span
from index.passage import Passage
from index.passages import leans_back
from index.search import Hit
from index.words import analyse

MAX_CITATIONS = 5
"""The contract's limit."""

_FIRST_ROOM = 200
"""Words that the first quote may have whatever the limits say: half an answer is none. Set by hand, not swept."""

_ANNOUNCES = re.compile(
    r"(?:\b(?:several|many|various|different|some|two|three|four|five|six|seven|a (?:few|number|range|variety) of"
    r"|common|main|the following)\b(?: [\w'’-]+){0,3}"
    r" (?!(?:seconds|minutes|hours|days|weeks|months|years|times)\b)\w{3,}s(?: of \w+)?|\bas follows)[.:]?$",
    re.IGNORECASE,
)
"""The end of a sentence that says there are several things and leaves it to the next to say which."""

_PROMISES = re.compile(
    r"(?:here|below)(?: is| are|['’]s)\b|(?:the following|in this (?:article|guide|section))\b", re.IGNORECASE
)
"""The beginning of a sentence that says that something follows."""

_LONG_KINDS: frozenset[Kind] = frozenset({"list", "summary", "comparison"})
_FOLLOWS = re.compile(
    r"(?:however|but|unless|except|otherwise|if (?:you|it|the|this)\b.*\balso|always|never|do not|don['’]t"
    r"|it['’]?s (?:also )?important)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is said: citations, sentences of the first and of each further one, words in all, and how far below
    the best score a passage may lie to be cited too.

    Those of a short answer were chosen among a dozen on the ten question sets that teach (2,900 questions), in a trial
    that no command of this repository repeats: a margin of
    1.6 and 130 words cite the right passage in .785 of them and say it in .765, a margin of 3.5 and 180 words in .828
    and .809, for 113 words an answer instead of 76; wider limits won less for each word. Those of a long one are set by
    hand.
    """

    citations: int
    first: int
    further: int
    words: int
    margin: float


_SHORT = Limits(citations=5, first=3, further=2, words=180, margin=3.5)
_LONG = Limits(citations=5, first=8, further=4, words=260, margin=3.5)


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
        if len(quotes) == limits.citations or best - score > limits.margin or said >= limits.words:
            break
        quote = _further(question, hit, limits, limits.words - said) if quotes else _first(question, hit, limits)
        if quote is None or (_repeats(quote, hit.passage, seen) and quotes):
            continue
        quotes.append(quote)
        said += sum(map(_length, quote.spans))
    return quotes


def _length(span: Span) -> int:
    """About how many words a span has, from its characters."""
    return (span.end - span.start) // 6


@lru_cache(maxsize=8192)
def _stems(text: str) -> frozenset[str]:
    """The stems of a piece of an article; remembered, because the same pieces are quoted again and again."""
    return frozenset(analyse(text))


def _said(passage: Passage, span: Span) -> str:
    """The words of a span; none of a lead-in or heading that stands before the passage."""
    return passage.text[span.start - passage.start : span.end - passage.start] if span.start >= passage.start else ""


def _repeats(quote: Quote, passage: Passage, seen: set[str]) -> bool:
    """Whether the quote says nothing that an earlier one has not said already (in the same words)."""
    stems: set[str] = set()
    for span in quote.spans:
        stems |= _stems(_said(passage, span))
    new = stems - seen
    seen |= stems
    return len(new) <= 0.12 * len(stems)


def _first(question: Question, hit: Hit, limits: Limits) -> Quote | None:
    """The quote of the best passage: its best unit, and as many more as there is room for."""
    fit = _fit(question, hit)
    if not len(fit):
        return None
    chosen = _closed(hit.passage, _filled(hit.passage, _chosen(hit.passage, fit, limits.first)))
    units = _by_fit(_units(hit.passage, chosen), fit)
    units = [unit for unit in units if not _promises(hit.passage, unit)] or units
    room = max(limits.words, _FIRST_ROOM) - _words(hit.passage, units[0])
    return _quote(hit.passage, [units[0], *_fitting(hit.passage, units[1:], room)])


def _further(question: Question, hit: Hit, limits: Limits, room: int) -> Quote | None:
    """The quote of a further passage; none where its best unit does not fit."""
    fit = _fit(question, hit)
    if not len(fit):
        return None
    chosen = _closed(hit.passage, _chosen(hit.passage, fit, limits.further))
    units = [unit for unit in _by_fit(_units(hit.passage, chosen), fit) if not _promises(hit.passage, unit)]
    fitting = _fitting(hit.passage, units, room)
    return _quote(hit.passage, fitting) if units and units[0] in fitting else None


Unit = tuple[int, ...]
"""Sentences of a passage, by their places, that are said together or not at all."""


def _units(passage: Passage, chosen: Sequence[int]) -> list[Unit]:
    """The chosen sentences in units, in the order of the passage."""
    units: list[list[int]] = []
    for place in chosen:
        if units and _together(passage, units[-1][-1], place):
            units[-1].append(place)
        else:
            units.append([place])
    return [tuple(unit) for unit in units]


def _together(passage: Passage, before: int, place: int) -> bool:
    """Whether a sentence may not be said without the one chosen before it, nor that one without it."""
    one, other = passage.sentences[before], passage.sentences[place]
    listed = one.item and other.item and one.block == other.block
    leans = _limits(passage, place) or _goes_on(passage, place) or _announced(passage, before)
    return listed or (place == before + 1 and leans)


def _promises(passage: Passage, unit: Unit) -> bool:
    """Whether the unit only announces what the passage does not say any more ("Here are the causes.")."""
    if len(unit) > 1 or unit[0] + 1 < len(passage.sentences) or passage.sentences[unit[0]].item:
        return False
    text = passage.sentence_texts[unit[0]]
    return _ANNOUNCES.search(text) is not None or _PROMISES.match(text) is not None


def _by_fit(units: Sequence[Unit], fit: np.ndarray) -> list[Unit]:
    return sorted(units, key=lambda unit: (-max(float(fit[place]) for place in unit), unit))


def _fitting(passage: Passage, units: Sequence[Unit], room: int) -> list[Unit]:
    """The units for which there is room, the best first."""
    taken: list[Unit] = []
    for unit in units:
        words = _words(passage, unit)
        if words <= room:
            taken.append(unit)
            room -= words
    return taken


def _words(passage: Passage, unit: Unit) -> int:
    return sum(_length(piece.span) for piece in _pieces(passage, unit))


def _quote(passage: Passage, units: Sequence[Unit]) -> Quote:
    """The units in the order of the passage, under their heading where they need it."""
    pieces = [piece for unit in sorted(units) for piece in _pieces(passage, unit)]
    return Quote(passage, _unique((*_heading(passage, pieces), *pieces)))


def _unique(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Each span once, as what it was first said as."""
    first: dict[Span, Piece] = {}
    for piece in pieces:
        first.setdefault(piece.span, piece)
    return tuple(first.values())


_NEW, _NEW_WORDS = 0.1, 6
"""What a sentence gains by words that the question does not have, and from how many on it gains all: one that only
repeats the question answers nothing. In a trial on ten question sets (2,608 answers) that no command repeats, right and
said rose from .863 to .866, and from .759 to .762 in the first quote alone; more weight won nothing further."""


_OF_THE_PAGE = re.compile(
    r"\b(?:this|our) (?:page|article|guide|post|blog|leaflet|fact ?sheet|handout)\b|\bread on\b"
    r"|^(?:below|here)(?:['’]s| is| are|,? (?:we|you|I)\b)",
    re.IGNORECASE,
)
_ABOUT_ITSELF = 0.25
"""What a sentence loses that speaks of the article ("This page covers ..."): it has the question's words and no answer.
Set by hand: over the answers of the ten sets it changes nothing that is counted."""


def _fit(question: Question, hit: Hit) -> np.ndarray:
    """How well each sentence answers: its cosine, the question's words it holds, what it says beside them, the value
    it holds."""
    wanted = question.kinds & VALUE_KINDS
    stems = [term.stem for term in question.query.terms]
    asked = question.query.stems
    scores = np.array(hit.sentence_scores, dtype=np.float64)
    for i, text in enumerate(hit.passage.sentence_texts):
        own = hit.stems.sentences[i]
        covered = sum(stem in own for stem in stems) / max(1, len(stems))
        scores[i] += 0.25 * covered + _NEW * min(1.0, len(own.difference(asked)) / _NEW_WORDS)
        if _OF_THE_PAGE.search(text):
            scores[i] -= _ABOUT_ITSELF
        if wanted:
            scores[i] += 0.2 * (sum(holds_value(text, kind) for kind in wanted) / len(wanted))
    return scores


def _chosen(passage: Passage, fit: np.ndarray, most: int) -> list[int]:
    """Places of the sentences to say: the best and others nearly as good, each with one that goes on from it."""
    order = np.argsort(-fit, kind="stable")
    best = float(fit[order[0]])
    picked = [int(place) for place in order[:most] if best - fit[place] <= 0.22]
    return sorted({*picked, *(place + 1 for place in picked if _goes_on(passage, place + 1))})


def _goes_on(passage: Passage, place: int) -> bool:
    """Whether there is a sentence at the place, and it leans on the one before it."""
    if place >= len(passage.sentences) or passage.sentences[place].item:
        return False
    return leans_back(passage.sentence_texts[place])


def _closed(passage: Passage, chosen: Sequence[int]) -> list[int]:
    """The chosen sentences with all that they may not be said without: the sentence that one leans on, a condition or
    warning that follows one, the rest of a list."""
    result: set[int] = set()
    waiting = list(chosen)
    while waiting:
        place = waiting.pop()
        if place not in result:
            result.add(place)
            waiting += _needed(passage, place)
    return sorted(result)


def _needed(passage: Passage, place: int) -> list[int]:
    """What one sentence may not be said without, one step away."""
    sentence, after = passage.sentences[place], place + 1
    needed = [after] if _limits(passage, after) or _announced(passage, place) else []
    if sentence.item:
        return needed + [i for i, other in enumerate(passage.sentences) if other.item and other.block == sentence.block]
    return [place - 1, *needed] if place and leans_back(passage.sentence_texts[place]) else needed


def _limits(passage: Passage, place: int) -> bool:
    """Whether there is a sentence at the place, and it limits the one before: a condition, an exception, a warning."""
    if place >= len(passage.sentences) or passage.sentences[place].item:
        return False
    return _FOLLOWS.match(passage.sentence_texts[place]) is not None


def _announced(passage: Passage, place: int) -> bool:
    """Whether the sentence after the one at the place, in the same paragraph, says what that one only announces."""
    if place + 1 >= len(passage.sentences):
        return False
    one, other = passage.sentences[place], passage.sentences[place + 1]
    same = one.block == other.block and not one.item and not other.item
    return same and _ANNOUNCES.search(passage.sentence_texts[place]) is not None


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


def _pieces(passage: Passage, unit: Unit) -> list[Piece]:
    """The sentences of one unit, a list with its lead-in before and its tail behind."""
    pieces: list[Piece] = []
    for n, place in enumerate(unit):
        sentence = passage.sentences[place]
        last = n + 1 == len(unit) or not passage.sentences[unit[n + 1]].item
        if sentence.item and sentence.lead_in and not (n and passage.sentences[unit[n - 1]].item):
            pieces.append(Piece(sentence.lead_in, "lead_in"))
        pieces.append(Piece(sentence.span, "item" if sentence.item else "text"))
        if sentence.item and sentence.tail and last:
            pieces.append(Piece(sentence.tail))
    return pieces


def _heading(passage: Passage, pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The heading, where the sentences do not themselves name what the question is about and the heading does."""
    if passage.heading is None or not passage.section:
        return ()
    said: set[str] = set()
    for piece in pieces:
        said |= _stems(_said(passage, piece.span))
    named = _stems(passage.section[-1])
    items = any(piece.part == "item" for piece in pieces)
    return (Piece(passage.heading, "heading"),) if named and (items or not named & said) else ()
