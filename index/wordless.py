"""What stands in for an encoder that is missing or damaged: texts are compared by their words alone.

Every vector is zero and no word has tokens, so all evidence by meaning is zero, and what the words index says is left.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.encoder import Encoded, Encoder, EncoderCard


class WordlessEncoder(Encoder):
    """Knows no meaning; needs no file and no onnxruntime."""

    def __init__(self, card: EncoderCard) -> None:
        self.card = card

    @property
    def blind(self) -> bool:
        """Yes: its vectors say nothing."""
        return True

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Zeros: float32[len(texts), dimension]."""
        return np.zeros((len(texts), self.dimension), dtype=np.float32)

    def encode_tokens(self, texts: Sequence[str]) -> list[Encoded]:
        """Each text as a zero vector without tokens."""
        nothing = np.zeros((0, self.dimension), dtype=np.float32)
        sentence = np.zeros(self.dimension, dtype=np.float32)
        return [Encoded(sentence, np.zeros(0, dtype=np.int64), (), nothing, nothing) for _ in texts]

    def is_word(self, word: str) -> bool:
        """No: the tokenizer's lexicon is not there; the long list of words still is."""
        return False

    def lexicon(self) -> list[str]:
        """Nothing."""
        return []
