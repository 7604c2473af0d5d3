"""Finds out how strictly a corpus must decline what it has nothing about, by asking for articles that are left out.

A site whose every article has a subject of its own is asked about subjects that it lacks, in the very words of those
that it has ("What are the symptoms of ...?"). So each heading is asked once more as if its article were not there,
words and all; and where the subject is then found nowhere, the question must be declined. How many are not says whether
the share from which a subject counts as there (`bot.answering.model.Subject`) must be larger than on any other site.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from bot.answering.model import Subject, Weights
from bot.evaluation.propose import Proposal
from bot.turn import Thinker
from bot.understanding.question import Reader
from index.generation import Generation
from index.query import Query
from index.search import Found, Rows, Searcher
from index.words import analyse

ENOUGH = 10
"""Questions that are needed before a corpus moves the share: of fewer, one or two answers would decide."""

_STEP = 1e-4
"""By which the share must be above that of a question which is to be declined; the digits that are kept."""

_ANSWERED, _MOST_ANSWERED = 0.1, 0.4
"""Share of them that may be answered all the same, as some are about what another article says in other words; and the
share above which being strict helps too little, for it costs answers elsewhere. Seven sites of MedQuAD, whose articles
have subjects of their own, come to .13 or less; bicycle and running in tests/questions, whose articles share one, stay
at .8 and .7 however strict they are."""


@dataclass(frozen=True, slots=True)
class Foreign:
    """A question on a subject that is left out: how probable an answer is, and how likely the subject seems there."""

    question: str
    probability: float
    share: float


class LeftOut(Searcher):
    """A searcher as it would be without one article (`leave`): its words are unknown, its passages not found."""

    def __init__(self, generation: Generation) -> None:
        super().__init__(generation)
        self._article_id: str | None = None
        self._rows: Rows = np.zeros(0, dtype=np.int64)

    def leave(self, article_id: str) -> None:
        """Leave out this article, and no other any more."""
        rows = self.generation.passages_of(article_id)
        self._article_id, self._rows = article_id, np.arange(rows.start, rows.stop, dtype=np.int64)

    def frequency(self, stem: str) -> int:
        """In how many of the other passages the stem occurs."""
        everywhere = super().frequency(stem)
        if not everywhere or not len(self._rows):
            return everywhere
        return everywhere - int((self.generation.lexical.scores([stem], self._rows) > 0).sum())

    def lacks(self, stem: str) -> bool:
        """Whether the article that is left out was the only one with the stem."""
        return not self.frequency(stem) and super().frequency(stem) > 0

    def search(self, query: Query, among: Rows | None = None) -> Found:
        """What is found in the other articles."""
        found = super().search(query, among)
        kept = tuple(hit for hit in found.hits if hit.passage.article_id != self._article_id)
        return Found(kept, found.importance, found.weights)


def foreign(
    proposals: Iterable[Proposal], generation: Generation, reader: Reader, weights: Weights
) -> Iterator[Foreign]:
    """The questions of the proposals whose subject is nowhere else, asked without their article."""
    searcher = LeftOut(generation)
    thinker = Thinker(reader, searcher, weights)
    for proposal in proposals:
        searcher.leave(proposal.article_id)
        title = frozenset(analyse(generation.articles[proposal.article_id].title))
        if any(searcher.lacks(stem) for stem in title.intersection(analyse(proposal.question))):
            part = thinker.tried(proposal.question, ())[0]
            yield Foreign(proposal.question, part.probability, part.subject)


def least_share(asked: Sequence[Foreign], subject: Subject, threshold: float) -> float:
    """The share from which a subject counts as there, so that few of these questions are answered from `threshold` on;
    that of any other site where there are too few of them or it helps too little, and never more than `subject.most`.
    """
    answered = sorted((one.share for one in asked if one.probability >= threshold), reverse=True)
    allowed = int(_ANSWERED * len(asked))
    hopeless = sum(share >= subject.most for share in answered) > _MOST_ANSWERED * len(asked)
    if len(asked) < ENOUGH or len(answered) <= allowed or hopeless:
        return subject.least
    return min(subject.most, max(subject.least, answered[allowed] + _STEP))
