"""A forest of small decision trees: the share of its leaves that says yes.

Learned by `python -m benchmarks.learn` as extremely randomised trees (Geurts, Ernst and Wehenkel 2006), which cut at
random places and so hardly learn a single question by heart. Nodes lie in one row, each tree from its root on and every
left child behind its parent, so that a question is answered by a dozen steps over all trees at once.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, cached_property

import msgspec
import numpy as np
from numpy.typing import NDArray

_LEAF = -1
_LEAST = 1e-3
"""No forest is surer than this: a hundred leaves that agree have still seen few questions."""


class PackedForest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A forest as it is kept: arrays in base64, little-endian. `names` are the features it was learned on, in order."""

    names: tuple[str, ...]
    roots: str
    feature: str
    threshold: str
    right: str
    value: str


@dataclass(frozen=True)
class Forest:
    """An opened forest.

    `roots` int32[trees]; for each node `feature` int16 (-1 in a leaf), `threshold` float32 (left if the value is not
    above it), `right` int32 (the node of the right child; the left one follows its parent) and `value` float32 (the
    probability of yes, in leaves).
    """

    names: tuple[str, ...]
    roots: NDArray[np.int32]
    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    right: NDArray[np.int32]
    value: NDArray[np.float32]

    def packed(self) -> PackedForest:
        """The forest as it is kept."""
        return PackedForest(
            self.names,
            _packed(self.roots, "<i4"),
            _packed(self.feature, "<i2"),
            _packed(self.threshold, "<f4"),
            _packed(self.right, "<i4"),
            _packed(self.value, "<f2"),
        )

    def share(self, values: NDArray[np.float32]) -> float:
        """The mean over the trees of the probability of yes; `values` float32[features], in the order of `names`."""
        nodes = self.roots
        for _ in range(self._depth):
            above = values[self.feature[nodes]] > self.threshold[nodes]
            nodes = self._next[2 * nodes + above]
        return float(self.value[nodes].mean())

    @cached_property
    def _next(self) -> NDArray[np.int32]:
        """Where each node leads, below its threshold and above: a leaf to itself. int32[2 * nodes]."""
        nodes = np.arange(len(self.feature), dtype=np.int32)
        leaf = self.feature == _LEAF
        return np.stack([np.where(leaf, nodes, nodes + 1), np.where(leaf, nodes, self.right)], axis=1).reshape(-1)

    @cached_property
    def _depth(self) -> int:
        """Steps after which every way from a root has ended."""
        reached, steps = self.roots, 0
        while (self.feature[reached] != _LEAF).any():
            reached = np.unique(np.concatenate([self._next[2 * reached], self._next[2 * reached + 1]]))
            steps += 1
        return steps

    def named_share(self, names: Sequence[str], values: Sequence[float]) -> float:
        """As `share`; every feature that the forest was learned on must be among `names`."""
        known = dict(zip(names, values, strict=True))
        return self.share(np.array([known[name] for name in self.names], np.float32))

    def score(self, names: Sequence[str], values: Sequence[float]) -> float:
        """The logarithm of the odds of yes; `names` as in `named_share`."""
        share = min(max(self.named_share(names, values), _LEAST), 1 - _LEAST)
        return math.log(share / (1 - share))


@cache
def opened(packed: PackedForest) -> Forest:
    """The forest of a file; opened once."""
    return Forest(
        packed.names,
        _unpacked(packed.roots, "<i4").astype(np.int32),
        _unpacked(packed.feature, "<i2").astype(np.int16),
        _unpacked(packed.threshold, "<f4").astype(np.float32),
        _unpacked(packed.right, "<i4").astype(np.int32),
        _unpacked(packed.value, "<f2").astype(np.float32),
    )


def _packed(array: NDArray[np.generic], kind: str) -> str:
    return base64.b64encode(array.astype(kind).tobytes()).decode("ascii")


def _unpacked(text: str, kind: str) -> NDArray[np.generic]:
    return np.frombuffer(base64.b64decode(text), kind)
