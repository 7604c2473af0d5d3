"""Finds passages, and says of each what speaks for it, on absolute scales.

Candidates come from the dense index (whole question, asking part, expansion) and from the lexical index; each is then
judged on evidence that means the same for every question, so that a threshold on it can decide about abstaining.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from index.generation import Generation
from index.importance import Importance
from index.passage import Passage
from index.query import Query, Term
from index.words import analyse

Floats = NDArray[np.float32]
Rows = NDArray[np.int64]

CANDIDATES = 60
"""Taken from each source."""

KEPT = 24
"""Candidates that are left for late interaction, by a fixed sum of the cheap evidence (`_FIRST`)."""

_FIRST = {"dense": 3.0, "focus": 3.0, "expanded": 3.0, "sentence": 6.0, "lexical": 2.5, "covered": 3.5, "heading": 1.0}
"""About the learned weights of the same evidence (bot/answering/weights.json); only the cut to KEPT depends on it."""

_MOST_FREQUENCIES = 8192
"""Stems whose number of passages is remembered: looking one up in the file costs as much as a small search."""

_SATURATION = 2.2
"""BM25 contribution of a term (k1 = 1.2) at most idf * (k1 + 1): the scale on which a lexical score is absolute."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for one passage; every value in about 0..1, comparable between questions.

    dense      cosine of question and passage          focus   cosine of its asking part and passage
    sentence   best cosine of asking part and one of its sentences
    expanded   cosine of question in the articles' words and passage (as `dense` when nothing was expanded)
    aligned    late interaction (MaxSim, Khattab & Zaharia 2020) over every token of the question
    late       the same over content words, weighted by rarity and importance
    article    cosine of question and the mean of the vectors of the passage's article
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
    aligned: float
    article: float

    def vector(self) -> list[float]:
        """The values in the order of the fields."""
        return [getattr(self, name) for name in self.__slots__]


@dataclass(frozen=True, slots=True)
class PassageStems:
    """The stems of a passage's title and headings, and of each of its sentences."""

    context: frozenset[str]
    sentences: tuple[frozenset[str], ...]


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
    stems: PassageStems


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
        self._frequencies: dict[str, int] = {}
        # Not methods: a cached one would tie the searcher into a circle, and the generation would outlive a switch.
        # The headings of every candidate are looked at, its sentences only where it is kept; and a section's passages
        # share their headings.
        self.context = lru_cache(maxsize=8192)(_context)
        self.stems = lru_cache(maxsize=8192)(partial(_stems, generation))
        self.article = lru_cache(maxsize=8192)(partial(_article, generation))

    def frequency(self, stem: str) -> int:
        """In how many passages the stem occurs; what is remembered are stems of the corpus alone."""
        kept = self._frequencies.get(stem)
        if kept is None:
            kept = self.generation.lexical.document_frequency(stem)
            if kept and len(self._frequencies) < _MOST_FREQUENCIES:
                self._frequencies[stem] = kept
        return kept

    def rarity(self, stem: str) -> float:
        """The idf of a stem in this corpus: ln(1 + (N - n + 0.5) / (n + 0.5)); largest for a word found nowhere."""
        frequency = self.frequency(stem)
        return math.log(1.0 + (self._size - frequency + 0.5) / (frequency + 0.5))

    def known(self, term: Term) -> bool:
        """Whether the corpus has the word, itself or one of its alternatives."""
        return any(all(self.frequency(stem) for stem in phrase) for phrase in ((term.stem,), *term.alternatives))

    def search(self, query: Query, among: Rows | None = None) -> Found:
        """The best candidates with their evidence; none for an empty corpus. All of the rows `among`, where given."""
        return _Search(self, query).found(among)


def _article(generation: Generation, article_id: str) -> Floats:
    """The mean of the vectors of an article's passages, at length 1."""
    rows = generation.passages_of(article_id)
    mean = generation.dense.vectors(np.arange(rows.start, rows.stop)).mean(axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-9), dtype=np.float32)


def _context(text: str) -> frozenset[str]:
    return frozenset(analyse(text))


def _stems(generation: Generation, row: int) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(analyse(text)) for text in generation.passages[row].sentence_texts)


class _Search:
    """The state of one search: arrays over the candidates' rows (first axis) and the query's terms (second)."""

    def __init__(self, searcher: Searcher, query: Query) -> None:
        self._searcher = searcher
        self._generation = searcher.generation
        self._query = query
        self._stems = query.stems
        self._own = [column for column, term in enumerate(query.terms) if term.own]
        texts = list(dict.fromkeys((query.text, query.focus, query.expansion or query.text)))
        self._encoded = dict(zip(texts, self._generation.encoder.encode_tokens(texts), strict=True))
        self._tokens = [self._tokens_of(term) for term in query.terms]
        self._importance = np.array(
            [searcher.importance.score(self._encoded[query.text].whole[tokens]) for tokens in self._tokens],
            dtype=np.float32,
        )
        rarity = np.array([searcher.rarity(term.stem) for term in query.terms], dtype=np.float32)
        self._weights: Floats = rarity * self._importance
        self._weight_of: list[float] = self._weights.tolist()
        self._wanted = frozenset(self._stems)
        self._total = float(self._weights.sum()) or 1.0
        self._passages: dict[int, Passage] = {}

    def found(self, among: Rows | None) -> Found:
        rows = self._candidates() if among is None else among
        hits = self._hits(rows, KEPT if among is None else len(rows)) if len(rows) else ()
        return Found(tuple(hits), self._importance, self._weights)

    def _tokens_of(self, term: Term) -> list[int]:
        """The tokens of the question that spell the term."""
        spans = self._encoded[self._query.text].spans
        return [i for i, (start, end) in enumerate(spans) if start < term.end and end > term.start]

    def _candidates(self) -> Rows:
        found: dict[int, None] = {}
        # Without an encoder every vector is zero, and the nearest passages would be any passages.
        for encoded in () if self._generation.encoder.blind else self._encoded.values():
            rows, _ = self._generation.dense.search(encoded.sentence, CANDIDATES)
            found.update(dict.fromkeys(rows.tolist()))
        rows, _ = self._generation.lexical.search(self._stems, CANDIDATES)
        found.update(dict.fromkeys(rows.tolist()))
        return np.array([row for row in found if self._passage(row).role != "furniture"], dtype=np.int64)

    def _passage(self, row: int) -> Passage:
        """The passage of a row; read once for each search."""
        if row not in self._passages:
            self._passages[row] = self._generation.passages[row]
        return self._passages[row]

    def _hits(self, rows: Rows, most: int) -> list[Hit]:
        query = self._query
        vectors = self._generation.dense.vectors(rows)
        contributions = self._contributions(rows)
        held = self._held(contributions)
        sentences = self._generation.sentences.products(self._encoded[query.focus].sentence, rows)
        cheap: dict[str, Floats] = {
            "dense": vectors @ self._encoded[query.text].sentence,
            "focus": vectors @ self._encoded[query.focus].sentence,
            "expanded": vectors @ self._encoded[query.expansion or query.text].sentence,
            "sentence": np.array([s.max() if len(s) else 0.0 for s in sentences], dtype=np.float32),
            "lexical": np.minimum(1.0, contributions.sum(axis=1) / (self._total_rarity() * _SATURATION)),
            "covered": held @ self._weights / self._total,
            "heading": np.array([self._heading(int(row)) for row in rows], dtype=np.float32),
        }
        first = np.sum([weight * cheap[name] for name, weight in _FIRST.items()], axis=0)
        kept = np.argsort(-first, kind="stable")[:most]
        late, aligned = self._late(rows[kept])
        held = held[kept]
        terms = np.maximum(late, held)
        weakest = late[:, self._own].min(axis=1) if self._own else np.zeros(len(kept), dtype=np.float32)
        cheap = {name: values[kept] for name, values in cheap.items()} | {"aligned": aligned, "weakest": weakest}
        measured = zip(*(values.tolist() for values in cheap.values()), strict=True)
        near: dict[str, float] = {}
        found = []
        for n, (i, values) in enumerate(zip(kept.tolist(), measured, strict=True)):
            row = int(rows[i])
            passage = self._passage(row)
            article = passage.article_id
            if article not in near:
                near[article] = float(self._searcher.article(article) @ self._encoded[query.text].sentence)
            evidence = Evidence(
                **dict(zip(cheap, values, strict=True)),
                late=float(late[n] @ self._weights) / self._total,
                article=near[article],
            )
            stems = PassageStems(self._searcher.context(passage.context), self._searcher.stems(row))
            found.append(Hit(row, passage, evidence, sentences[i], terms[n], held[n], stems))
        return found

    def _total_rarity(self) -> float:
        return sum(self._searcher.rarity(term.stem) for term in self._query.terms) or 1.0

    def _late(self, rows: Rows) -> tuple[Floats, Floats]:
        """For each row and term the best match of the term's tokens in the passage, averaged over its tokens; and for
        each row the average over all tokens of the question."""
        encoded = self._encoded[self._query.text]
        result = np.zeros((len(rows), len(self._query.terms)), dtype=np.float32)
        if not self._query.terms or not len(encoded.vectors):
            return result, np.zeros(len(rows), dtype=np.float32)
        best = self._generation.tokens.maxsim(encoded.vectors, rows)
        for column, tokens in enumerate(self._tokens):
            if len(tokens) == 1:
                result[:, column] = best[:, tokens[0]]
            elif tokens:
                result[:, column] = best[:, tokens].mean(axis=1)
        return result, best.mean(axis=1)

    def _contributions(self, rows: Rows) -> Floats:
        if not self._stems:
            return np.zeros((len(rows), 0), dtype=np.float32)
        lexical = self._generation.lexical
        return np.stack([lexical.scores([stem], rows) for stem in self._stems], axis=1)

    def _held(self, contributions: Floats) -> Floats:
        """For each row and term 1.0 where the passage has the word, 0.8 where it has one of its alternatives."""
        place = {stem: i for i, stem in enumerate(self._stems)}
        present = contributions > 0
        result = np.zeros((len(contributions), len(self._query.terms)), dtype=np.float32)
        for column, term in enumerate(self._query.terms):
            for phrase in term.alternatives:
                both = np.all(present[:, [place[stem] for stem in phrase]], axis=1)
                result[:, column] = np.maximum(result[:, column], 0.8 * both)
            result[:, column] = np.maximum(result[:, column], present[:, place[term.stem]])
        return result

    def _heading(self, row: int) -> float:
        """Share of the words' weight that stands in the passage's title and headings."""
        stems = self._searcher.context(self._passage(row).context)
        if stems.isdisjoint(self._wanted):
            return 0.0
        held = [
            weight
            for term, weight in zip(self._query.terms, self._weight_of, strict=True)
            if term.stem in stems or (term.alternatives and any(map(stems.issuperset, term.alternatives)))
        ]
        return sum(held) / self._total
