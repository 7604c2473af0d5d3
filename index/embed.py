"""Vectors for the passages of a draft: taken over where the same text was encoded before, encoded otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.arrays import ArrayWriter
from index.draft import Draft
from index.encoder import Encoder
from index.generation import Generation
from index.progress import Progress
from index.quantised import quantise
from index.tokens import TOKENS_FILE
from index.vectors import DENSE_FILE, SENTENCES_FILE, write_dense

_CHUNK = 256
"""Passages encoded before their vectors go to the disk; bounds the memory of a build."""

Texts = Sequence[tuple[str, tuple[str, ...]]]
"""For each passage its embedded text and the embedded texts of its sentences."""


class Embedder:
    """Writes the three files of vectors; `embedded` and `reused` count texts."""

    def __init__(self, encoder: Encoder, previous: Generation | None) -> None:
        self.embedded = 0
        self.reused = 0
        self._encoder = encoder
        usable = previous is not None and previous.manifest.encoder.fingerprint == encoder.fingerprint
        self._previous = previous if usable else None
        self._passage_rows = _numbered(self._previous, "passage_keys")
        self._sentence_rows = _numbered(self._previous, "sentence_keys")

    def write(self, draft: Draft, texts: Texts, progress: Progress) -> tuple[int, int, dict[str, NDArray[Any]]]:
        """Write the vectors; returns the number of sentences, of tokens, and the keys to find each text by."""
        dense = np.zeros((len(texts), self._encoder.dimension), dtype=np.float32)
        with draft.file(TOKENS_FILE) as file:
            writer = ArrayWriter(file)
            tokens = self._write_passages(writer, texts, dense, progress)
            writer.close()
        draft.write(DENSE_FILE, write_dense(dense))
        del dense
        with draft.file(SENTENCES_FILE) as file:
            writer = ArrayWriter(file)
            sentences = [sentence for _, of_passage in texts for sentence in of_passage]
            self._write_sentences(writer, sentences, progress)
            writer.add("ends", np.cumsum([len(of_passage) for _, of_passage in texts], dtype=np.int64))
            writer.close()
        keys = {
            "passage_keys": _keys([text for text, _ in texts]),
            "sentence_keys": _keys(sentences),
        }
        return len(sentences), tokens, keys

    def _write_passages(self, writer: ArrayWriter, texts: Texts, dense: NDArray[np.float32], progress: Progress) -> int:
        append = writer.stream("codes", np.int8, (self._encoder.dimension,))
        ids: list[NDArray[np.int32]] = []
        scales: list[NDArray[np.float32]] = []
        with progress("Encoding passages", sum(len(text) for text, _ in texts)) as advance:
            for start in range(0, len(texts), _CHUNK):
                chunk = [text for text, _ in texts[start : start + _CHUNK]]
                parts = self._passages(chunk)
                for row, text in enumerate(chunk):
                    vector, token_ids, codes, scale = parts[text]
                    dense[start + row] = vector
                    append(codes)
                    ids.append(token_ids)
                    scales.append(scale)
                advance(sum(map(len, chunk)))
        writer.add("token_ids", np.concatenate([np.zeros(0, dtype=np.int32), *ids]))
        writer.add("scales", np.concatenate([np.zeros(0, dtype=np.float32), *scales]))
        ends = np.cumsum([len(part) for part in ids], dtype=np.int64)
        writer.add("ends", ends)
        return int(ends[-1]) if len(ends) else 0

    def _passages(self, chunk: Sequence[str]) -> dict[str, Any]:
        parts: dict[str, Any] = {}
        fresh: list[str] = []
        for text in dict.fromkeys(chunk):
            row = self._passage_rows.get(key(text))
            if row is None or self._previous is None:
                fresh.append(text)
            else:
                parts[text] = (self._previous.dense.vectors([row])[0], *self._previous.tokens.stored(row))
        for text, encoded in zip(fresh, self._encoder.encode_tokens(fresh), strict=True):
            codes, scale = quantise(encoded.vectors)
            parts[text] = (encoded.sentence, encoded.token_ids.astype(np.int32), codes, scale)
        self.embedded += len(fresh)
        self.reused += len(parts) - len(fresh)
        return parts

    def _write_sentences(self, writer: ArrayWriter, sentences: Sequence[str], progress: Progress) -> None:
        append = writer.stream("codes", np.int8, (self._encoder.dimension,))
        scales: list[NDArray[np.float32]] = []
        with progress("Encoding sentences", sum(map(len, sentences))) as advance:
            for start in range(0, len(sentences), _CHUNK * 4):
                chunk = sentences[start : start + _CHUNK * 4]
                codes, scale = self._sentences(chunk)
                append(codes)
                scales.append(scale)
                advance(sum(map(len, chunk)))
        writer.add("scales", np.concatenate([np.zeros(0, dtype=np.float32), *scales]))

    def _sentences(self, chunk: Sequence[str]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
        codes = np.zeros((len(chunk), self._encoder.dimension), dtype=np.int8)
        scales = np.zeros(len(chunk), dtype=np.float32)
        known = np.asarray([self._sentence_rows.get(key(text), -1) for text in chunk], dtype=np.int64)
        old = np.flatnonzero(known >= 0)
        if self._previous is not None and len(old):
            codes[old], scales[old] = self._previous.sentences.at(known[old])
        fresh = list(dict.fromkeys(chunk[row] for row in np.flatnonzero(known < 0).tolist()))
        fresh_codes, fresh_scales = quantise(self._encoder.encode(fresh))
        place = {text: number for number, text in enumerate(fresh)}
        for row in np.flatnonzero(known < 0).tolist():
            codes[row], scales[row] = fresh_codes[place[chunk[row]]], fresh_scales[place[chunk[row]]]
        self.embedded += len(fresh)
        self.reused += len(old)
        return codes, scales


def key(text: str) -> bytes:
    """What a text is found by in the next build: half of its sha256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def _keys(texts: Sequence[str]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(map(key, texts)), dtype=np.uint8).reshape(-1, 16)


def _numbered(previous: Generation | None, name: str) -> dict[bytes, int]:
    if previous is None:
        return {}
    data = previous.places[name].tobytes()
    return {data[16 * row : 16 * row + 16]: row for row in range(len(data) // 16)}
