"""Does the encoder lose anything in int8? nDCG@10 on public sets, and texts a second, for each precision.

    python benchmarks/precision.py --public ../shared/eval/public

Passages and questions are encoded in fp32 and in int8, in every combination; one that loses more than 1 % of the
nDCG@10 of fp32 on any set is not to be the default (`index/export.py`, DEFAULT_PRECISION).
"""

from __future__ import annotations

import argparse
import gzip
import json
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

from index.encoder import Encoder
from index.export import Precision, export

Set = tuple[dict[str, str], dict[str, str], dict[str, set[str]]]
PRECISIONS: tuple[Precision, ...] = ("fp32", "int8")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, required=True, help="folder with scifact/ and medquad/")
    parser.add_argument("--documents", type=int, default=4000, help="at most so many MedQuAD documents")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        encoders = {}
        for precision in PRECISIONS:
            report = export(None, Path(scratch) / precision, precision=precision)
            encoders[precision] = Encoder.open(report.folder, parallel=0)
        print("cosine with sentence-transformers:", report.card.cosine)
        for name, data in {
            "SciFact": scifact(arguments.public / "scifact"),
            "MedQuAD known item": medquad(arguments.public / "medquad", arguments.documents),
        }.items():
            compare(name, data, encoders)


def compare(name: str, data: Set, encoders: dict[Precision, Encoder]) -> None:
    """Print nDCG@10 and speed for every combination of precisions."""
    documents, queries, gold = data
    vectors, questions, speed = {}, {}, {}
    for precision, encoder in encoders.items():
        started = time.perf_counter()
        vectors[precision] = encoder.encode(list(documents.values()))
        speed[precision] = len(documents) / (time.perf_counter() - started)
        questions[precision] = encoder.encode(list(queries.values()))
    base = None
    print(f"\n{name}: {len(documents)} documents, {len(queries)} questions")
    for of_documents in PRECISIONS:
        for of_questions in PRECISIONS:
            scores = questions[of_questions] @ vectors[of_documents].T
            value = ndcg(scores, list(documents), list(queries), gold)
            base = base or value
            print(
                f"  passages {of_documents}, questions {of_questions}: nDCG@10 {value:.4f} ({value / base - 1:+.2%}), "
                f"{speed[of_documents]:.1f} documents a second"
            )


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
