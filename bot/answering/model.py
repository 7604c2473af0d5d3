"""What ranks candidates, and what says how probable it is that the result answers.

Candidates are ranked by a linear model. Whether they answer is said by a linear model and a forest together: weights
are readable, but evidence that means one thing beside this and another beside that needs trees. All of it lies in
`weights.json`, written by `python -m benchmarks.learn`, learned on questions over several corpora; so it knows nothing
of any one site.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from importlib.resources import files
from operator import mul

import msgspec

from bot.answering.forest import PackedForest, opened

LINEAR_SHARE = 0.5
"""How much the linear score counts beside that of the forest. Chosen between 0.5 and 1, which separate alike, on sets
left out of learning; `python -m benchmarks.learn` prints what it gives there ("left out")."""


class Linear(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A linear model over named features: `bias + sum(weights[name] * value)`."""

    bias: float
    weights: dict[str, float]

    def score(self, names: Sequence[str], values: Sequence[float]) -> float:
        """The linear score; a feature without a weight counts nothing."""
        return self.bias + sum(self.weights.get(name, 0.0) * value for name, value in zip(names, values, strict=True))

    def scores(self, names: Sequence[str], rows: Iterable[Sequence[float]]) -> list[float]:
        """The score of each row of values; the weights are looked up once."""
        weights = [self.weights.get(name, 0.0) for name in names]
        return [self.bias + sum(map(mul, weights, row)) for row in rows]

    def probability(self, names: Sequence[str], values: Sequence[float]) -> float:
        """The score through the logistic function, in 0..1."""
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, self.score(names, values)))))


class Platt(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Turns a linear score into a probability: `1 / (1 + exp(-(slope * score + shift)))` (Platt 1999)."""

    slope: float = 1.0
    shift: float = 0.0

    def probability(self, score: float) -> float:
        """The probability, in 0..1; grows with the score."""
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, self.slope * score + self.shift))))


class Subject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whether the articles have what a question is about at all, said apart from whether they answer it.

    Beside a dozen features that say how well the best passage fits, an unknown name counts for little: in most
    questions of visitors it is a slip of the keyboard, a product, a word of their own. So trees of their own tell such
    questions from those on subjects that a corpus was left without. Below the share `least` a question is declined on
    any site; on one where each article has a subject of its own below more, `most` at most (bot/evaluation/foreign.py).
    """

    forest: PackedForest
    least: float
    most: float

    def share(self, names: Sequence[str], values: Sequence[float]) -> float:
        """How likely the subject is there, 0..1."""
        return opened(self.forest).named_share(names, values)


class Weights(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The learned part of answering.

    `trained_on` says how many questions of which set; `threshold` is the smallest probability to answer at,
    `follow_up_threshold` the same for a question that took over words from before. `calibration` makes the score of
    the answer (`score`) the probability that it is right, which is what both thresholds are compared with. `pool` ranks
    where there are very many passages (bot/retrieval.py). `subject` declines what the articles do not have at all.
    """

    ranking: Linear
    answering: Linear
    threshold: float
    follow_up_threshold: float
    trained_on: Mapping[str, int]
    calibration: Platt = Platt()
    pool: Linear | None = None
    forest: PackedForest | None = None
    subject: Subject | None = None

    def score(self, names: Sequence[str], values: Sequence[float]) -> float:
        """How much speaks for a result with these measurements, on a scale of its own."""
        return score(self.answering, self.forest, names, values)

    def probability(self, names: Sequence[str], values: Sequence[float]) -> float:
        """How probable it is that a result with these measurements answers."""
        return self.calibration.probability(self.score(names, values))


def score(linear: Linear, forest: PackedForest | None, names: Sequence[str], values: Sequence[float]) -> float:
    """What the linear model says, or where there is a forest, both together."""
    said = linear.score(names, values)
    return opened(forest).score(names, values) + LINEAR_SHARE * said if forest else said


@cache
def shipped(*, wordless: bool = False) -> Weights:
    """The weights that come with Footnote; `wordless` those for a search without an encoder (index/wordless.py)."""
    name = "weights_wordless.json" if wordless else "weights.json"
    return msgspec.json.decode(files("bot.answering").joinpath(name).read_bytes(), type=Weights)
