"""What is measured of a candidate (to rank it) and of a whole result (to decide whether it answers), by name.

Every value is on an absolute scale, never rescaled by the other candidates of the same question: the best of many wrong
passages must not look good.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bot.understanding.enumeration import enumeration
from bot.understanding.kinds import LIST_KINDS, VALUE_KINDS, holds_unit, holds_value, instructs, unit
from bot.understanding.question import Question
from index.passage import Passage
from index.query import Term
from index.search import Evidence, Found, Hit, Searcher

_SHORT = 2
"""Own words of a short question: cosines of so few words are low however well a passage fits."""

_HELD = 0.79
"""A word counts as held from here: 0.8 is what a word of the vocabulary counts for (index/search.py)."""

RANKING = (
    *Evidence.__slots__,
    *("value", "list", "enumerates", "instructs", "summary", "summary_asked", "notice", "title_only"),
)
"""The features of one candidate, in this order."""

_OF_THE_BEST = tuple(name for name in Evidence.__slots__ if name not in ("aligned", "article"))
"""What counts for answering of the best candidate's evidence: the other two say which text is nearest, not whether it
answers."""

ANSWERING = (
    *(f"top_{name}" for name in _OF_THE_BEST),
    "value", "second_late", "covered_together", "soft_together", "unknown", "unknown_share", "most_missing",
    "softest", "one_sentence", "subject_missing", "subject_far", "own_held", "short_held", "short", "no_own",
    "price_missing", "unit_missing", "terms", "asks_value", "asks_price_or_place", "inherited",
    "name_unknown", "main_unknown",
)  # fmt: skip
"""The features of one question with its ranked candidates, in this order.

covered_together  share of the question's own words (by weight) that the three best passages hold between them
soft_together     as before, by late interaction
unknown           the largest importance of an own word that stands in no article
unknown_share     share of the importance of own words that stand in no article
most_missing      the largest importance of an own word that none of the three best passages holds
softest           the smallest of late interaction, weighed by importance, over own words
one_sentence      the largest share of own words that one sentence of the three best passages holds
subject_missing   share of the things named (corpus/vocabulary/*.list) that no candidate holds
subject_far       as before, for the three best passages
own_held          1.0 if the best passage holds every own word
short_held        1.0 if there are at most two own words and one sentence holds them
price_missing     1.0 if a price or a place is asked for and the three best passages have none
unit_missing      1.0 if a unit is asked for ("how many seconds") and the three best passages have no such number
name_unknown      share of the own words (by weight) that stand in no article and are no everyday words: "spondylitis"
main_unknown      how sure it is that the question is about something that stands in no article (`_main_unknown`)
"""

_SUBJECT = 3
"""Own words up to which the most important one is what the question is about; the more words, the less surely it is."""


def candidate(question: Question, hit: Hit) -> list[float]:
    """The RANKING features of one candidate."""
    passage = hit.passage
    return [
        *hit.evidence.vector(),
        _value(question, passage),
        float(bool(question.kinds & LIST_KINDS) and any(sentence.item for sentence in passage.sentences)),
        _enumerates(passage) if question.kinds & LIST_KINDS else 0.0,
        float("method" in question.kinds and any(instructs(heading) for heading in passage.section)),
        float(passage.role == "summary"),
        float(bool(question.kinds & LIST_KINDS) and passage.role == "summary"),
        float(passage.role in ("byline", "promotion")),
        float(not passage.section),
    ]


def result(question: Question, ranked: Sequence[tuple[Hit, float]], found: Found, searcher: Searcher) -> list[float]:
    """The ANSWERING features of a question, given its candidates, best first; needs at least one candidate."""
    top = ranked[0][0]
    near = [hit for hit, _ in ranked[:3]]
    terms = question.query.terms
    own = _own(terms, searcher)
    weights, importance = found.weights[own] + 1e-6, found.importance[own] + 1e-6
    total = float(weights.sum())
    together = np.max([hit.term_scores[own] for hit in near], axis=0)
    held = together >= _HELD
    unknown = np.array([not searcher.known(terms[i]) for i in own], dtype=np.float32)
    kinds = question.kinds
    one = max(_one_sentence(terms, own, weights, hit) for hit in near)
    return [
        *(getattr(top.evidence, name) for name in _OF_THE_BEST),
        max(_value(question, hit.passage) for hit in near),
        near[1].evidence.late if len(near) > 1 else 0.0,
        float((weights * held).sum()) / total,
        float((weights * together).sum()) / total,
        float((importance * unknown).max()),
        float((importance * unknown).sum() / importance.sum()),
        float((importance * ~held).max()),
        float((1.0 - importance * (1.0 - together)).min()),
        one,
        _subject_missing(question, found.hits),
        _subject_missing(question, near),
        float(bool(top.held[own].min() >= _HELD)),
        float(len(own) <= _SHORT and one == 1.0),
        float(len(own) <= _SHORT),
        float(bool(terms) and not any(term.own for term in terms)),
        _value_missing(question, near),
        _unit_missing(question, near),
        float(np.log1p(len(own))),
        float(bool(kinds & VALUE_KINDS)),
        float(bool(kinds & {"price", "place", "contact"})),
        float(any(not term.own for term in terms)),
        float((weights * unknown * _names([terms[i] for i in own], searcher)).sum()) / total,
        _main_unknown(importance, unknown, together),
    ]


def _names(terms: Sequence[Term], searcher: Searcher) -> NDArray[np.bool_]:
    """Which words are no everyday words of the language: a lay word that no article uses is in the encoder's lexicon,
    the name of a thing that the site does not cover mostly is not."""
    return np.array([not searcher.generation.encoder.is_word(term.text) for term in terms])


def _main_unknown(importance: NDArray[np.float32], unknown: NDArray[np.float32], near: NDArray[np.float32]) -> float:
    """Where the most important word stands in no article, itself or by vocabulary: its importance, less where the best
    passages say something near it (late interaction), and less the more words there are beside it."""
    if not unknown[importance.argmax()]:
        return 0.0
    return float((importance * unknown * (1.0 - near)).max()) * min(1.0, _SUBJECT / len(importance))


def _own(terms: Sequence[Term], searcher: Searcher) -> list[int]:
    """The words that must be answered for: the visitor's own, or where there are none those that the corpus knows."""
    own = [i for i, term in enumerate(terms) if term.own]
    return own or [i for i, term in enumerate(terms) if searcher.known(term)] or list(range(len(terms)))


def _one_sentence(terms: Sequence[Term], own: Sequence[int], weights: NDArray[np.float32], hit: Hit) -> float:
    """The largest share of the own words' weight that stands in one sentence, its headings counted with it."""
    total = float(weights.sum())
    weighed = [(terms[i], weight) for i, weight in zip(own, weights.tolist(), strict=True)]
    best = 0.0
    for sentence in hit.stems.sentences:
        stems = hit.stems.context | sentence
        held = sum(
            weight
            for term, weight in weighed
            if term.stem in stems or (term.alternatives and any(map(stems.issuperset, term.alternatives)))
        )
        best = max(best, held / total)
    return best


def _value_missing(question: Question, hits: Sequence[Hit]) -> float:
    wanted = question.kinds & {"price", "place"}
    return float(bool(wanted) and not any(holds_value(hit.passage.text, kind) for kind in wanted for hit in hits))


def _unit_missing(question: Question, hits: Sequence[Hit]) -> float:
    wanted = unit(question.focus)
    return float(wanted is not None and not any(holds_unit(hit.passage.text, wanted) for hit in hits))


def _enumerates(passage: Passage) -> float:
    """How much of an overview the passage gives: items of its longest list or enumeration, six or more counting 1.0."""
    listed = sum(sentence.item for sentence in passage.sentences)
    named = max(map(_named, passage.sentence_texts), default=0)
    return min(6, max(listed, named)) / 6


@lru_cache(maxsize=16384)
def _named(text: str) -> int:
    """How many things a sentence of the articles enumerates; remembered, as all questions read the same articles."""
    return len(enumeration(text))


def _subject_missing(question: Question, hits: Sequence[Hit]) -> float:
    places = {term.stem: i for i, term in enumerate(question.query.terms)}
    named = [[places[stem] for stem in subject if stem in places] for subject in question.subjects]
    named = [subject for subject in named if subject]
    if not named:
        return 0.0
    missing = sum(not any(all(hit.held[i] >= _HELD for i in subject) for hit in hits) for subject in named)
    return missing / len(named)


def _value(question: Question, passage: Passage) -> float:
    """Share of the values asked for (a number, a price, ...) that the passage holds; 1.0 when none is asked for."""
    wanted = question.kinds & VALUE_KINDS
    if not wanted:
        return 1.0
    return sum(holds_value(passage.text, kind) for kind in wanted) / len(wanted)
