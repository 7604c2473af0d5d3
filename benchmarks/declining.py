"""Does the probability of an answer tell questions that the passages answer from those that they do not? MTRAG-UN.

    python -m benchmarks.declining --public FOLDER --work FOLDER [--keep]

Each question is read after the visitor's earlier messages, and searched among the passages of mtRAG that are at hand.
Prints the area under the curve (how often an answerable question gets the higher probability than one that is not),
with its 95 % interval, for questions that start a conversation and for follow-ups, beside two plain scores in the same
run: the best cosine, and the best BM25. `--keep` writes benchmarks/results/declining.json. Nothing was learned from
these questions.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import pools
from benchmarks.results import keep
from bot.answering.model import shipped
from bot.retrieval import retrieve
from bot.turn import Thinker
from bot.understanding.past import Past
from bot.understanding.question import open_reader
from index.search import Searcher
from index.store import IndexFolder

_KINDS = {"ANSWERABLE": True, "UNANSWERABLE": False}
"""What is partly answerable or not understandable counts on neither side."""


def asked(public: Path) -> list[tuple[tuple[str, ...], str, bool]]:
    """The visitor's earlier messages, the question, and whether the passages answer it."""
    rows = []
    for task in pools.lines(public / "mtrag" / "un_tasks.jsonl.gz"):
        kind = task["answerability"][0]
        if kind in _KINDS:
            before = tuple(turn["text"] for turn in task["history"] if turn["speaker"] == "user")
            rows.append((before, task["question"], _KINDS[kind]))
    return rows


def scores(folder: Path, rows: Sequence[tuple[tuple[str, ...], str, bool]]) -> dict[str, NDArray[np.float64]]:
    """Each question's score, by each way of scoring."""
    generation = IndexFolder(folder).current()
    searcher, reader, weights = Searcher(generation), open_reader(generation), shipped()
    thinker = Thinker(reader, searcher, weights)
    found: dict[str, list[float]] = {"footnote": [], "cosine": [], "bm25": []}
    for before, text, _ in rows:
        past: tuple[Past, ...] = ()
        for message in before:
            past = thinker.turn(message, past).past
        parts = thinker.turn(text, past).parts
        found["footnote"].append(max((part.probability for part in parts), default=0.0))
        question = reader.read(text)
        hits = retrieve(question, searcher, weights.ranking).found.hits if question.query.terms else []
        found["cosine"].append(max((hit.evidence.dense for hit in hits), default=0.0))
        found["bm25"].append(max((hit.evidence.lexical for hit in hits), default=0.0))
    return {name: np.asarray(values) for name, values in found.items()}


def separation(score: NDArray[np.float64], answerable: NDArray[np.bool_]) -> float:
    """The area under the curve; ties count half."""
    yes, no = score[answerable], score[~answerable]
    return float((yes[:, None] > no).mean() + 0.5 * (yes[:, None] == no).mean())


def interval(score: NDArray[np.float64], answerable: NDArray[np.bool_], rounds: int = 2000) -> tuple[float, float]:
    """The middle 95 % of the area over samples drawn with replacement from either side."""
    chance = np.random.default_rng(0)
    yes, no = np.flatnonzero(answerable), np.flatnonzero(~answerable)
    areas = []
    for _ in range(rounds):
        rows = np.concatenate([chance.choice(yes, len(yes)), chance.choice(no, len(no))])
        areas.append(separation(score[rows], answerable[rows]))
    low, high = np.quantile(areas, [0.025, 0.975])
    return round(float(low), 3), round(float(high), 3)


def figures(folder: Path, public: Path) -> Mapping[str, Any]:
    """The areas, by way of scoring and by whether anything was said before."""
    rows = asked(public)
    answerable = np.asarray([yes for *_, yes in rows])
    first = np.asarray([not before for before, *_ in rows])
    found: dict[str, Any] = {"answerable": int(answerable.sum()), "unanswerable": int((~answerable).sum())}
    for name, score in scores(folder, rows).items():
        found[name] = {
            "all": round(separation(score, answerable), 3),
            "interval": interval(score, answerable),
            "first": round(separation(score[first], answerable[first]), 3),
            "later": round(separation(score[~first], answerable[~first]), 3),
        }
    return {"area": found["footnote"]["all"], "area_of_the_best_cosine": found["cosine"]["all"], **found}


def main() -> None:
    """Index the passages where they are not yet, score and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="where the index is kept for another run")
    parser.add_argument("--keep", action="store_true")
    given = parser.parse_args()
    found = figures(pools.index(pools.mtrag(given.public), given.work), given.public)
    for name, value in found.items():
        print(name, value)
    if given.keep:
        print(keep("declining", found))


if __name__ == "__main__":
    main()
