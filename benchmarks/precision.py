"""Does the encoder lose anything in int8? nDCG@10 on public sets, right answers on the seeds, texts a second.

    python -m benchmarks.precision --public ../shared/eval/public

Passages and questions are encoded in fp32 and in int8, in every combination; the bundled articles are indexed in each
and asked the project's own questions. One that loses more than 1 % of the nDCG@10 of fp32 on any set, or of the right
answers, is not to be the default (`index/export.py`, DEFAULT_PRECISION). Keeps benchmarks/results/precision.json.
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.questions import scored
from benchmarks.results import keep
from index.encoder import Encoder
from index.export import Precision, cached_export

Set = tuple[dict[str, str], dict[str, str], dict[str, set[str]]]
PRECISIONS: tuple[Precision, ...] = ("fp32", "int8")
SETS = ("scifact", "medquad")
RIGHT = ("single_right", "follow_ups_right", "lists_right")


@dataclass(frozen=True, slots=True)
class Compared:
    """One set: how large it is, nDCG@10 by precision of (passages, questions), documents a second by precision."""

    documents: int
    questions: int
    ndcg: Mapping[tuple[Precision, Precision], float]
    speed: Mapping[Precision, float]

    def lost(self, passages: Precision, questions: Precision) -> float:
        """The share of the nDCG@10 of fp32 alone that is lost; below 0 where it is better."""
        return 1 - self.ndcg[passages, questions] / self.ndcg["fp32", "fp32"]


def main() -> None:
    """Measure, print, keep."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, required=True, help="folder with scifact/ and medquad/")
    parser.add_argument("--documents", type=int, default=4000, help="at most so many MedQuAD documents")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        cache = Path(scratch) / "encoders"
        reports = {precision: cached_export(None, cache, precision=precision) for precision in PRECISIONS}
        cosine = dict(reports["fp32"].card.cosine)
        print("cosine with sentence-transformers:", cosine, flush=True)
        encoders = {name: Encoder.open(report.folder, parallel=0) for name, report in reports.items()}
        sets = {name: compare(load(name, arguments.public, arguments.documents), encoders) for name in SETS}
        for name, compared in sets.items():
            print("\n".join([name, *lines(compared)]), flush=True)
        right = {precision: seeds(Path(scratch) / precision, cache, precision) for precision in PRECISIONS}
    for precision, figures in right.items():
        print(precision, *(f"{name} {value:.4f}" for name, value in figures.items()))
    print(keep("precision", {**summary(sets, right), "cosine": cosine}))


def load(name: str, public: Path, documents: int) -> Set:
    """A public set by its name."""
    return scifact(public / name) if name == "scifact" else medquad(public / name, documents)


def compare(data: Set, encoders: Mapping[Precision, Encoder]) -> Compared:
    """nDCG@10 and speed for every combination of precisions."""
    documents, queries, gold = data
    vectors, questions, speed = {}, {}, {}
    for precision, encoder in encoders.items():
        started = time.perf_counter()
        vectors[precision] = encoder.encode(list(documents.values()))
        speed[precision] = len(documents) / (time.perf_counter() - started)
        questions[precision] = encoder.encode(list(queries.values()))
    found = {
        (passages, asked): ndcg(questions[asked] @ vectors[passages].T, list(documents), list(queries), gold)
        for passages in encoders
        for asked in encoders
    }
    return Compared(len(documents), len(queries), found, speed)


def lines(compared: Compared) -> list[str]:
    """A line for each combination."""
    best = compared.ndcg["fp32", "fp32"]
    return [
        f"  passages {passages}, questions {asked}: nDCG@10 {value:.4f} ({value / best - 1:+.2%}), "
        f"{compared.speed[passages]:.1f} documents a second"
        for (passages, asked), value in compared.ndcg.items()
    ]


def seeds(folder: Path, cache: Path, precision: Precision) -> dict[str, float]:
    """Shares of the project's own questions that are answered rightly from the bundled articles, indexed anew."""
    from bot.attachments import attachments
    from index.builder import BuildOptions
    from index.rebuild import rebuild

    folder.mkdir()
    (folder / "encoders").symlink_to(cache)
    rebuild((), folder, BuildOptions(precision=precision, attachments=attachments(cache)))
    figures = scored(folder, "all")
    return {name: figures[name] for name in RIGHT}


def summary(sets: Mapping[str, Compared], right: Mapping[Precision, Mapping[str, float]]) -> dict[str, Any]:
    """What int8 for everything loses against fp32 for everything, then all figures."""
    return {
        "ndcg_lost_at_most": round(max(compared.lost("int8", "int8") for compared in sets.values()), 4),
        "right_answers_lost": round(1 - right["int8"][RIGHT[0]] / right["fp32"][RIGHT[0]], 4),
        "sets": {
            name: {
                "documents": compared.documents,
                "questions": compared.questions,
                "ndcg_at_10": {"/".join(pair): round(value, 4) for pair, value in compared.ndcg.items()},
                "documents_per_second": {kind: round(value, 1) for kind, value in compared.speed.items()},
            }
            for name, compared in sets.items()
        },
        "seeds": {precision: dict(figures) for precision, figures in right.items()},
    }


def ndcg(scores: np.ndarray, documents: list[str], queries: list[str], gold: dict[str, set[str]]) -> float:
    """Mean nDCG@10 with graded relevance 0 or 1."""
    values = []
    for row, query in enumerate(queries):
        top = np.argsort(-scores[row])[:10]
        gain = sum(1 / np.log2(rank + 2) for rank, place in enumerate(top) if documents[place] in gold[query])
        best = sum(1 / np.log2(rank + 2) for rank in range(min(10, len(gold[query]))))
        values.append(gain / best)
    return float(np.mean(values))


def scifact(folder: Path) -> Set:
    """The BEIR test split of SciFact."""
    with gzip.open(folder / "corpus.jsonl.gz", "rt", encoding="utf-8") as file:
        documents: dict[str, str] = {item["id"]: f"{item['title']}. {item['text']}" for item in map(json.loads, file)}
    gold: dict[str, set[str]] = defaultdict(set)
    for line in (folder / "qrels.tsv").read_text(encoding="utf-8").splitlines():
        fields = line.split("\t")
        if len(fields) >= 3 and fields[-1].isdigit() and int(fields[-1]) > 0:
            gold[fields[0]].add(fields[-2])
    queries = {item["id"]: item["text"] for item in _lines(folder / "queries.jsonl") if item["id"] in gold}
    return documents, queries, gold


def medquad(folder: Path, limit: int) -> Set:
    """Known-item search: answers without their questions, the right ones and others up to `limit`."""
    wanted = _lines(folder / "known_item_queries.jsonl")
    gold = {item["id"]: set(item["gold_ids"]) for item in wanted}
    right = set().union(*gold.values())
    with gzip.open(folder / "docs.jsonl.gz", "rt", encoding="utf-8") as file:
        everything = {item["id"]: f"{item['focus']}: {item['answer']}" for item in map(json.loads, file)}
    rest = [key for key in everything if key not in right]
    kept = right | set(rest[: max(0, limit - len(right))])
    return (
        {key: text for key, text in everything.items() if key in kept},
        {item["id"]: item["text"] for item in wanted},
        gold,
    )


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


if __name__ == "__main__":
    main()
