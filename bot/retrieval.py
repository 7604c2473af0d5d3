"""Which passages: every candidate of the index, ranked by the learned model, best first."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from bot.answering import features
from bot.answering.model import Linear, Weights
from bot.understanding.kinds import LIST_KINDS, Kind, kinds
from bot.understanding.question import Question
from index.search import Found, Hit, Searcher

_SITE, _POOL = 1_000, 4_000
"""Passages up to which the ranking learned on sites is used alone, and from which that learned on large pools is. The
first is above every site that the first was learned on, the second the size of the smallest pool of the second."""


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The candidates of one question, best first, with their scores; and what was found about its words."""

    ranked: tuple[tuple[Hit, float], ...]
    found: Found


def retrieve(question: Question, searcher: Searcher, ranking: Linear) -> Retrieved:
    """The ranked candidates; ties in the order of the index."""
    found = searcher.search(question.query)
    hits = suited(question, found.hits)
    scores = ranking.scores(features.RANKING, (features.candidate(question, hit) for hit in hits))
    scored = zip(hits, scores, strict=True)
    return Retrieved(tuple(sorted(scored, key=lambda pair: (-pair[1], pair[0].row))), found)


def ranking_for(weights: Weights, passages: int) -> Linear:
    """The ranking for a corpus of so many passages: of the two that were learned, mixed by the logarithm of its size.

    On a site, words and headings tell the passages of one subject apart; among thousands of texts on as many subjects
    the whole of a text and of its article matters more.
    """
    if weights.pool is None:
        return weights.ranking
    share = math.log(max(passages, 1) / _SITE) / math.log(_POOL / _SITE)
    return blend(weights.ranking, weights.pool, min(1.0, max(0.0, share)))


def blend(one: Linear, other: Linear, share: float) -> Linear:
    """The sum of two models, `share` (0..1) of it the other."""
    names = dict.fromkeys((*one.weights, *other.weights))
    mixed = {n: (1 - share) * one.weights.get(n, 0.0) + share * other.weights.get(n, 0.0) for n in names}
    return Linear((1 - share) * one.bias + share * other.bias, mixed)


_OVERVIEWS: frozenset[Kind] = frozenset({"reason", "method"})
"""Kinds of questions that the headings of a section answer together, where its own heading is of that kind: "What
causes it?" by the causes, "How do I prevent it?" by the ways. On ten question sets as much is right as without (.867 of
2,608), and 33 more answers hold such an overview."""


def suited(question: Question, hits: Sequence[Hit]) -> list[Hit]:
    """Outlines list headings: they are candidates only where a list or an overview is asked for, or the causes or ways
    that they are an outline of."""
    if question.kinds & LIST_KINDS:
        return list(hits)
    wanted = question.kinds & _OVERVIEWS
    return [hit for hit in hits if hit.passage.role != "outline" or wanted & _announced(hit.passage.section)]


@lru_cache(maxsize=4096)
def _announced(section: tuple[str, ...]) -> frozenset[Kind]:
    """The kinds of the heading of a section; none for a title. Remembered, as all questions find the same outlines."""
    return kinds(section[-1]) if section else frozenset()
