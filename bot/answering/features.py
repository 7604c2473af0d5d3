"""What is measured of a candidate (to rank it) and of a whole result (to decide whether it answers), by name.

Every value is on an absolute scale, never rescaled by the other candidates of the same question: the best of many wrong
passages must not look good.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.understanding.kinds import VALUE_KINDS, holds_value
from bot.understanding.question import Question
from index.passage import Passage
from index.search import Evidence, Hit, Searcher

RANKING = (*Evidence.__slots__, "value", "list", "summary", "notice", "title_only")
"""The features of one candidate, in this order."""

ANSWERING = (
    *(f"top_{name}" for name in Evidence.__slots__),
    "value", "second_late", "covered_together", "soft_together", "unknown", "rarest_missing", "rarest_soft", "terms",
    "asks_value", "asks_price_or_place", "inherited",
)  # fmt: skip
"""The features of one question with its ranked candidates, in this order."""


def candidate(question: Question, hit: Hit) -> list[float]:
    """The RANKING features of one candidate."""
    passage = hit.passage
    return [
        *hit.evidence.vector(),
        _value(question, passage),
        float("list" in question.kinds and any(sentence.item for sentence in passage.sentences)),
        float(passage.role == "summary"),
        float(passage.role in ("byline", "promotion")),
        float(not passage.section),
    ]


def result(question: Question, ranked: Sequence[tuple[Hit, float]], searcher: Searcher) -> list[float]:
    """The ANSWERING features of a question, given its candidates, best first; needs at least one candidate."""
    top = ranked[0][0]
    near = [hit for hit, _ in ranked[:3]]
    terms = question.query.terms
    own = [i for i, term in enumerate(terms) if term.own] or list(range(len(terms)))
    weights = np.array([searcher.rarity(terms[i].stem) for i in own]) if own else np.ones(1)
    total = float(weights.sum())
    together = np.max([[hit.term_scores[i] for i in own] for hit in near], axis=0) if own else np.ones(1)
    unknown = np.array([not searcher.known(terms[i]) for i in own], dtype=np.float64) if own else np.zeros(1)
    missing = 1.0 - (together >= 0.79)
    kinds = question.kinds
    return [
        *top.evidence.vector(),
        max(_value(question, hit.passage) for hit in near),
        near[1].evidence.late if len(near) > 1 else 0.0,
        float((weights * (together >= 0.79)).sum()) / total,
        float((weights * together).sum()) / total,
        float((weights * unknown).sum()) / total,
        float((weights * missing).max()) / _heaviest(searcher),
        float(together[int(np.argmax(weights))]),
        float(np.log1p(len(own))),
        float(bool(kinds & VALUE_KINDS)),
        float(bool(kinds & {"price", "place", "contact"})),
        float(any(not term.own for term in terms)),
    ]


def _heaviest(searcher: Searcher) -> float:
    return searcher.rarity("\0") or 1.0


def _value(question: Question, passage: Passage) -> float:
    """Share of the values asked for (a number, a price, ...) that the passage holds; 1.0 when none is asked for."""
    wanted = question.kinds & VALUE_KINDS
    if not wanted:
        return 1.0
    return sum(holds_value(passage.text, kind) for kind in wanted) / len(wanted)
