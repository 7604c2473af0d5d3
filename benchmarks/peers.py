"""What other searches find on the same text: BM25 (bm25s), dense MiniLM, their reciprocal rank fusion, txtai's hybrid.

    python benchmarks/peers.py FOLDER

Run by `benchmarks/retrieval.py` with a Python that has bm25s and txtai; it needs nothing of Footnote. FOLDER holds
documents.jsonl and queries.jsonl (id, text; a query's `among` limits what is ranked) and their vectors, documents.npy
and queries.npy, of one encoder for all of them. Writes runs.json.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

DEPTH = 1000
"""Documents that each of the two gives to the fusion."""

RRF = 60
"""The constant of Cormack, Clarke and Buettcher, "Reciprocal Rank Fusion", 2009."""

KEPT = 100


def main() -> None:
    """Search with each, write what was found."""
    folder = Path(sys.argv[1])
    documents = [json.loads(line) for line in (folder / "documents.jsonl").open(encoding="utf-8")]
    queries = [json.loads(line) for line in (folder / "queries.jsonl").open(encoding="utf-8")]
    vectors, asked = np.load(folder / "documents.npy"), np.load(folder / "queries.npy")
    names = [document["id"] for document in documents]
    places = {name: place for place, name in enumerate(names)}
    runs: dict[str, dict[str, list[str]]] = {"bm25s": {}, "dense": {}, "fusion": {}}
    for query, words, vector in zip(queries, bm25(documents, queries), asked, strict=True):
        among = np.array([places[name] for name in query["among"]] or range(len(names)))
        orders = [order(scores, among) for scores in (words, vectors @ vector)]
        orders.append(fused(orders, len(names)))
        for run, found in zip(runs.values(), orders, strict=True):
            run[query["id"]] = [names[i] for i in found[:KEPT]]
    runs["txtai"] = txtai(documents, queries, vectors, asked)
    (folder / "runs.json").write_text(json.dumps(runs), encoding="utf-8")


def order(scores: np.ndarray, among: np.ndarray) -> np.ndarray:
    """The places with the best scores, best first."""
    return among[np.argsort(-scores[among], kind="stable")[:DEPTH]]


def fused(orders: list[np.ndarray], size: int) -> np.ndarray:
    """Reciprocal rank fusion."""
    total = np.zeros(size)
    for found in orders:
        total[found] += 1 / (RRF + np.arange(1, len(found) + 1))
    return np.argsort(-total, kind="stable")[: np.count_nonzero(total)]


def bm25(documents: list[dict[str, str]], queries: list[dict[str, Any]]) -> list[np.ndarray]:
    """The scores of all documents for each query, by bm25s as its documentation shows it, with stems."""
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("english")
    index = bm25s.BM25()
    texts = [document["text"] for document in documents]
    index.index(bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, show_progress=False), show_progress=False)
    asked = bm25s.tokenize(
        [query["text"] for query in queries], stopwords="en", stemmer=stemmer, return_ids=False, show_progress=False
    )
    return [index.get_scores(tokens) if tokens else np.zeros(len(texts)) for tokens in asked]


def txtai(
    documents: list[dict[str, str]], queries: list[dict[str, Any]], vectors: np.ndarray, asked: np.ndarray
) -> dict[str, list[str]]:
    """txtai's hybrid index with its own defaults, given the same vectors and an exact search of them."""
    from txtai.embeddings import Embeddings

    known = {document["text"]: vector for document, vector in zip(documents, vectors, strict=True)}
    known |= {query["text"]: vector for query, vector in zip(queries, asked, strict=True)}

    def encoded(texts: list[str]) -> np.ndarray:
        return np.array([known[text] for text in texts], dtype=np.float32)

    index = Embeddings(method="external", transform=encoded, hybrid=True, backend="numpy")
    index.index((document["id"], document["text"], None) for document in documents)
    runs = {}
    for query in queries:
        found = [name for name, _ in index.search(query["text"], len(documents) if query["among"] else KEPT)]
        runs[query["id"]] = [name for name in found if not query["among"] or name in query["among"]]
    return runs


if __name__ == "__main__":
    main()
