"""Learns which reading of a follow-up to believe and writes `bot/belief.json`.

    python -m benchmarks.learn_followups --set INDEX QUESTIONS [--set INDEX QUESTIONS ...] [--write]

Each set is an index folder and a folder of dialogues for its articles (docs/evaluation.md). Cases whose id hashes into
the third that is set aside are never read. A reading is right when its best passage holds a gold piece; the softmax
over the readings of a turn puts the right ones first. Each conversation goes on from a right
reading, so that one mistake is not learned from again and again. Prints how often a right
reading is chosen, and how often it is answered or declined as expected, with tenths and with whole sets left out.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.answering.model import shipped
from bot.evaluation.questions import load
from bot.evaluation.score import squeeze
from bot.talk import Belief, believed, evidence, left, support
from bot.turn import Part, Thinker
from bot.understanding.past import Past
from bot.understanding.question import open_reader
from bot.understanding.smalltalk import is_instruction, smalltalk
from bot.understanding.split import split
from index.search import Searcher
from index.store import IndexFolder

PENALTY = 0.5
"""Of the squared weights (L2); chosen among 0.05, 0.15, 0.5 and 1.5 by the figures of left-out folds."""


@dataclass(frozen=True)
class Choice:
    """The readings of one turn: what speaks for each, which are right, and whether an answer is expected."""

    source: str
    case: str
    readings: tuple[dict[str, float], ...]
    right: NDArray[np.float64]
    supports: tuple[dict[str, float], ...]
    leans: tuple[bool, ...]
    expected: bool


def choices(index: Path, questions: Path) -> list[Choice]:
    """Every later turn of a set."""
    generation = IndexFolder(index).current()
    searcher = Searcher(generation)
    thinker = Thinker(open_reader(generation), searcher, shipped())
    found: list[Choice] = []
    for case in load([questions], "tuned"):
        past: tuple[Past, ...] = ()
        for turn in case.turns if case.group == "dialogue" else ():
            if smalltalk(turn.user) or is_instruction(turn.user) or len(split(turn.user)) > 1:
                past = thinker.turn(turn.user, past).past
                continue
            tried = thinker.tried(turn.user, past)
            golds = [squeeze(gold) for gold in turn.gold]
            right = np.array([_right(part, golds) for part in tried])
            expected = turn.expect == "answer"
            if past:
                found.append(
                    Choice(
                        str(index),
                        case.id,
                        tuple(evidence(part, past) for part in tried),
                        right,
                        tuple(support(part) for part in tried),
                        tuple(part.reading.leans for part in tried),
                        expected,
                    )
                )
            chosen = tried[int(right.argmax())] if right.any() else believed(tried, past)
            past = (*past, *left(thinker.decided(chosen, answered=expected), searcher.rarity))
    return found


def _right(part: Part, golds: Sequence[str]) -> float:
    """1 where the best passage holds a gold piece, 0.4 where the second does."""
    for (hit, _), worth in zip(part.ranked[:2], (1.0, 0.4), strict=False):
        if any(gold in squeeze(hit.passage.text) for gold in golds):
            return worth
    return 0.0


def learn(data: Sequence[Choice]) -> Belief:
    """Softmax regression over the readings of each turn; logistic regression over the turns that lean."""
    open_turns = [c for c in data if c.right.sum() > 0 and len({*c.right}) > 1]
    names = sorted({name for choice in open_turns for reading in choice.readings for name in reading})
    tables = [_table(choice, names) for choice in open_turns]

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = PENALTY * float(w @ w), 2 * PENALTY * w
        for choice, table in zip(open_turns, tables, strict=True):
            p = np.exp((scores := table @ w) - scores.max())
            p /= p.sum()
            mass = float(p @ choice.right) / choice.right.max()
            total -= float(np.log(max(mass, 1e-12)))
            wanted = p * choice.right / max(float(p @ choice.right), 1e-12)
            slope -= table.T @ (wanted - p)
        return total, slope

    best = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B").x
    counts: dict[str, int] = {}
    for choice in data:
        counts[Path(choice.source).name] = counts.get(Path(choice.source).name, 0) + 1
    weights = {name: round(float(v), 3) for name, v in zip(names, best, strict=True)}
    answers, threshold = _answers(data, weights)
    return Belief(weights, answers, threshold, counts)


_AGAINST = ("missing", "absent", "unknown")
"""Words that are not found can only speak against an answer, whatever forty examples say."""


def _answers(data: Sequence[Choice], weights: dict[str, float]) -> tuple[dict[str, float], float]:
    """What says whether the believed reading is answered, and the threshold at which most turns come out right."""
    rows, labels = [], []
    for choice in data:
        best = _best(choice, weights)
        if choice.leans[best] and (not choice.expected or choice.right[best] > 0):
            rows.append(choice.supports[best])
            labels.append(float(choice.expected))
    names = sorted({name for row in rows for name in row})
    table, y = np.array([[row.get(name, 0.0) for name in names] for row in rows]), np.array(labels)
    bounds = [(None, 0.0) if n in _AGAINST else (0.0, None) if n == "answered" else (None, None) for n in names]

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        p = 1 / (1 + np.exp(-(table @ w)))
        inner = np.array([0.0 if name == "bias" else 1.0 for name in names]) * w
        value = -float((y * np.log(p + 1e-12) + (1 - y) * np.log(1 - p + 1e-12)).sum())
        return value + PENALTY * float(inner @ inner), table.T @ (p - y) + 2 * PENALTY * inner

    best_w = minimize(loss, np.zeros(len(names)), jac=True, method="L-BFGS-B", bounds=bounds).x
    p = 1 / (1 + np.exp(-(table @ best_w)))
    levels = [round(0.3 + 0.02 * i, 2) for i in range(25)]
    threshold = max(levels, key=lambda level: (float(((p >= level) == (y > 0)).mean()), -abs(level - 0.5)))
    return {name: round(float(v), 3) for name, v in zip(names, best_w, strict=True)}, threshold


def _best(choice: Choice, weights: dict[str, float]) -> int:
    scores = [sum(weights.get(n, 0.0) * v for n, v in reading.items()) for reading in choice.readings]
    return int(np.argmax(scores))


def _table(choice: Choice, names: Sequence[str]) -> NDArray[np.float64]:
    return np.array([[reading.get(name, 0.0) for name in names] for reading in choice.readings])


def chosen_right(data: Sequence[Choice], belief: Belief) -> tuple[float, float, float]:
    """Of the turns with a right and a wrong reading the share whose believed reading is right; of the believed readings
    that lean the share answered where expected, and declined where not."""
    choice_right, answered, declined = [], [], []
    for choice in data:
        best = _best(choice, belief.weights)
        if choice.right.sum() > 0 and len({*choice.right}) > 1:
            choice_right.append(float(choice.right[best] / choice.right.max()))
        if choice.leans[best] and belief.answers:
            score = sum(belief.answers.get(n, 0.0) * v for n, v in choice.supports[best].items())
            said = 1 / (1 + np.exp(-score)) >= belief.threshold
            if choice.expected and choice.right[best] > 0:
                answered.append(float(said))
            elif not choice.expected:
                declined.append(float(not said))
    return sum(choice_right), sum(answered), sum(declined)


def _sizes(data: Sequence[Choice]) -> tuple[int, int, int]:
    several = sum(c.right.sum() > 0 and len({*c.right}) > 1 for c in data)
    return several, sum(c.expected for c in data), sum(not c.expected for c in data)


def _left_out(data: Sequence[Choice], key: Callable[[Choice], str]) -> tuple[float, float, float]:
    """As `chosen_right`, where every group was decided by what was learned on the others."""
    groups = sorted({key(choice) for choice in data})
    earned = [
        chosen_right([c for c in data if key(c) == group], learn([c for c in data if key(c) != group]))
        for group in groups
    ]
    return sum(e[0] for e in earned), sum(e[1] for e in earned), sum(e[2] for e in earned)


def main() -> None:
    """Learn, print, and write where asked to."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--set", nargs=2, action="append", metavar=("INDEX", "QUESTIONS"), required=True)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    data = [choice for index, questions in given.set for choice in choices(Path(index), Path(questions))]
    belief = learn(data)
    several, expected, declined = _sizes(data)
    print(f"later turns {len(data)}: {several} with a choice, {expected} to be answered, {declined} to be declined")
    print("                        reading right   answered   declined")
    for name, (right, kept, silent) in {
        "evidence alone": chosen_right(data, Belief({"answered": 1.0}, {}, 0.5, {})),
        "learned, seen": chosen_right(data, belief),
        "a tenth left out": _left_out(data, lambda c: str(int(hashlib.sha256(c.case.encode()).hexdigest(), 16) % 10)),
        "one set left out": _left_out(data, lambda c: c.source + c.case[:2]),
    }.items():
        print(f"{name:23} {right / several:13.3f} {kept / expected:10.3f} {silent / declined:10.3f}")
    if given.write:
        path = Path(__file__).resolve().parents[1] / "bot" / "belief.json"
        path.write_bytes(msgspec.json.format(msgspec.json.encode(belief), indent=1) + b"\n")


if __name__ == "__main__":
    main()
