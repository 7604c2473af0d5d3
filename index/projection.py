"""Token vectors in fewer dimensions: chosen from the encoder alone, so that the index of a passage depends on nothing
else.

Token vectors are most of an index. Their principal directions over the encoder's own vocabulary keep what late
interaction needs: on the development questions over the seeds, MaxSim alone puts the right passage first for 0.76 of
the questions with 128 dimensions and for 0.75 with all 384 (mean reciprocal rank 0.83 and 0.82), at a third of the
size and of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from index.arrays import Arrays, ArrayWriter

if TYPE_CHECKING:
    from index.encoder import Encoder

TOKEN_DIMENSION = 128

_TEXTS, _WORDS = 800, 12
"""Made-up texts of words drawn from the vocabulary: 9,600 words are many times the dimensions to be found."""


def basis_file(weights: str) -> Path:
    """Where the basis that comes with Footnote for these weights lies, if there is one."""
    return Path(str(files("index").joinpath(f"token_basis-{weights[:16]}.safetensors")))


def shipped_basis(weights: str) -> NDArray[np.float32] | None:
    """The basis that was computed once for these weights and comes with Footnote, or None.

    Two processors may round differently, and where two directions matter alike that turns them; what is learned on top
    of short token vectors (`index/importance.json`) needs the same directions everywhere.
    """
    path = basis_file(weights)
    return Arrays(path)["basis"] if path.is_file() else None


def token_basis(encoder: Encoder, vocabulary: Sequence[str]) -> NDArray[np.float32]:
    """The directions to keep, float32[dimension, 128]; all of them where the vocabulary is too small to tell."""
    size = encoder.dimension
    if size <= TOKEN_DIMENSION or len(vocabulary) < size:
        return np.eye(size, dtype=np.float32)
    chance = np.random.default_rng(0)
    texts = [" ".join(chance.choice(np.asarray(vocabulary), _WORDS)) for _ in range(_TEXTS)]
    moments = np.zeros((size, size))
    for encoded in encoder.encode_tokens(texts):
        vectors = encoded.vectors.astype(np.float64)
        moments += vectors.T @ vectors
    _, directions = np.linalg.eigh(moments)
    return np.ascontiguousarray(directions[:, ::-1][:, :TOKEN_DIMENSION].round(6), dtype=np.float32)


def shorten(vectors: NDArray[np.float32], basis: NDArray[np.float32]) -> NDArray[np.float32]:
    """Token vectors in the directions of the basis, of length 1 again."""
    short = vectors @ basis
    lengths = np.sqrt(np.einsum("nd,nd->n", short, short))
    short /= np.maximum(lengths, np.float32(1e-12))[:, None]
    return short


def write_basis(path: Path, basis: NDArray[np.float32]) -> None:
    """Write the basis to a file of its own."""
    with path.open("wb") as file:
        writer = ArrayWriter(file)
        writer.add("basis", basis)
        writer.close()
