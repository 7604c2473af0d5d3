"""Learns `index/importance.json` from public question and answer pairs.

    python -m benchmarks.learn_importance INDEX PUBLIC [--write]

INDEX is any index with the bundled encoder, PUBLIC the folder of medquad/, mediqa2019/, mtrag/ and treccast/. A content
word of a question is an example; its label is whether it stands in the passage that answers. MEDIQA's test split and
MedQuAD's known-item questions are left out. Prints the AUC on each set with the probe learned on the others.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from scipy.optimize import minimize

from index.encoder import Encoder
from index.store import IndexFolder
from index.words import STOP_WORDS, analyse, words

Pair = tuple[str, str, str]


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a JSON Lines file, packed or not."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
    yield from (json.loads(line) for line in text.splitlines() if line)


def pairs(public: Path) -> list[Pair]:
    """(set, question, text that answers it) from every public set."""
    return [*_mediqa(public / "mediqa2019"), *_medquad(public / "medquad"), *_mtrag(public / "mtrag"), *_cast(public)]


def _mediqa(folder: Path) -> Iterator[Pair]:
    answers: dict[str, list[str]] = {}
    for answer in lines(folder / "qa_answers.jsonl.gz"):
        if answer["grade"] >= 3:
            answers.setdefault(answer["query_id"], []).append(answer["text"])
    for question in lines(folder / "qa_questions.jsonl"):
        if question["split"] != "test" and question["id"] in answers:
            yield "mediqa", question["text"], " ".join(answers[question["id"]])


def _medquad(folder: Path) -> Iterator[Pair]:
    known = {query["text"] for query in lines(folder / "known_item_queries.jsonl")}
    documents = [d for d in lines(folder / "docs.jsonl.gz") if d["question"] not in known]
    for document in random.Random(1).sample(documents, 1500):
        yield "medquad", document["question"], document["answer"][:3000]


def _mtrag(folder: Path) -> Iterator[Pair]:
    passages = {p["id"]: p["text"] for p in lines(folder / "passages.jsonl.gz")}
    relevant: dict[str, list[str]] = {}
    for line in (folder / "human_qrels.tsv").read_text(encoding="utf-8").splitlines():
        query_id, passage_id = line.split("\t")[:2]
        if passage_id in passages:
            relevant.setdefault(query_id, []).append(passages[passage_id])
    for query in lines(folder / "human_queries.jsonl"):
        if query["id"] in relevant:
            yield "mtrag", query.get("rewrite") or query["last_turn"], " ".join(relevant[query["id"]])


def _cast(public: Path) -> Iterator[Pair]:
    for turn in lines(public / "treccast" / "cast2021.jsonl"):
        if isinstance(turn.get("canonical_passage"), str):
            yield "cast", turn["manual_rewrite"], turn["canonical_passage"]


def examples(encoder: Encoder, data: list[Pair]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Word vectors, labels and set names, one row for each content word of each question."""
    vectors, labels, sets = [], [], []
    for name, question, text in data:
        answer = set(analyse(text))
        encoded = encoder.encode_tokens([question[:600]])[0]
        for word in words(question[:600]):
            tokens = [i for i, (a, b) in enumerate(encoded.spans) if a < word.end and b > word.start]
            if word.text not in STOP_WORDS and tokens:
                vectors.append(encoded.whole[tokens].mean(axis=0))
                labels.append(word.stem in answer)
                sets.append(name)
    return np.array(vectors, dtype=np.float64), np.array(labels, dtype=np.float64), np.array(sets)


def fit(x: np.ndarray, y: np.ndarray, weight: np.ndarray) -> np.ndarray:
    """Weighted logistic regression with an L2 penalty; the last number is the bias."""
    z = np.hstack([x, np.ones((len(x), 1))])

    def loss(w: np.ndarray) -> tuple[float, np.ndarray]:
        p = 1 / (1 + np.exp(-(z @ w)))
        value = -float((weight * (y * np.log(p + 1e-12) + (1 - y) * np.log(1 - p + 1e-12))).sum()) + float(
            w[:-1] @ w[:-1]
        )
        slope = z.T @ (weight * (p - y))
        slope[:-1] += 2 * w[:-1]
        return value, slope

    return np.asarray(minimize(loss, np.zeros(z.shape[1]), jac=True, method="L-BFGS-B").x)


def auc(scores: np.ndarray, labels: np.ndarray) -> float:
    """Area under the ROC curve by ranks."""
    ranks = scores.argsort().argsort() + 1
    positive = labels > 0
    n = positive.sum()
    return float((ranks[positive].sum() - n * (n + 1) / 2) / (n * (~positive).sum()))


def main() -> None:
    """Learn, report, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("index", type=Path)
    parser.add_argument("public", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    encoder = IndexFolder(arguments.index).current().encoder
    x, y, sets = examples(encoder, pairs(arguments.public))
    weight = np.where(sets == "medquad", 0.3, 1.0)
    found = {}
    for name in sorted(set(sets)):
        other = sets != name
        w = fit(x[other], y[other], weight[other])
        found[str(name)] = round(auc(x[~other] @ w[:-1], y[~other]), 3)
        print(f"{name}: {int((~other).sum())} words, AUC {found[str(name)]} with the probe learned on the others")
    w = fit(x, y, weight)
    if arguments.write:
        probe = {
            "encoder": encoder.card.weights,
            "bias": round(float(w[-1]), 4),
            "weights": [round(float(v), 4) for v in w[:-1]],
            "learned_on": {str(name): int((sets == name).sum()) for name in sorted(set(sets))},
            "auc": found,
        }
        target = Path(__file__).parent.parent / "index" / "importance.json"
        target.write_bytes(msgspec.json.encode(probe) + b"\n")


if __name__ == "__main__":
    main()
