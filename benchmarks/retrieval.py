"""Does our search find more than others? nDCG@10 on public sets, beside BM25, dense MiniLM, their fusion, and txtai.

    python -m benchmarks.retrieval --public ../shared/eval/public --work var/pools --peers PYTHON [--sets mediqa ...]
    python -m benchmarks.retrieval --public ../shared/eval/public --work var/pools --learn

PYTHON is the interpreter of an environment with bm25s and txtai, which must see the packages of this one: a virtual
environment with a .pth file that names our site-packages, into which both are installed with --no-deps. Ours is the
search of the product over an index of the documents; a document stands where its best passage does. All others get the
same text (title: text), and the vectors of all-MiniLM-L6-v2 as sentence-transformers gives them. MEDIQA puts each
question's own answers in order, graded; the others find documents among all. Each difference from the best of the
others comes with the 95 % interval of a paired bootstrap over questions. Indexes and vectors stay in --work and are
used again.

`--learn` prints the ranking of large pools (`pool` in bot/answering/weights.json), learned on CAsT 2021 and mtRAG,
which are no sets to be reported.
"""

from __future__ import annotations

import argparse
import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.pools import POOLS, Ask, Pool
from benchmarks.pools import index as pool_index
from benchmarks.results import keep
from bot.answering import features
from bot.answering.model import Linear, shipped
from bot.retrieval import ranking_for, suited
from bot.understanding.question import Reader, open_reader
from index.generation import Generation
from index.search import Searcher
from index.store import IndexFolder

Floats = NDArray[np.float64]

LEARNED_ON = ("cast", "mtrag")
LEARNED = ("dense", "lexical", "aligned", "article")
"""Of all evidence the four that carried over best from one of the two sets to the other (nDCG@10 0.726 and 0.720; all
eleven: 0.717 and 0.713)."""

SCALE = 1.94
"""Makes the learned scores of the ten best spread as those of the ranking of sites do, which `compose` relies on."""


def ndcg(found: Sequence[str], gold: Mapping[str, int], k: int = 10) -> float:
    """nDCG with the grade as gain."""
    weights = 1 / np.log2(np.arange(2, k + 2))
    gains = np.array([gold.get(name, 0) for name in found[:k]], dtype=float)
    ideal = np.array(sorted(gold.values(), reverse=True)[:k], dtype=float)
    best = float(ideal @ weights[: len(ideal)])
    return float(gains @ weights[: len(gains)]) / best if best else 0.0


class Ours:
    """The search of the product over the documents of a pool."""

    def __init__(self, pool: Pool, generation: Generation) -> None:
        self.searcher = Searcher(generation)
        self.reader: Reader = open_reader(generation)
        self.names = list(pool.documents)
        self._places = {name: place for place, name in enumerate(self.names)}
        self._ranking = ranking_for(shipped(), len(generation.passages))

    def table(self, ask: Ask) -> tuple[Floats, list[str]]:
        """The features of every candidate, and the document of each."""
        question = self.reader.read(ask.text)
        hits = suited(question, self.searcher.search(question.query, self._among(ask)).hits)
        measured = np.array([features.candidate(question, hit) for hit in hits]).reshape(-1, len(features.RANKING))
        return measured, [self.names[int(hit.passage.article_id)] for hit in hits]

    def find(self, ask: Ask) -> list[str]:
        """The documents, best first."""
        measured, names = self.table(ask)
        weights = np.array([self._ranking.weights.get(name, 0.0) for name in features.RANKING])
        return list(dict.fromkeys(names[i] for i in np.argsort(-(measured @ weights), kind="stable")))

    def _among(self, ask: Ask) -> NDArray[np.int64] | None:
        if not ask.among:
            return None
        passages_of = self.searcher.generation.passages_of
        return np.concatenate([np.array(passages_of(f"{self._places[name]:06d}")) for name in ask.among])


def others(pool: Pool, work: Path, python: Path) -> dict[str, dict[str, list[str]]]:
    """What the other searches find: run in their own environment, kept in `work`."""
    from sentence_transformers import SentenceTransformer

    from index.model import find

    folder = work / f"{pool.name}.peers"
    folder.mkdir(parents=True, exist_ok=True)
    texts = {name: f"{title}: {text}" for name, (title, text) in pool.documents.items()}
    _write(folder / "documents.jsonl", [{"id": name, "text": text} for name, text in texts.items()])
    _write(folder / "queries.jsonl", [{"id": a.id, "text": a.text, "among": a.among} for a in pool.test])
    if not (folder / "queries.npy").exists():
        model = SentenceTransformer(str(find(None).folder))
        for name, encoded in (("documents", list(texts.values())), ("queries", [ask.text for ask in pool.test])):
            np.save(folder / f"{name}.npy", model.encode(encoded, normalize_embeddings=True))
    script = Path(__file__).with_name("peers.py")
    subprocess.run([str(python), str(script), str(folder)], check=True)
    found: dict[str, dict[str, list[str]]] = json.loads((folder / "runs.json").read_text(encoding="utf-8"))
    return found


def _write(path: Path, objects: Sequence[Mapping[str, Any]]) -> None:
    path.write_text("".join(f"{json.dumps(line)}\n" for line in objects), encoding="utf-8")


def difference(ours: Floats, other: Floats, rounds: int = 10_000) -> tuple[float, float]:
    """The 95 % interval of the mean difference, by a paired bootstrap."""
    chance = np.random.default_rng(0)
    differences = ours - other
    means = [differences[chance.integers(0, len(differences), len(differences))].mean() for _ in range(rounds)]
    return float(np.quantile(means, 0.025)), float(np.quantile(means, 0.975))


def compare(pool: Pool, work: Path, python: Path) -> dict[str, Any]:
    """Every search on one pool."""
    generation = IndexFolder(pool_index(pool, work)).current()
    runs = others(pool, work, python)
    ours = Ours(pool, generation)
    runs["footnote"] = {ask.id: ours.find(ask) for ask in pool.test}
    scores = {name: np.array([ndcg(run[ask.id], ask.gold) for ask in pool.test]) for name, run in runs.items()}
    best = max((name for name in scores if name != "footnote"), key=lambda name: scores[name].mean())
    low, high = difference(scores["footnote"], scores[best])
    figures = {name: round(float(values.mean()), 4) for name, values in scores.items()}
    gain = scores["footnote"].mean() / scores[best].mean() - 1
    print(
        f"{pool.name:8} {len(pool.documents):,} documents, {len(pool.test):,} questions  "
        + "  ".join(f"{name} {value:.4f}" for name, value in figures.items())
        + f"  ahead of {best} by {gain:+.1%} (difference {low:+.4f} to {high:+.4f})",
        flush=True,
    )
    sizes = {"documents": len(pool.documents), "passages": len(generation.passages), "questions": len(pool.test)}
    return {**sizes, "ndcg@10": figures, "best_other": best, "ahead": round(float(gain), 4), "interval": [low, high]}


def learn(public: Path, work: Path, penalty: float = 0.3) -> Linear:
    """The ranking of large pools: listwise softmax over the candidates of each question, with an L2 penalty."""
    from scipy.optimize import minimize

    columns = [features.RANKING.index(name) for name in LEARNED]
    usable: list[tuple[Floats, Floats]] = []
    for name in LEARNED_ON:
        pool = POOLS[name](public)
        ours = Ours(pool, IndexFolder(pool_index(pool, work)).current())
        for ask in pool.test:
            measured, names = ours.table(ask)
            gains = np.array([ask.gold.get(document, 0) for document in names], dtype=float)
            if gains.any():
                usable.append((measured[:, columns], gains))

    def loss(w: Floats) -> tuple[float, Floats]:
        total, slope = penalty * float(w @ w), 2 * penalty * w
        for measured, gains in usable:
            scores = measured @ w
            p = np.exp(scores - scores.max())
            p /= p.sum()
            mass = max(float(p @ gains), 1e-12)
            total -= float(np.log(mass))
            slope -= measured.T @ (p * gains / mass - p)
        return total, slope

    found = SCALE * minimize(loss, np.zeros(len(LEARNED)), jac=True, method="L-BFGS-B").x
    return Linear(0.0, {name: round(float(value), 3) for name, value in zip(LEARNED, found, strict=True)})


def main() -> None:
    """Compare on each set, keep the figures; or learn."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, required=True, help="folder of the public sets")
    parser.add_argument("--work", type=Path, required=True, help="folder for indexes and vectors")
    parser.add_argument("--peers", type=Path, help="a Python with bm25s and txtai")
    parser.add_argument("--sets", nargs="+", choices=list(POOLS), default=["mediqa", "scifact", "medquad"])
    parser.add_argument("--learn", action="store_true", help="print the ranking of large pools, compare nothing")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    if arguments.learn:
        print(learn(arguments.public, arguments.work))
        return
    if arguments.peers is None:
        parser.error("name a Python with bm25s and txtai: --peers PYTHON")
    found = {name: compare(POOLS[name](arguments.public), arguments.work, arguments.peers) for name in arguments.sets}
    ahead = float(np.mean([figures["ahead"] for figures in found.values()]))
    print(f"ahead by {ahead:+.1%} on average")
    keep("retrieval", {**found, "ahead_on_average": round(ahead, 4)})


if __name__ == "__main__":
    main()
