"""Finds passages, and says of each what speaks for it, on absolute scales.

Candidates come from the dense index (whole question, asking part, expansion) and from the lexical index; each is then
judged on evidence that means the same for every question, so that a threshold on it can decide about abstaining.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index.generation import Generation
from index.importance import Importance
from index.passage import Passage
from index.query import Query, Term

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

CANDIDATES = 60
"""From each source; recall of the gold passage within the union is 1.00 on the seeds and 0.97 on MedQuAD."""

_SATURATION = 2.2
"""BM25 contribution of a term (k1 = 1.2) at most idf * (k1 + 1): the scale on which a lexical score is absolute."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one passage; every value in about 0..1, comparable between questions.

    dense      cosine of question and passage          focus   cosine of its asking part and passage
    sentence   best cosine of asking part and one of its sentences
    expanded   cosine of question in the articles' words and passage (as `dense` when nothing was expanded)
    late       late interaction (MaxSim, Khattab & Zaharia 2020) over content words, weighted by rarity
    weakest    the smallest late interaction among the question's own content words
    lexical    BM25 as a share of the best score that these words could reach
    covered    share of the words' weight that stands in the passage, literally or by vocabulary
    heading    share of the words' weight that stands in its section path and title
    """

    dense: float
    focus: float
    sentence: float
    expanded: float
    late: float
    weakest: float
    lexical: float
    covered: float
    heading: float

    def vector(self) -> list[float]:
        """The values in the order of the fields."""
        return [getattr(self, name) for name in self.__slots__]


@dataclass(frozen=True, slots=True)
class Hit:
    """One candidate: its row in the generation, its evidence, and how well each of its sentences fits (cosines).

    For each term of the query, `held` says whether the passage has it (1.0 itself, 0.8 by vocabulary, 0.0 not), and
    `term_scores` is that or its late interaction, whichever is larger.
    """

    row: int
    passage: Passage
    evidence: Evidence
    sentence_scores: Floats
    term_scores: Floats
    held: Floats


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates of one query, in no particular order; and of each of its terms how much it matters (0..1) and its
    weight (importance times rarity)."""

    hits: tuple[Hit, ...]
    importance: Floats
    weights: Floats


class Searcher:
    """Search in one generation; read-only and safe to share between threads."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self.importance = Importance.of(generation.encoder.card.weights)
        self._size = max(1, generation.lexical.size)

    def rarity(self, stem: str) -> float:
        """The idf of a stem in this corpus: ln(1 + (N - n + 0.5) / (n + 0.5)); largest for a word found nowhere."""
        frequency = self.generation.lexical.document_frequency(stem)
        return math.log(1.0 + (self._size - frequency + 0.5) / (frequency + 0.5))

    def known(self, term: Term) -> bool:
        """Whether the corpus has the word, itself or one of its alternatives."""
        return any(
            all(self.generation.lexical.document_frequency(stem) for stem in phrase)
            for phrase in ((term.stem,), *term.alternatives)
        )

    def search(self, query: Query) -> Found:
        """Every candidate with its evidence; none for an empty corpus."""
        return _Search(self, query).found()


class _Search:
    """The state of one search."""

    def __init__(self, searcher: Searcher, query: Query) -> None:
        self._searcher = searcher
        self._generation = searcher.generation
        self._query = query
        texts = list(dict.fromkeys((query.text, query.focus, query.expansion or query.text)))
        self._encoded = dict(zip(texts, self._generation.encoder.encode_tokens(texts), strict=True))

    @cached_property
    def _importance(self) -> Floats:
        encoded = self._encoded[self._query.text]
        return np.array(
            [self._searcher.importance.score(encoded.vectors[self._tokens(term)]) for term in self._query.terms],
            dtype=np.float32,
        )

    @cached_property
    def _weights(self) -> Floats:
        rarity = np.array([self._searcher.rarity(term.stem) for term in self._query.terms], dtype=np.float32)
        return rarity * self._importance

    def _tokens(self, term: Term) -> list[int]:
        """The tokens of the question that spell the term."""
        spans = self._encoded[self._query.text].spans
        return [i for i, (start, end) in enumerate(spans) if start < term.end and end > term.start]

    def found(self) -> Found:
        return Found(tuple(self._hits()), self._importance, self._weights)

    def _hits(self) -> list[Hit]:
        rows = self._candidates()
        if not len(rows):
            return []
        vectors = self._generation.dense.vectors(rows)
        dense = {text: vectors @ encoded.sentence for text, encoded in self._encoded.items()}
        late = self._late(rows)
        contributions = self._contributions(rows)
        covered = self._covered(contributions)
        return [self._hit(int(row), i, dense, late[i], contributions[i], covered[i]) for i, row in enumerate(rows)]

    def _candidates(self) -> Rows:
        found: dict[int, None] = {}
        for encoded in self._encoded.values():
            rows, _ = self._generation.dense.search(encoded.sentence, CANDIDATES)
            found.update(dict.fromkeys(int(row) for row in rows))
        rows, _ = self._generation.lexical.search(self._query.stems, CANDIDATES)
        found.update(dict.fromkeys(int(row) for row in rows))
        searched = [row for row in found if self._generation.passages[row].role != "furniture"]
        return np.array(searched, dtype=np.int64)

    def _late(self, rows: Rows) -> Floats:
        """For each row and term the best match of the term's tokens in the passage, averaged over its tokens."""
        encoded = self._encoded[self._query.text]
        result = np.zeros((len(rows), len(self._query.terms)), dtype=np.float32)
        if not self._query.terms or not len(encoded.vectors):
            return result
        best = self._generation.tokens.maxsim(encoded.vectors, rows)
        for column, term in enumerate(self._query.terms):
            tokens = self._tokens(term)
            if tokens:
                result[:, column] = best[:, tokens].mean(axis=1)
        return result

    def _contributions(self, rows: Rows) -> Floats:
        stems = self._query.stems
        if not stems:
            return np.zeros((len(rows), 0), dtype=np.float32)
        lexical = self._generation.lexical
        return np.stack([lexical.scores([stem], rows) for stem in stems], axis=1)

    def _covered(self, contributions: Floats) -> Floats:
        """For each row and term 1.0 where the passage has the word, 0.8 where it has one of its alternatives."""
        place = {stem: i for i, stem in enumerate(self._query.stems)}
        present = contributions > 0
        result = np.zeros((len(contributions), len(self._query.terms)), dtype=np.float32)
        for column, term in enumerate(self._query.terms):
            for phrase in term.alternatives:
                both = np.all(present[:, [place[stem] for stem in phrase]], axis=1)
                result[:, column] = np.maximum(result[:, column], 0.8 * both)
            result[:, column] = np.maximum(result[:, column], present[:, place[term.stem]])
        return result

    def _hit(
        self, row: int, i: int, dense: dict[str, Floats], late: Floats, contributions: Floats, covered: Floats
    ) -> Hit:
        query = self._query
        passage = self._generation.passages[row]
        sentences = self._generation.sentences.of(row) @ self._encoded[query.focus].sentence
        weights = self._weights
        total = float(weights.sum()) or 1.0
        own = [late[j] for j, term in enumerate(query.terms) if term.own]
        best = total * _SATURATION
        return Hit(
            row=row,
            passage=passage,
            evidence=Evidence(
                dense=float(dense[query.text][i]),
                focus=float(dense[query.focus][i]),
                sentence=float(sentences.max()) if len(sentences) else 0.0,
                expanded=float(dense[query.expansion or query.text][i]),
                late=float((late * weights).sum()) / total,
                weakest=float(min(own)) if own else 0.0,
                lexical=min(1.0, float(contributions.sum()) / best),
                covered=float((covered * weights).sum()) / total,
                heading=_share(query.terms, weights, passage.context),
            ),
            sentence_scores=sentences,
            term_scores=np.maximum(late, covered),
            held=covered,
        )


def _share(terms: Sequence[Term], weights: Floats, text: str) -> float:
    from index.words import analyse

    stems = set(analyse(text))
    total = float(weights.sum()) or 1.0
    return (
        sum(
            float(weight)
            for term, weight in zip(terms, weights, strict=True)
            if term.stem in stems or any(stems.issuperset(phrase) for phrase in term.alternatives)
        )
        / total
    )
