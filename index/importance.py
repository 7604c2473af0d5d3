"""How much a word of a question matters: the probability that a passage which answers the question contains it.

A linear probe on the contextual token vectors of the question
(after DeepCT, Dai & Callan 2019, which learns term weights
the same way), because rarity alone cannot tell "knee" from "enormous": both stand in no article about ankles, and only
one of them says what the question is about. Learned by `benchmarks/learn_importance.py` on public question and answer
pairs; tied to the weights of one encoder, and 1.0 for every word with any other.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]


class _Probe(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`importance.json`: the encoder's weights by hash, the probe, and where it was learned."""

    encoder: str
    bias: float
    weights: list[float]
    learned_on: dict[str, int]
    auc: dict[str, float]


class Importance:
    """Scores words; `Importance.of(hash)` gives the probe for an encoder's weights, or one that knows nothing."""

    def __init__(self, weights: Floats | None, bias: float = 0.0) -> None:
        self._weights = weights
        self._bias = bias

    @classmethod
    def of(cls, encoder_weights: str) -> Importance:
        """The probe learned for these encoder weights; without one every word matters equally."""
        probe, weights = _shipped()
        return cls(weights, probe.bias) if probe.encoder == encoder_weights else cls(None)

    def score(self, vectors: Floats) -> float:
        """The importance in 0..1 of a word, given the token vectors float32[n, dimension] of its pieces."""
        if self._weights is None or not len(vectors) or vectors.shape[1] != len(self._weights):
            return 1.0
        margin = float(vectors.mean(axis=0) @ self._weights) + self._bias
        return float(1.0 / (1.0 + np.exp(-np.clip(margin, -30, 30))))


@cache
def _shipped() -> tuple[_Probe, Floats]:
    probe = msgspec.json.decode(files("index").joinpath("importance.json").read_bytes(), type=_Probe)
    return probe, np.array(probe.weights, dtype=np.float32)
