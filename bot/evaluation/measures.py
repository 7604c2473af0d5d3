"""What is measured of a run beside plain shares: hit@k, calibration, and what other thresholds would do.

Each is defined to the letter in docs/evaluation.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.bot import Thought
from bot.evaluation.questions import Turn
from bot.evaluation.run import Played, Trial
from bot.evaluation.score import squeeze
from bot.proportion import interval, proportion

HITS_AT = (1, 3, 5, 10)
"""The places at which hit@k is reported; an answer cites at most five passages."""

_BINS = 10
"""Equal widths of confidence, as usual for expected calibration error (Naeini et al. 2015)."""


@dataclass(frozen=True, slots=True)
class Share:
    """`right` out of `of`, with the 95 % Wilson interval: a set of forty questions says little about one of them."""

    name: str
    right: int
    of: int

    @property
    def value(self) -> float:
        """The share, 0..1; 0 of nothing."""
        return proportion(self.right, self.of)

    @property
    def interval(self) -> tuple[float, float]:
        """The smallest and the largest share that this outcome would not surprise."""
        return interval(self.right, self.of)


@dataclass(frozen=True, slots=True)
class Bin:
    """Questions of about the same confidence: how many, how sure on average, what share was right."""

    low: float
    high: float
    of: int
    confidence: float
    right: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """How far confidence is from the share that is right: `error` is the mean over questions, 0 of none.

    `chance` is the error that confidences which are exactly true would show on average over as many questions: few
    questions fill a bin unevenly, and nothing can be better than that but by luck (Bröcker and Smith 2007).
    """

    error: float
    chance: float
    of: int
    bins: tuple[Bin, ...]


@dataclass(frozen=True, slots=True)
class Point:
    """What one threshold does.

    `coverage` is the share of all questions that is answered, `risk` the share of those answers that is wrong;
    `answered` the share of the answerable that is answered, `declined` the share of the others that is declined.
    """

    threshold: float
    coverage: float
    risk: float
    answered: float
    declined: float


def share(name: str, values: Iterable[bool]) -> Share:
    """How many of the values are true."""
    known = list(values)
    return Share(name, sum(known), len(known))


def gold_place(turn: Turn, thought: Thought) -> int | None:
    """The place, from 1, of the first candidate whose passage holds a gold piece; over all questions of the message."""
    golds = [squeeze(gold) for gold in turn.gold]
    places = [
        place
        for part in (thought.turn.parts if thought.turn else ())
        for place, (hit, _) in enumerate(part.ranked, 1)
        if any(gold in squeeze(hit.passage.text) for gold in golds)
    ]
    return min(places, default=None)


def hits(played: Sequence[Played]) -> list[Share]:
    """hit@k of the single questions that name a gold: whether it is among the first k candidates, answered or not."""
    places = [
        gold_place(p.mark.expected, p.thought) for p in played if p.mark.case.group == "single" and p.mark.expected.gold
    ]
    return [share(f"hit@{k}", (place is not None and place <= k for place in places)) for k in HITS_AT]


def calibration(pairs: Iterable[tuple[float, bool]]) -> Calibration:
    """Expected calibration error of (confidence, right) pairs, over ten bins of equal width."""
    known = list(pairs)
    bins: list[Bin] = []
    by_luck = 0.0
    for number in range(_BINS):
        inside = [pair for pair in known if min(_BINS - 1, int(pair[0] * _BINS)) == number]
        if inside:
            sure = sum(confidence for confidence, _ in inside) / len(inside)
            right = sum(right for _, right in inside) / len(inside)
            bins.append(Bin(number / _BINS, (number + 1) / _BINS, len(inside), sure, right))
            by_luck += _spread([confidence for confidence, _ in inside])
    error = sum(b.of * abs(b.confidence - b.right) for b in bins) / len(known) if known else 0.0
    return Calibration(error, by_luck / len(known) if known else 0.0, len(known), tuple(bins))


def _spread(confidences: Sequence[float]) -> float:
    """By how many the number of right answers differs from what is expected of it, on average, where each is right with
    the probability that is its confidence (the Poisson binomial distribution, added up exactly)."""
    chances = [1.0]
    for sure in confidences:
        chances = [a * (1.0 - sure) + b * sure for a, b in zip([*chances, 0.0], [0.0, *chances], strict=True)]
    expected = sum(confidences)
    return sum(chance * abs(right - expected) for right, chance in enumerate(chances))


def curve(trials: Sequence[Trial]) -> list[Point]:
    """A point for every threshold at which something changes, from the highest confidence down."""
    if not trials:
        return []
    answerable = [_answerable(trial) for trial in trials]
    points: list[Point] = []
    for threshold in sorted({t.confidence for t in trials if t.confidence is not None}, reverse=True):
        taken = [t.confidence is not None and t.confidence >= threshold for t in trials]
        wrong = sum(not t.right for t, is_taken in zip(trials, taken, strict=True) if is_taken)
        points.append(
            Point(
                threshold,
                coverage=sum(taken) / len(trials),
                risk=wrong / sum(taken),
                answered=share("", (t for t, a in zip(taken, answerable, strict=True) if a)).value,
                declined=share("", (not t for t, a in zip(taken, answerable, strict=True) if not a)).value,
            )
        )
    return points


def separation(trials: Sequence[Trial]) -> float | None:
    """The chance that an answerable question has a higher confidence than one that is not (area under the ROC curve,
    a tie counts half, no confidence counts lowest); None unless there are both."""
    inside = [t.confidence if t.confidence is not None else -1.0 for t in trials if _answerable(t)]
    outside = [t.confidence if t.confidence is not None else -1.0 for t in trials if not _answerable(t)]
    if not inside or not outside:
        return None
    wins = sum((a > b) + 0.5 * (a == b) for a in inside for b in outside)
    return wins / (len(inside) * len(outside))


def _answerable(trial: Trial) -> bool:
    return trial.case.turns[0].expect == "answer"
