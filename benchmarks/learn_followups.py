"""Learns which readings of a follow-up to believe and writes `bot/belief.json`.

    python -m benchmarks.learn_followups --set INDEX QUESTIONS [--set INDEX QUESTIONS ...] [--write]

Each set is an index folder and a folder of dialogues for its articles (docs/evaluation.md). Cases whose id hashes into
the third that is set aside are never read. A candidate is right when it holds a gold piece; the mixture of all readings
of a turn, each with the candidates that it finds, puts the right ones first (`bot/belief.py`). Each conversation goes
on from a right reading, so that one mistake is not learned from again and again. Prints how often the first candidate
is right and one of the first three, and how often a turn is answered or declined as expected, with tenths and with
whole sets left out.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from bot.answering.model import shipped
from bot.belief import Belief, believes, claimed, evidence, support
from bot.evaluation.questions import load
from bot.evaluation.score import squeeze
from bot.talk import left
from bot.turn import Part, Thinker
from bot.understanding.past import Past
from bot.understanding.question import open_reader
from bot.understanding.smalltalk import is_instruction, smalltalk
from bot.understanding.split import split
from index.search import Hit, Searcher
from index.store import IndexFolder

PENALTY = 0.5
"""Of the squared weights (L2); chosen among 0.05, 0.15, 0.5 and 1.5 by the figures of left-out folds."""


@dataclass(frozen=True)
class Choice:
    """One turn: what each reading found, what speaks for each, and whether an answer is expected.

    `source` is the folder of its questions.
    `claims` names each candidate of each reading by reading and row, `worth` is its score, `gold` whether it is right.
    """

    source: str
    case: str
    thinker: Thinker
    past: tuple[Past, ...]
    tried: tuple[Part, ...]
    readings: tuple[dict[str, float], ...]
    claims: NDArray[np.int64]
    worth: NDArray[np.float64]
    gold: NDArray[np.bool_]
    expected: bool

    @property
    def open(self) -> bool:
        """Whether something right and something wrong was found."""
        return bool(self.gold.any()) and not bool(self.gold.all())


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
            expected = turn.expect == "answer"
            if past:
                found.append(_choice(str(questions), case.id, thinker, past, tried, golds, expected))
            right = np.array([_right(part, golds) for part in tried])
            chosen = tried[int(right.argmax())] if right.any() else thinker.together(tried, past)
            past = (*past, *left(thinker.decided(chosen, answered=expected), searcher.rarity))
    return found


def _choice(
    source: str,
    case: str,
    thinker: Thinker,
    past: tuple[Past, ...],
    tried: Sequence[Part],
    golds: Sequence[str],
    expected: bool,
) -> Choice:
    pairs = [(n, hit, worth) for n, part in enumerate(tried) for hit, worth in claimed(part)]
    return Choice(
        source,
        case,
        thinker,
        past,
        tuple(tried),
        tuple(evidence(part, past) for part in tried),
        np.array([(n, hit.row) for n, hit, _ in pairs], dtype=np.int64).reshape(-1, 2),
        np.array([worth for _, _, worth in pairs]),
        np.array([_holds(hit, golds) for _, hit, _ in pairs], dtype=bool),
        expected,
    )


def _holds(hit: Hit, golds: Sequence[str]) -> bool:
    text = squeeze(hit.passage.text)
    return any(gold in text for gold in golds)


def _right(part: Part, golds: Sequence[str]) -> float:
    """1 where the best passage holds a gold piece, 0.4 where the second does."""
    for (hit, _), worth in zip(part.ranked[:2], (1.0, 0.4), strict=False):
        if _holds(hit, golds):
            return worth
    return 0.0


def learn(data: Sequence[Choice]) -> Belief:
    """Softmax regression over what all readings of a turn found; logistic regression over the turns that lean."""
    open_turns = [choice for choice in data if choice.open]
    names = sorted({name for choice in open_turns for reading in choice.readings for name in reading})
    tables = [_table(choice, names) for choice in open_turns]

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = PENALTY * float(w @ w), 2 * PENALTY * w
        for choice, table in zip(open_turns, tables, strict=True):
            scores = table @ w
            odds = np.exp(scores - scores.max())
            of_gold = odds * choice.gold
            total -= float(np.log(max(of_gold.sum(), 1e-12) / odds.sum()))
            slope += table.T @ (odds / odds.sum() - of_gold / max(float(of_gold.sum()), 1e-12))
        return total, slope

    start = np.zeros(len(names) + 1)
    start[-1] = 1.0
    best = minimize(loss, start, jac=True, method="L-BFGS-B").x
    counts: dict[str, int] = {}
    for choice in data:
        name = Path(choice.source).name
        counts[name] = counts.get(name, 0) + 1
    weights = {name: round(float(v), 3) for name, v in zip(names, best[:-1], strict=True)}
    ranking = round(max(float(best[-1]), 0.05), 3)
    answers, threshold = _answers(data, Belief(weights, ranking, {}, 0.5, {}))
    return Belief(weights, ranking, answers, threshold, counts)


_AGAINST = ("missing", "absent", "unknown")
"""Words that are not found can only speak against an answer, whatever forty examples say."""


def _answers(data: Sequence[Choice], belief: Belief) -> tuple[dict[str, float], float]:
    """What says whether the believed reading is answered, and the threshold at which most turns come out right."""
    rows, labels = [], []
    for choice in data:
        part = _together(choice, belief)
        if part.reading.leans and (not choice.expected or _near(choice, part)):
            rows.append(support(part))
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


def _together(choice: Choice, belief: Belief) -> Part:
    return choice.thinker.together(choice.tried, choice.past, belief)


def _near(choice: Choice, part: Part, depth: int = 3) -> bool:
    """Whether one of the first candidates is right."""
    gold = {int(row) for (_, row), right in zip(choice.claims, choice.gold, strict=True) if right}
    return any(hit.row in gold for hit, _ in part.ranked[:depth])


def _table(choice: Choice, names: Sequence[str]) -> NDArray[np.float64]:
    """For each candidate of each reading what speaks for the reading, and its own score last."""
    readings = np.array([[reading.get(name, 0.0) for name in names] for reading in choice.readings])
    return np.column_stack([readings[choice.claims[:, 0]], choice.worth])


class Earned(NamedTuple):
    """Turns that came out as they should."""

    first: int
    near: int
    answered: int
    declined: int


def earned(data: Sequence[Choice], belief: Belief) -> Earned:
    """Of the turns with something right and wrong those whose first candidate is right, and one of the first three;
    of all turns those answered (with a right one near) where expected, and declined where not."""
    found = np.zeros(4, dtype=int)
    for choice in data:
        part = _together(choice, belief)
        near = _near(choice, part)
        if choice.open:
            found[:2] += (_near(choice, part, 1), near)
        leans = part.reading.leans
        said = belief.probability(part) >= belief.threshold if leans else part.probability >= shipped().threshold
        found[2:] += (choice.expected and near and said, not choice.expected and not said)
    return Earned(*found.tolist())


def _left_out(data: Sequence[Choice], key: Callable[[Choice], str]) -> Earned:
    """As `earned`, where every group was decided by what was learned on the others."""
    groups = sorted({key(choice) for choice in data})
    parts = [
        earned([c for c in data if key(c) == group], learn([c for c in data if key(c) != group])) for group in groups
    ]
    return Earned(*(sum(values) for values in zip(*parts, strict=True)))


def main() -> None:
    """Learn, print, and write where asked to."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--set", nargs=2, action="append", metavar=("INDEX", "QUESTIONS"), required=True)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    data = [choice for index, questions in given.set for choice in choices(Path(index), Path(questions))]
    belief = learn(data)
    several, expected = sum(choice.open for choice in data), sum(choice.expected for choice in data)
    declined = len(data) - expected
    print(f"later turns {len(data)}: {several} with a choice, {expected} to be answered, {declined} to be declined")
    print("                        first right   in three   answered   declined")
    for name, found in {
        "shipped": earned(data, believes()),
        "learned, seen": earned(data, belief),
        "a tenth left out": _left_out(data, lambda c: str(int(hashlib.sha256(c.case.encode()).hexdigest(), 16) % 10)),
        "one set left out": _left_out(data, lambda c: c.source),
    }.items():
        shares = (found.first / several, found.near / several, found.answered / expected, found.declined / declined)
        print(f"{name:23}" + "".join(f"{share:11.3f}" for share in shares), flush=True)
    if given.write:
        path = Path(__file__).resolve().parents[1] / "bot" / "belief.json"
        path.write_bytes(msgspec.json.format(msgspec.json.encode(belief), indent=1) + b"\n")


if __name__ == "__main__":
    main()
