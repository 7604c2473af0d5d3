"""The adapted encoder at run time: a text in, the shares of the five tiers out; an ONNX graph, no torch, no network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.safety.rulebook import LEVELS

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
    def open(cls, graph: bytes, tokenizer: bytes) -> Classifier:
        """Open the two attachments that `bot/safety/attachment.py` makes; any error of the libraries passes through,
        and the screen then runs on its rules alone."""
        import onnxruntime
        from tokenizers import Tokenizer

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 4
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
        reader = Tokenizer.from_buffer(tokenizer)
        reader.no_padding()
        reader.enable_truncation(MOST_TOKENS)
        return cls(session, reader)

    def tiers(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The logarithms of the shares: float32[len(texts), 5], in the order of `LEVELS`; one run for each text, so
        that no text changes the shares of another."""
        rows = np.zeros((len(texts), len(LEVELS)), np.float32)
        for row, text in zip(rows, texts, strict=True):
            ids = np.asarray(self._tokenizer.encode(text).ids, np.int64)
            (row[:],) = self._session.run([OUTPUT], {INPUT: ids[None, :]})
        return rows
