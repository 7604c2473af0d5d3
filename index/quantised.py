"""Vectors of length about 1 as whole numbers of eight bits, each with a scale of its own.

With one scale for each vector the inner product of two vectors is off by about 0.001, which no ranking notices
(`benchmarks/precision.py`); a quarter of the memory, and of the reading.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def quantise(vectors: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """int8 of the same shape and one float32 scale for each row; `codes * scale` gives the vectors back, nearly."""
    scales = np.abs(vectors).max(axis=1, initial=0.0).astype(np.float32) / np.float32(127)
    divisors = np.where(scales > 0, scales, np.float32(1))
    return np.rint(vectors / divisors[:, None]).astype(np.int8), scales


def restore(codes: NDArray[np.int8], scales: NDArray[np.float32]) -> NDArray[np.float32]:
    """float32 vectors from codes and scales."""
    return codes.astype(np.float32) * scales[:, None]
