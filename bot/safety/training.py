"""Trains the second layer from the exemplars; needs torch and scikit-learn: only `footnote safety train` comes here.

What a model says of messages it has learnt by heart sets no threshold. So everything is trained twice: first without
some authors (`JUDGES`), whose exemplars then set how the parts are weighed and where the thresholds lie, and then, for
what is shipped, with them. Each encoder is the mean of two runs: on the held-out authors, whose messages no run had
seen, the mean of two loses less than either (`docs/safety.md`).
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
import numpy as np
from numpy.typing import NDArray

from bot.safety import adaptation, features, rulebook
from bot.safety.adaptation import Progress
from bot.safety.exemplars import Exemplar, fingerprint
from bot.safety.meaning import FORMAT, STEPS, Floats, MeaningFile, blended, log_shares, packed, questions
from bot.safety.reading import Reader, Reading
from bot.safety.rulebook import LEVELS, Level
from bot.safety.state import alone

JUDGES = ("dune", "elder", "fern", "glade", "juniper", "maple", "sorrel")
"""The authors who are held out: each wrote alone, by the same definitions, without reading any other exemplar; the last
three had read the tuned part of a development set, to learn how people write to whom nothing is explained."""
RUNS = 2
"""Runs of which an encoder is the mean."""
_GRAM_STRENGTH = 20.0
_BLEND_STRENGTH = 1.0
_FALSE_ALARMS = {"assessment": 0.16, "urgent": 0.09}
"""Share of the held-out `none` messages that may pass. They are twins of red flags for the most part, far harder than
what visitors write; what passes of a suite's harmless messages is printed by `footnote safety test`."""
_MISSES = {"crisis": 0.04, "emergency": 0.04}
"""Share of the held-out crisis and emergency messages that may be taken for urgent once the alarm is raised."""
_CLEAR = 0.015
"""Share of the held-out messages with a finding that would count as clear: only they could lose a rule's finding, and
only beside a cue."""


@dataclass(frozen=True, slots=True)
class Trained:
    """What is shipped: the adapter of the encoder, and the file of the second layer."""

    adapter: bytes
    meaning: bytes


def train(examples: Sequence[Exemplar], adapter: bytes | None = None, say: Progress = print) -> Trained:
    """Train the whole layer; with an `adapter`, its final encoder is kept and only the rest is trained anew.

    Each run sees each exemplar three times, 160 to 190 a second on two cores that multiply in bfloat16 and half as many
    elsewhere: an hour for 48,000 exemplars.
    """
    seen = [e for e in examples if e.author not in JUDGES]
    judges = [e for e in examples if e.author in JUDGES]
    say(f"without the held-out authors: {len(seen)} exemplars")
    heard = adaptation.tiers(_taught(seen, say), [e.text for e in judges])
    blend, offsets, thresholds = judged(seen, judges, heard)
    say(f"with all: {len(examples)} exemplars")
    final = adapter or _taught(examples, say)
    return Trained(final, finished(examples, final, blend, offsets, thresholds))


def _taught(examples: Sequence[Exemplar], say: Progress) -> bytes:
    return adaptation.mean([adaptation.adapt(examples, say=say, seed=seed) for seed in range(RUNS)])


def finished(
    examples: Sequence[Exemplar],
    adapter: bytes,
    blend: NDArray[np.float64],
    offsets: NDArray[np.float64],
    thresholds: dict[str, float],
) -> bytes:
    """The file of the layer, its n-grams learnt from all exemplars."""
    grams = Grams.learnt(examples)
    return msgspec.json.encode(
        MeaningFile(
            FORMAT, fingerprint(examples), named(adapter), {k: round(v, 6) for k, v in thresholds.items()},
            packed(grams.weights), tuple(float(o) for o in grams.offsets), packed(grams.idf),
            tuple(tuple(round(float(w), 6) for w in row) for row in blend), tuple(round(float(o), 6) for o in offsets),
        )
    )  # fmt: skip


def named(adapter: bytes) -> str:
    """A short name of the adapter's bytes."""
    return hashlib.sha256(adapter).hexdigest()[:16]


def judged(
    seen: Sequence[Exemplar], judges: Sequence[Exemplar], heard: Floats
) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[str, float]]:
    """How the parts are weighed, and the thresholds, by messages that neither part has seen.

    `heard` float32[len(judges), 5] is what the encoder says of them. The thresholds come from five-fold predictions of
    the weighing itself.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    grams = Grams.learnt(seen)
    book = rulebook.load()
    reader = Reader(book)
    rows = []
    for exemplar, said in zip(judges, heard, strict=True):
        reading = reader.read(exemplar.text)
        level = alone(book, reading)
        rows.append(blended(said, grams.spelt(reading, level), level))
    table = np.stack(rows)
    answers = np.asarray([LEVELS.index(e.tier) for e in judges])
    model = LogisticRegression(C=_BLEND_STRENGTH, max_iter=5000)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    shares = cross_val_predict(model, table, answers, cv=folds, method="predict_proba")
    model.fit(table, answers)
    return model.coef_.T, model.intercept_, thresholds(shares, [e.tier for e in judges])


def thresholds(shares: NDArray[np.float64], tiers: Sequence[Level]) -> dict[str, float]:
    """Where each question is answered with yes; see `_FALSE_ALARMS`, `_MISSES` and `_CLEAR`."""
    asked = [questions(row.astype(np.float32)) for row in shares]
    scores: dict[str, NDArray[np.float64]] = {step: np.asarray([a[step] for a in asked]) for step in STEPS}
    none = np.asarray([tier == "none" for tier in tiers])
    found = {step: float(np.quantile(scores[step][none], 1 - most)) for step, most in _FALSE_ALARMS.items()}
    for step, least in _MISSES.items():
        belongs = np.asarray([tier == step for tier in tiers]) & (scores["urgent"] >= found["urgent"])
        found[step] = float(np.quantile(scores[step][belongs] / scores["urgent"][belongs], least))
    found["clear"] = float(np.quantile(scores["assessment"][~none], _CLEAR))
    return found


@dataclass(frozen=True, slots=True)
class Grams:
    """A linear model over n-grams and the rules' reading: `weights` float[COLUMNS, 5], `offsets` float[5]."""

    weights: NDArray[np.float64]
    offsets: NDArray[np.float64]
    idf: Floats

    @classmethod
    def learnt(cls, examples: Sequence[Exemplar]) -> Grams:
        """Fitted to the exemplars; the same ones give the same weights."""
        from scipy.sparse import csr_matrix
        from sklearn.linear_model import LogisticRegression

        book = rulebook.load()
        reader = Reader(book)
        readings = [reader.read(e.text) for e in examples]
        levels = [alone(book, reading) for reading in readings]
        idf = _idf([features.columns(r, "none", None)[0] for r in readings])
        rows = [features.columns(r, level, idf) for r, level in zip(readings, levels, strict=True)]
        ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
        table = csr_matrix(
            (np.concatenate([v for _, v in rows]), np.concatenate([c for c, _ in rows]), ends),
            shape=(len(rows), features.COLUMNS),
        )
        answers = [LEVELS.index(e.tier) for e in examples]
        model = LogisticRegression(C=_GRAM_STRENGTH, max_iter=300, class_weight=_importance([e.tier for e in examples]))
        model.fit(table, answers)
        weights, offsets = np.zeros((features.COLUMNS, len(LEVELS))), np.full(len(LEVELS), -20.0)
        weights[:, model.classes_], offsets[model.classes_] = model.coef_.T, model.intercept_
        return cls(weights, offsets, idf)

    def spelt(self, reading: Reading, level: Level) -> Floats:
        """What the model says of one text: float32[5], logarithms of shares."""
        columns, values = features.columns(reading, level, self.idf)
        return log_shares((values @ self.weights[columns] + self.offsets).astype(np.float32))


def _idf(texts: Sequence[NDArray[np.int64]]) -> Floats:
    idf = np.full(features.GRAMS, math.log(len(texts) + 1.0), np.float32)
    seen = Counter(column for columns in texts for column in columns.tolist() if column < features.GRAMS)
    for column, count in seen.items():
        idf[column] = math.log((len(texts) + 1.0) / (count + 0.5))
    return idf


def _importance(tiers: Sequence[Level]) -> dict[int, float]:
    """A rare tier counts more, by the square root of how rare it is, at most by 1.7."""
    counts = Counter(tiers)
    most = max(counts.values())
    return {LEVELS.index(tier): min(3.0, most / counts[tier]) ** 0.5 for tier in counts}
