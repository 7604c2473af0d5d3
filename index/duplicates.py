"""Articles that say nearly the same, found by their most telling runs of words.

Each article is kept as the smallest hashes of its runs of five words (a bottom-k sketch: Broder, "On the resemblance
and containment of documents", 1997), so that thousands can be compared without their texts.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.words import fold

_RUN = 5
_SIZE = 64
"""Hashes kept: an estimate of 0.6 is then off by about 0.06."""

NEARLY_THE_SAME = 0.6
"""Share of runs of words in common from which two articles are reported to the editor."""

_NEIGHBOURS = 3
"""Of many articles that share a run of words only those next to each other are compared, so that boilerplate costs
nothing; members of a group are neighbours in most of their runs."""


def sketch(text: str) -> NDArray[np.int64]:
    """The sketch of a text: 64 hashes in ascending order, filled up with -1 at the end."""
    words = fold(text).split()
    runs = {" ".join(words[start : start + _RUN]) for start in range(max(1, len(words) - _RUN + 1))}
    smallest = sorted({zlib.crc32(run.encode("utf-8", "surrogatepass")) for run in runs if run})[:_SIZE]
    return np.asarray(smallest + [-1] * (_SIZE - len(smallest)), dtype=np.int64)


def near_duplicates(ids: Sequence[str], sketches: NDArray[np.int64]) -> tuple[tuple[str, str], ...]:
    """Pairs of articles that share at least `NEARLY_THE_SAME` of their runs of words, in order of ids.

    Articles of a few words, which share less than two runs, are never reported.
    """
    values, rows = sketches.ravel(), np.repeat(np.arange(len(ids)), sketches.shape[1])
    order = np.argsort(values, kind="stable")
    values, rows = values[order], rows[order]
    pairs: list[NDArray[np.int64]] = []
    for distance in range(1, _NEIGHBOURS + 1):
        same = np.flatnonzero((values[distance:] == values[:-distance]) & (values[distance:] >= 0))
        pairs.append(rows[same] * len(ids) + rows[same + distance])
    likely, counts = np.unique(np.concatenate(pairs), return_counts=True)
    found = []
    for pair in likely[counts >= 2].tolist():
        one, other = divmod(pair, len(ids))
        if _resemblance(sketches[one], sketches[other]) >= NEARLY_THE_SAME:
            found.append((ids[one], ids[other]))
    return tuple(found)


def _resemblance(one: NDArray[np.int64], other: NDArray[np.int64]) -> float:
    first, second = set(one[one >= 0].tolist()), set(other[other >= 0].tolist())
    smallest = sorted(first | second)[:_SIZE]
    return len(first & second & set(smallest)) / len(smallest) if smallest else 0.0
