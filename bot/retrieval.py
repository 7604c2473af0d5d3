"""Which passages: every candidate of the index, ranked by the learned model, best first."""

from __future__ import annotations

from collections.abc import Sequence

from bot.answering import features
from bot.answering.model import Linear
from bot.understanding.question import Question
from index.search import Hit, Searcher

Ranked = Sequence[tuple[Hit, float]]


def retrieve(question: Question, searcher: Searcher, ranking: Linear) -> list[tuple[Hit, float]]:
    """The candidates with their scores, best first; ties in the order of the index."""
    hits = searcher.search(question.query)
    scored = [(hit, ranking.score(features.RANKING, features.candidate(question, hit))) for hit in hits]
    return sorted(scored, key=lambda pair: (-pair[1], pair[0].row))
