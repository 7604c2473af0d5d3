"""Articles that say nearly the same, found by their most telling runs of words.

Each article is kept as the smallest hashes of its runs of five words (a bottom-k sketch: Broder, "On the resemblance
and containment of documents", 1997), so that thousands can be compared without their texts.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from index.words import fold

_RUN = 5
_SIZE = 64
"""Hashes kept: an estimate of 0.6 is then off by about 0.06."""

NEARLY_THE_SAME = 0.6
"""Share of runs of words in common from which two articles are reported to the editor."""

_COMMON = 50
"""A run that stands in more articles than this is boilerplate and tells nothing."""


def sketch(text: str) -> NDArray[np.int64]:
    """The sketch of a text: 64 hashes in ascending order, filled up with -1 at the end."""
    words = fold(text).split()
    runs = {" ".join(words[start : start + _RUN]) for start in range(max(1, len(words) - _RUN + 1))}
    smallest = sorted({zlib.crc32(run.encode("utf-8", "surrogatepass")) for run in runs if run})[:_SIZE]
    return np.asarray(smallest + [-1] * (_SIZE - len(smallest)), dtype=np.int64)


def near_duplicates(ids: Sequence[str], sketches: NDArray[np.int64]) -> tuple[tuple[str, str], ...]:
    """Pairs of articles that share at least `NEARLY_THE_SAME` of their runs of words, in order."""
    values, rows = sketches.ravel(), np.repeat(np.arange(len(ids)), sketches.shape[1])
    order = np.argsort(values, kind="stable")
    values, rows = values[order], rows[order]
    starts = np.flatnonzero(np.concatenate([[True], values[1:] != values[:-1]]))
    sizes = np.diff(np.append(starts, len(values)))
    shared: Counter[tuple[int, int]] = Counter()
    for start, size in zip(starts.tolist(), sizes.tolist(), strict=True):
        if 1 < size <= _COMMON and values[start] >= 0:
            shared.update(combinations(rows[start : start + size].tolist(), 2))
    likely = (pair for pair, count in shared.items() if count >= 2 or _tiny(sketches[pair[0]]))
    return tuple(
        (ids[one], ids[other])
        for one, other in sorted(likely)
        if _resemblance(sketches[one], sketches[other]) >= NEARLY_THE_SAME
    )


def _resemblance(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    first, second = set(one[one >= 0].tolist()), set(other[other >= 0].tolist())
    smallest = sorted(first | second)[:_SIZE]
    return len(first & second & set(smallest)) / len(smallest) if smallest else 0.0


def _tiny(one: NDArray[np.int64]) -> bool:
    return int((one >= 0).sum()) < 4
