"""Token vectors of each passage's embedded text, for late interaction (Khattab and Zaharia, "ColBERT", 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.arrays import Arrays
from index.errors import IndexDamaged

TOKENS_FILE = "tokens.safetensors"


_LET_GO_EVERY = 8
"""Searches after which the pages read for them are let go: over 40,000 passages each reads up to 10 MB that no other
needs, and a server would come to hold the whole file, 640 MB (`python -m benchmarks.scale ask`)."""


class TokenVectors:
    """The token vectors of all passages, memory-mapped as int8; rows are those of the generation's passages."""

    def __init__(self, path: Path) -> None:
        arrays = self._arrays = Arrays(path)
        self._asked = 0
        self._codes, self._scales = arrays["codes"], arrays["scales"]
        self._ids, self._ends = arrays["token_ids"], arrays["ends"]
        self._starts = np.concatenate([np.zeros(1, dtype=np.int64), self._ends])[:-1]
        total = int(self._ends[-1]) if self.size else 0
        if self._codes.ndim != 2 or not len(self._codes) == len(self._scales) == len(self._ids) == total:
            raise IndexDamaged(path, "its parts do not fit together")

    @property
    def size(self) -> int:
        """Number of passages."""
        return len(self._ends)

    @property
    def total(self) -> int:
        """Number of tokens."""
        return len(self._codes)

    def of(self, row: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """One passage's tokens: ids int32[n] and vectors float32[n, kept dimensions], special tokens left out."""
        place = slice(int(self._starts[row]), int(self._ends[row]))
        return self._ids[place], self._codes[place].astype(np.float32) * self._scales[place, None]

    def block(self, rows: range) -> tuple[NDArray[np.int32], NDArray[np.int8], NDArray[np.float32], NDArray[np.int64]]:
        """Token ids, codes and scales of consecutive passages, and how many each has: what a rebuild takes over."""
        start = int(self._starts[rows.start]) if rows else 0
        place = slice(start, int(self._ends[rows.stop - 1]) if rows else 0)
        sizes = self._ends[rows.start : rows.stop] - self._starts[rows.start : rows.stop]
        return self._ids[place], self._codes[place], self._scales[place], sizes

    def maxsim(self, query: NDArray[np.float32], rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """For each row and each query token the best cosine among the passage's tokens.

        `query` is float32[m, kept dimensions], the `vectors` of the question as encoded; the result is
        float32[len(rows), m]. A passage without tokens scores -1 throughout.
        """
        self._asked += 1
        if self._asked % _LET_GO_EVERY == 0:
            self._arrays.let_go()
        wanted = np.asarray(rows, dtype=np.int64)
        best = np.full((len(wanted), len(query)), -1.0, dtype=np.float32)
        starts, ends = self._starts[wanted], self._ends[wanted]
        filled = np.flatnonzero(ends > starts)
        if not len(filled) or not len(query):
            return best
        sizes = ends[filled] - starts[filled]
        past = np.cumsum(sizes)
        places = np.repeat(ends[filled] - past, sizes) + np.arange(past[-1])
        # Scales are applied to the products, m numbers a token, rather than to the vectors, 128 a token.
        products = self._codes[places].astype(np.float32) @ self._columns(query)
        products *= self._scales[places, None]
        best[filled] = np.maximum.reduceat(products, past - sizes, axis=0)[:, : len(query)]
        return best

    def _columns(self, query: NDArray[np.float32]) -> NDArray[np.float32]:
        """The question's tokens as columns, filled up to a multiple of 16: a third less time in the product."""
        columns = np.zeros((self._codes.shape[1], -(-len(query) // 16) * 16), dtype=np.float32)
        columns[:, : len(query)] = query.T
        return columns
