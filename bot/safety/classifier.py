"""The adapted encoder at run time: a text in, the shares of the five tiers out; an ONNX graph, no torch, no network."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.safety.rulebook import LEVELS
from index.encoder import cores, open_session, open_tokenizer

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

GRAPH, TOKENIZER = "safety-encoder.onnx", "safety-tokenizer.json"
MOST_TOKENS = 256
"""A text is cut there, as the encoder that was adapted cuts it; the screen hands over long messages in pieces."""
INPUT, OUTPUT = "input_ids", "tiers"


class TierModel(Protocol):
    """What says how much a text sounds like each tier."""

    def tiers(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The logarithms of the shares: float32[len(texts), 5], in the order of `LEVELS`."""
        ...


class Classifier:
    """The adapted encoder; share it between threads freely."""

    def __init__(self, session: InferenceSession, tokenizer: Tokenizer) -> None:
        self._session = session
        self._tokenizer = tokenizer

    @classmethod
    def open(cls, graph: bytes | Path, tokenizer: bytes) -> Classifier:
        """Open the two attachments that `bot/safety/attachment.py` makes, the graph by its bytes or its path; any error
        of the libraries passes through, and the screen then runs on its rules alone."""
        return cls(open_session(graph), open_tokenizer(tokenizer.decode("utf-8"), MOST_TOKENS))

    def tiers(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The logarithms of the shares: float32[len(texts), 5], in the order of `LEVELS`; one run for each text, so
        that no text changes the shares of another, on all cores at once where there are several texts."""
        rows = np.zeros((len(texts), len(LEVELS)), np.float32)
        order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))  # nobody waits for the longest alone
        side_by_side = len(texts) > 1 and cores() > 1
        heard = (self._pool.map if side_by_side else map)(self._heard, [texts[row] for row in order])
        for row, shares in zip(order, heard, strict=True):
            rows[row] = shares
        return rows

    def _heard(self, text: str) -> NDArray[np.float32]:
        ids = np.asarray(self._tokenizer.encode(text).ids, np.int64)
        (shares,) = self._session.run([OUTPUT], {INPUT: ids[None, :]})
        return np.asarray(shares, np.float32).reshape(-1)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(cores(), thread_name_prefix="classifier")
