"""Which passages: every candidate of the index, ranked by the learned model, best first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.answering import features
from bot.answering.model import Linear
from bot.understanding.kinds import LIST_KINDS
from bot.understanding.question import Question
from index.search import Found, Hit, Searcher


@dataclass(frozen=True, slots=True)
class Retrieved:
    """The candidates of one question, best first, with their scores; and what was found about its words."""

    ranked: tuple[tuple[Hit, float], ...]
    found: Found


def retrieve(question: Question, searcher: Searcher, ranking: Linear) -> Retrieved:
    """The ranked candidates; ties in the order of the index."""
    found = searcher.search(question.query)
    scored = [
        (hit, ranking.score(features.RANKING, features.candidate(question, hit)))
        for hit in suited(question, found.hits)
    ]
    return Retrieved(tuple(sorted(scored, key=lambda pair: (-pair[1], pair[0].row))), found)


def suited(question: Question, hits: Sequence[Hit]) -> list[Hit]:
    """Outlines list headings: they are candidates only where a list or an overview is asked for."""
    wanted = bool(question.kinds & LIST_KINDS)
    return [hit for hit in hits if wanted or hit.passage.role != "outline"]
