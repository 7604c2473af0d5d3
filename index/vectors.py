"""Vectors of whole passages (FAISS) and of their sentences (memory-mapped)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.arrays import Arrays
from index.errors import IndexDamaged
from index.quantised import restore

DENSE_FILE = "dense.faiss"
SENTENCES_FILE = "sentences.safetensors"

APPROXIMATE_FROM = 10_000
"""Passages from which the approximate index takes over (`python -m benchmarks.growth`; docs/performance.md)."""

_NUMBERS = 2
"""Of a vector, held in four bits. Of four numbers in four bits, recall@50 of questions about something else than the
site fell to 0.973 at 100,000 passages, against 0.9996 of two, for a search that takes half as long again
(`python -m benchmarks.growth`)."""
_CANDIDATES = 10
"""Rows whose exact cosines are taken, for each row asked for. Set by hand, not swept; the recall that it leaves is in
docs/performance.md (`python -m benchmarks.growth`)."""

_SHORTEST = 60
"""Rows asked for at least, so that a short list too is chosen among some hundreds. As many as a search asks for
(`CANDIDATES` in index/search.py); set by hand, not swept."""

_TRAINED_ON = 20_000
"""Passages, spread evenly, that the approximate index learns from; more change nothing measurable."""


class DenseIndex:
    """Finds passages by their vector; rows are those of the generation's passages, scores are cosines."""

    def __init__(self, path: Path) -> None:
        import faiss

        try:
            # Maps the vectors into memory instead of reading them; older versions of FAISS read them.
            self._index: Any = faiss.read_index(str(path), getattr(faiss, "IO_FLAG_MMAP_IFC", faiss.IO_FLAG_MMAP))
        except RuntimeError as error:
            raise IndexDamaged(path, "the vectors cannot be read") from error

    @classmethod
    def open(cls, path: Path) -> DenseIndex:
        """Open the file of a generation; raises IndexDamaged."""
        return cls(path)

    @property
    def size(self) -> int:
        """Number of passages."""
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return int(self._index.d)

    def search(self, vector: NDArray[np.float32], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The at most `k` passages whose vectors are nearest: rows int64 and cosines float32, best first."""
        count = min(k, self.size)
        if count < 1:
            return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.float32)
        # The approximate index looks at ten times as many as are asked for: too few for a short list.
        asked = min(max(count, _SHORTEST), self.size)
        with _one_thread():
            scores, rows = self._index.search(np.ascontiguousarray(vector, dtype=np.float32)[None, :], asked)
        found = rows[0][:count] >= 0
        return rows[0][:count][found], scores[0][:count][found]

    def vectors(self, rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """The vectors of these rows: float32[len(rows), dimension]."""
        wanted = np.ascontiguousarray(rows, dtype=np.int64)
        if not len(wanted):
            return np.zeros((0, self.dimension), dtype=np.float32)
        vectors: NDArray[np.float32] = self._index.reconstruct_batch(wanted)
        return vectors


def write_dense(vectors: NDArray[np.float32], approximate_from: int = APPROXIMATE_FROM) -> bytes:
    """The bytes of a FAISS index over these vectors, rows in order; equal vectors give equal bytes.

    Exact below `approximate_from` rows; from there on approximate candidates, then their exact cosines.
    """
    import faiss

    rows, dimension = vectors.shape
    vectors = np.ascontiguousarray(vectors, dtype=np.float32)
    if rows >= approximate_from and dimension % _NUMBERS == 0:
        # Four bits for every two numbers, compared in the processor's registers; the exact vectors beside them.
        kind = f"PQ{dimension // _NUMBERS}x4fs,RFlat"
        index: Any = faiss.index_factory(dimension, kind, faiss.METRIC_INNER_PRODUCT)
        index.k_factor = _CANDIDATES
        learnt = vectors[np.unique(np.linspace(0, rows - 1, min(rows, _TRAINED_ON)).astype(np.int64))]
    else:
        index, learnt = faiss.IndexFlatIP(dimension), vectors[:0]
    with _one_thread():
        if len(learnt):
            index.train(learnt)
        index.add(vectors)
    data: NDArray[np.uint8] = faiss.serialize_index(index)
    return data.tobytes()


@contextmanager
def _one_thread() -> Iterator[None]:
    """FAISS without threads of its own: they wait for one another in a loop, and where other work runs on the cores a
    search of a millisecond takes ten; alone it loses next to nothing (`python -m benchmarks.growth`)."""
    import faiss

    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


class SentenceVectors:
    """One vector for each sentence of each passage, memory-mapped as int8."""

    def __init__(self, path: Path) -> None:
        arrays = Arrays(path)
        self._codes, self._scales, self._ends = arrays["codes"], arrays["scales"], arrays["ends"]
        total = int(self._ends[-1]) if self.size else 0
        if self._codes.ndim != 2 or not len(self._codes) == len(self._scales) == total:
            raise IndexDamaged(path, "its parts do not fit together")

    @property
    def size(self) -> int:
        """Number of passages."""
        return len(self._ends)

    @property
    def total(self) -> int:
        """Number of sentences."""
        return len(self._codes)

    def of(self, row: int) -> NDArray[np.float32]:
        """The vectors of one passage's sentences in order: float32[sentences, dimension], of length 1 within 1 %."""
        start = int(self._ends[row - 1]) if row else 0
        end = int(self._ends[row])
        return restore(self._codes[start:end], self._scales[start:end])

    def products(
        self, vector: NDArray[np.float32], rows: Sequence[int] | NDArray[np.int64]
    ) -> list[NDArray[np.float32]]:
        """For each row the products of `vector` with its sentences (cosines, if `vector` has length 1)."""
        wanted = np.asarray(rows, dtype=np.int64)
        starts = np.where(wanted > 0, self._ends[wanted - 1], 0)
        ends = self._ends[wanted]
        if not len(wanted):
            return []
        past = np.cumsum(ends - starts)
        places = np.repeat(ends - past, ends - starts) + np.arange(past[-1])
        # The scale is applied to the products, one number a sentence, rather than to the vectors.
        products = (self._codes[places].astype(np.float32) @ vector) * self._scales[places]
        products, bounds = products.astype(np.float32, copy=False), [0, *past.tolist()]
        return [products[start:end] for start, end in pairwise(bounds)]

    def places(self, rows: range) -> range:
        """The numbers over the whole index of the sentences of consecutive passages."""
        if not rows:
            return range(0)
        return range(int(self._ends[rows.start - 1]) if rows.start else 0, int(self._ends[rows.stop - 1]))

    def block(self, rows: range) -> tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.int64]]:
        """Codes and scales of consecutive passages, and how many sentences each has: what a rebuild takes over."""
        place = self.places(rows)
        sizes = np.diff(self._ends[rows.start : rows.stop], prepend=place.start)
        return self._codes[place.start : place.stop], self._scales[place.start : place.stop], sizes

    def at(self, places: NDArray[np.int64]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
        """Codes and scales of sentences numbered over the whole index: what a rebuild takes over."""
        return self._codes[places], self._scales[places]
