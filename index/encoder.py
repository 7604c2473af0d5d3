"""The encoder at run time: an ONNX graph and its tokenizer, nothing else; no torch, no network.

One text per run, on purpose. Dynamic int8 quantisation takes the scale of its activations from the whole batch, so in a
batch the vector of a text would depend on its neighbours, and an index could not be a pure function of its articles.
Texts run side by side on several threads instead, which is as fast on a CPU and pays nothing for padding
(docs/index.md, "The encoder").
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, TypeVar

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from index.arrays import Arrays
from index.errors import IndexDamaged, OtherFormat
from index.projection import shorten

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Encoding, Tokenizer

T = TypeVar("T")

ENCODER_FORMAT = 3
MODEL_FILE, TOKENIZER_FILE = "model.onnx", "tokenizer.json"
CARD_FILE, BASIS_FILE = "encoder.json", "tokens.safetensors"
ENCODER_FILES = (MODEL_FILE, TOKENIZER_FILE, BASIS_FILE, CARD_FILE)


class EncoderCard(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is known about an exported encoder (`encoder.json`).

    `fingerprint` depends on graph, tokenizer, token basis and `max_tokens` alone: equal fingerprints mean equal
    vectors. `cosine` is the smallest agreement with sentence-transformers over the exporter's own sentences, for each
    precision.
    """

    format: int
    model: str
    fingerprint: str
    dimension: int
    max_tokens: int
    precision: str
    pooling: str
    weights: str
    exporter: int
    cosine: dict[str, float]


@dataclass(frozen=True, slots=True)
class Encoded:
    """A text as vectors: one for the whole, and one for each token, special tokens left out.

    `sentence` float32[dimension]; `token_ids` int64[n]; `spans` the characters (start, end) of each token in the text;
    `whole` float32[n, dimension], the token vectors; `vectors` float32[n, kept dimensions], the same as the index keeps
    them (`index/projection.py`). All have length 1, but for a text without tokens, whose `sentence` is zero.
    """

    sentence: NDArray[np.float32]
    token_ids: NDArray[np.int64]
    spans: tuple[tuple[int, int], ...]
    vectors: NDArray[np.float32]
    whole: NDArray[np.float32]


class Encoder:
    """Turns texts into vectors; open one with `Encoder.open(folder)`, share it between threads freely."""

    def __init__(
        self, folder: Path, card: EncoderCard, session: InferenceSession, tokenizer: Tokenizer, threads: int
    ) -> None:
        self.card = card
        self._folder = folder
        self._session = session
        self._tokenizer = tokenizer
        self._threads = threads

    @classmethod
    def open(cls, folder: Path, *, threads: int = 1, parallel: int = 1) -> Encoder:
        """Open an exported encoder.

        `threads` work on one text (1 is best for short questions), `parallel` texts are worked on at once (0: as many
        as there are cores, for building). Neither changes a result. Raises IndexDamaged or OtherFormat.
        """
        card = read_card(folder)
        return cls(folder, card, _session(folder, threads), _tokenizer(folder, card.max_tokens), parallel or cores())

    @property
    def blind(self) -> bool:
        """Whether its vectors say nothing (index/wordless.py)."""
        return False

    @property
    def dimension(self) -> int:
        """Length of each vector."""
        return self.card.dimension

    @cached_property
    def token_basis(self) -> NDArray[np.float32]:
        """The directions that an index keeps of token vectors: float32[dimension, token dimension]."""
        return Arrays(self._folder / BASIS_FILE)["basis"]

    @property
    def fingerprint(self) -> str:
        """Equal for two encoders only if they give equal vectors."""
        return self.card.fingerprint

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One vector of length 1 for each text, in order: float32[len(texts), dimension].

        A text beyond `card.max_tokens` tokens is cut there; a text without tokens gives zeros. The vector of a text
        does not depend on the other texts.
        """
        vectors = np.zeros((len(texts), self.dimension), dtype=np.float32)
        for row, vector in enumerate(self._each(self._sentence, texts)):
            vectors[row] = vector
        return vectors

    def encode_tokens(self, texts: Sequence[str]) -> list[Encoded]:
        """Each text's vector together with its contextual token vectors, from one pass; limits as in `encode`."""
        return list(self._each(self._tokens, texts))

    def is_word(self, word: str) -> bool:
        """Whether a folded word is in the tokenizer's lexicon as a whole, which common English words are."""
        return self._tokenizer.token_to_id(word) is not None

    def lexicon(self) -> list[str]:
        """The whole words of the tokenizer's lexicon, letters only, sorted; about 20,000 for an English model."""
        return sorted(word for word in self._tokenizer.get_vocab() if word.isalpha())

    def _each(self, run: Callable[[Encoding], T], texts: Sequence[str]) -> Iterator[T]:
        encodings = self._tokenizer.encode_batch(list(texts)) if len(texts) > 1 else map(self._tokenizer.encode, texts)
        if self._threads == 1 or len(texts) < 2:
            yield from map(run, encodings)
            return
        yield from self._pool.map(run, encodings)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(self._threads, thread_name_prefix="encoder")

    def _sentence(self, encoding: Encoding) -> NDArray[np.float32]:
        if all(encoding.special_tokens_mask):
            return np.zeros(self.dimension, dtype=np.float32)
        (vector,) = self._session.run(["sentence"], {"input_ids": _ids(encoding)[None, :]})
        return _float32(vector)

    def _tokens(self, encoding: Encoding) -> Encoded:
        kept = np.flatnonzero(np.asarray(encoding.special_tokens_mask) == 0)
        if not len(kept):
            whole = np.zeros((0, self.dimension), dtype=np.float32)
            short = np.zeros((0, self.token_basis.shape[1]), dtype=np.float32)
            nothing = np.zeros(self.dimension, dtype=np.float32)
            return Encoded(nothing, np.zeros(0, dtype=np.int64), (), short, whole)
        ids = _ids(encoding)
        sentence, vectors = self._session.run(["sentence", "tokens"], {"input_ids": ids[None, :]})
        spans = tuple(encoding.offsets[position] for position in kept)
        whole = _float32(vectors[kept])
        return Encoded(_float32(sentence), ids[kept], spans, shorten(whole, self.token_basis), whole)


def read_card(folder: Path) -> EncoderCard:
    """The card of an exported encoder; raises IndexDamaged or OtherFormat."""
    path = folder / CARD_FILE
    try:
        data = path.read_bytes()
        version = msgspec.json.decode(data, type=_Version).format
        if version != ENCODER_FORMAT:
            raise OtherFormat(path, version, ENCODER_FORMAT)
        return msgspec.json.decode(data, type=EncoderCard)
    except OSError as error:
        raise IndexDamaged(path, "it cannot be read") from error
    except msgspec.DecodeError as error:
        raise IndexDamaged(path, "it is not what was written") from error


class _Version(msgspec.Struct):
    format: int


def open_session(graph: bytes | Path, threads: int = 1) -> InferenceSession:
    """An exported graph, by its path or its bytes, ready to run on the CPU; the library's errors pass through."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    # The exporter has optimised the graph already.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    # Waiting threads must not burn the cores that other requests need.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    source = graph if isinstance(graph, bytes) else str(graph)
    return onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def open_tokenizer(text: str, most: int) -> Tokenizer:
    """A tokenizer from its JSON, which cuts at `most` tokens and never pads; the library's errors pass through."""
    # The tokenizers library would start threads of its own beside ours.
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_str(text)
    tokenizer.no_padding()
    tokenizer.enable_truncation(most)
    return tokenizer


def cores() -> int:
    """The processors that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _session(folder: Path, threads: int) -> InferenceSession:
    from onnxruntime.capi import onnxruntime_pybind11_state as faults

    try:
        return open_session(folder / MODEL_FILE, threads)
    except _exceptions(faults) as error:
        raise IndexDamaged(folder / MODEL_FILE, "the encoder cannot be opened") from error


def _exceptions(module: ModuleType) -> tuple[type[Exception], ...]:
    # The library has a dozen, without a base of their own.
    return tuple(kind for kind in vars(module).values() if isinstance(kind, type) and issubclass(kind, Exception))


def _tokenizer(folder: Path, max_tokens: int) -> Tokenizer:
    path = folder / TOKENIZER_FILE
    try:
        return open_tokenizer(path.read_text(encoding="utf-8"), max_tokens)
    except (OSError, ValueError) as error:
        raise IndexDamaged(path, "it cannot be read") from error
    except Exception as error:  # tokenizers raises this class itself, whatever is wrong with the file
        raise IndexDamaged(path, "it is not a tokenizer") from error


def _ids(encoding: Encoding) -> NDArray[np.int64]:
    return np.asarray(encoding.ids, dtype=np.int64)


def _float32(array: ArrayLike) -> NDArray[np.float32]:
    return np.asarray(array, dtype=np.float32)
