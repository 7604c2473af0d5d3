"""Which passages: every candidate of the index, ranked by the learned model, best first."""

from __future__ import annotations

from dataclasses import dataclass

from bot.answering import features
from bot.answering.model import Linear
from bot.understanding.question import Question
from index.search import Found, Hit, Searcher

@dataclass(frozen=True, slots=True)
class Retrieved:
    """The candidates of one question, best first, each with its score; and what was found about the question's words."""

    ranked: tuple[tuple[Hit, float], ...]
    found: Found


def retrieve(question: Question, searcher: Searcher, ranking: Linear) -> Retrieved:
    """The ranked candidates; ties in the order of the index."""
    found = searcher.search(question.query)
    scored = [(hit, ranking.score(features.RANKING, features.candidate(question, hit))) for hit in found.hits]
    return Retrieved(tuple(sorted(scored, key=lambda pair: (-pair[1], pair[0].row))), found)
