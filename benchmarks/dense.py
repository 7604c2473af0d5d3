"""Which FAISS index at which size: time of a search, recall@50 of the exact one, seconds to build, megabytes.

    python benchmarks/dense.py --index var/index [--sizes 1000 10000 60000 200000 1000000]

Takes the sentence vectors of an index (the larger the site the better) and, beyond their number, mixtures of pairs of
them with some noise. Searches on one thread, as a server does for one visitor.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.store import IndexFolder
from index.vectors import DenseIndex, write_dense

Vectors = NDArray[np.float32]


def main() -> None:
    """Measure exact and approximate at each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1000, 3000, 10_000, 60_000, 200_000])
    parser.add_argument("--questions", type=int, default=300)
    arguments = parser.parse_args()
    import faiss

    faiss.omp_set_num_threads(1)
    generation = IndexFolder(arguments.index).current()
    real = np.concatenate([generation.sentences.of(row) for row in range(len(generation.passages))])
    real = np.unique(unit(real).round(5), axis=0)
    chance = np.random.default_rng(0)
    chance.shuffle(real)
    asked, known = real[: arguments.questions], real[arguments.questions :]
    print(f"{len(known):,} real vectors")
    for size in arguments.sizes:
        vectors = grown(known, size, chance)
        exact, truth = measure("exact", vectors, asked, size + 1, None)
        approximate, _ = measure("approximate", vectors, asked, 0, truth)
        print(f"{size:>9,} {exact}\n{'':9} {approximate}", flush=True)


def measure(
    name: str, vectors: Vectors, asked: Vectors, approximate_from: int, truth: list[set[int]] | None
) -> tuple[str, list[set[int]]]:
    """Build one index over the vectors, search it, and compare with the truth."""
    started = time.perf_counter()
    data = write_dense(vectors, approximate_from)
    built = time.perf_counter() - started
    times, found = [], []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dense.faiss"
        path.write_bytes(data)
        started = time.perf_counter()
        index = DenseIndex.open(path)
        opened = time.perf_counter() - started
        for question in asked:
            started = time.perf_counter()
            rows, _ = index.search(question, 50)
            times.append(time.perf_counter() - started)
            found.append(set(rows.tolist()))
    recall = np.mean([len(one & other) / 50 for one, other in zip(found, truth or found, strict=True)])
    line = (
        f"{name:12} built {built:6.2f} s, opened {opened * 1e3:5.1f} ms, {len(data) / 1e6:7.1f} MB, "
        f"p50 {np.median(times) * 1e3:7.3f} ms, p99 {np.percentile(times, 99) * 1e3:7.3f} ms, recall@50 {recall:.4f}"
    )
    return line, found


def grown(known: Vectors, size: int, chance: np.random.Generator) -> Vectors:
    """So many vectors: real ones, then mixtures of two real ones with noise."""
    parts = [known[:size]]
    while sum(map(len, parts)) < size:
        one, other = (known[chance.integers(0, len(known), len(known))] for _ in range(2))
        share = chance.uniform(0.55, 0.9, (len(known), 1))
        noise = chance.normal(scale=0.02, size=known.shape)
        parts.append(unit(share * one + (1 - share) * other + noise))
    return np.concatenate(parts)[:size]


def unit(vectors: NDArray[np.floating]) -> Vectors:
    """The vectors at length 1."""
    return np.asarray(vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9), dtype=np.float32)


if __name__ == "__main__":
    main()
