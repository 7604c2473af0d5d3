"""Vectors for the passages of a draft: taken over where the same text was encoded before, encoded otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.arrays import ArrayWriter
from index.cutting import Fresh, Segment, Taken
from index.draft import Draft
from index.encoder import Encoder
from index.generation import Generation
from index.progress import Progress
from index.quantised import quantise
from index.tokens import TOKENS_FILE
from index.vectors import DENSE_FILE, SENTENCES_FILE, write_dense

_CHUNK = 256
"""Passages encoded before their vectors go to the disk; bounds the memory of a build."""

_BLOCK = 4096
"""Passages copied at once from the current generation."""

KEY = 16


class _PassageVectors(NamedTuple):
    dense: NDArray[np.float32]
    ids: NDArray[np.int32]
    codes: NDArray[np.int8]
    scales: NDArray[np.float32]
    sizes: NDArray[np.int64]


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

    def write(
        self, draft: Draft, segments: Sequence[Segment], progress: Progress
    ) -> tuple[int, int, dict[str, NDArray[Any]]]:
        """Write the vectors; returns the number of sentences, of tokens, and the keys to find each text by."""
        passage_keys: list[bytes] = []
        sentence_keys: list[bytes] = []
        with draft.file(TOKENS_FILE) as file:
            writer = ArrayWriter(file)
            dense, tokens = self._write_passages(writer, segments, progress, passage_keys)
            writer.close()
        draft.write(DENSE_FILE, write_dense(dense))
        del dense
        with draft.file(SENTENCES_FILE) as file:
            writer = ArrayWriter(file)
            sentences = self._write_sentences(writer, segments, progress, sentence_keys)
            writer.close()
        return sentences, tokens, {"passage_keys": _keys(passage_keys), "sentence_keys": _keys(sentence_keys)}

    # --- passages

    def _write_passages(
        self, writer: ArrayWriter, segments: Sequence[Segment], progress: Progress, keys: list[bytes]
    ) -> tuple[NDArray[np.float32], int]:
        append = writer.stream("codes", np.int8, (self._encoder.token_basis.shape[1],))
        parts: list[_PassageVectors] = []
        fresh = sum(len(text) for segment in segments if isinstance(segment, Fresh) for text, _ in segment.texts)
        with progress("Encoding passages", fresh) as advance:
            for piece in _pieces(segments):
                if isinstance(piece, Taken):
                    part = self._taken(piece.rows)
                    keys.append(self._stored_keys("passage_keys", piece.rows))
                else:
                    texts = [text for text, _ in piece.texts]
                    part = self._encoded(texts)
                    keys.extend(map(key, texts))
                    advance(sum(map(len, texts)))
                append(part.codes)
                parts.append(part._replace(codes=part.codes[:0]))
        ids = np.concatenate([np.zeros(0, dtype=np.int32), *(part.ids for part in parts)])
        writer.add("token_ids", ids)
        writer.add("scales", np.concatenate([np.zeros(0, dtype=np.float32), *(part.scales for part in parts)]))
        sizes = np.concatenate([np.zeros(0, dtype=np.int64), *(part.sizes for part in parts)])
        writer.add("ends", np.cumsum(sizes, dtype=np.int64))
        empty = np.zeros((0, self._encoder.dimension), dtype=np.float32)
        return np.concatenate([empty, *(part.dense for part in parts)]), len(ids)

    def _taken(self, rows: range) -> _PassageVectors:
        previous = self._known()
        self.reused += len(rows)
        return _PassageVectors(previous.dense.vectors(np.arange(rows.start, rows.stop)), *previous.tokens.block(rows))

    def _encoded(self, texts: Sequence[str]) -> _PassageVectors:
        found: dict[str, _PassageVectors] = {}
        fresh: list[str] = []
        for text in dict.fromkeys(texts):
            row = self._passage_rows.get(key(text))
            if row is None:
                fresh.append(text)
            else:
                found[text] = self._taken(range(row, row + 1))
        for text, encoded in zip(fresh, self._encoder.encode_tokens(fresh), strict=True):
            codes, scales = quantise(encoded.vectors)
            ids, size = encoded.token_ids.astype(np.int32), np.asarray([len(codes)])
            found[text] = _PassageVectors(encoded.sentence[None, :], ids, codes, scales, size)
        self.embedded += len(fresh)
        parts = [found[text] for text in texts]
        return _PassageVectors(*(np.concatenate(column) for column in zip(*parts, strict=True)))

    # --- sentences

    def _write_sentences(
        self, writer: ArrayWriter, segments: Sequence[Segment], progress: Progress, keys: list[bytes]
    ) -> int:
        append = writer.stream("codes", np.int8, (self._encoder.dimension,))
        scales: list[NDArray[np.float32]] = [np.zeros(0, dtype=np.float32)]
        sizes: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
        fresh = sum(
            len(text)
            for segment in segments
            if isinstance(segment, Fresh)
            for _, sentences in segment.texts
            for text in sentences
        )
        with progress("Encoding sentences", fresh) as advance:
            for piece in _pieces(segments):
                if isinstance(piece, Taken):
                    codes, scale, size = self._known().sentences.block(piece.rows)
                    keys.append(self._stored_keys("sentence_keys", self._known().sentences.places(piece.rows)))
                    self.reused += len(codes)
                else:
                    sentences = [text for _, of_passage in piece.texts for text in of_passage]
                    codes, scale = self._sentences(sentences)
                    size = np.asarray([len(of_passage) for _, of_passage in piece.texts], dtype=np.int64)
                    keys.extend(map(key, sentences))
                    advance(sum(map(len, sentences)))
                append(codes)
                scales.append(scale)
                sizes.append(size)
        writer.add("scales", np.concatenate(scales))
        ends = np.cumsum(np.concatenate(sizes), dtype=np.int64)
        writer.add("ends", ends)
        return int(ends[-1]) if len(ends) else 0

    def _sentences(self, texts: Sequence[str]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
        codes = np.zeros((len(texts), self._encoder.dimension), dtype=np.int8)
        scales = np.zeros(len(texts), dtype=np.float32)
        known = np.asarray([self._sentence_rows.get(key(text), -1) for text in texts], dtype=np.int64)
        old, new = np.flatnonzero(known >= 0), np.flatnonzero(known < 0).tolist()
        if len(old):
            codes[old], scales[old] = self._known().sentences.at(known[old])
        fresh = list(dict.fromkeys(texts[row] for row in new))
        fresh_codes, fresh_scales = quantise(self._encoder.encode(fresh))
        place = {text: number for number, text in enumerate(fresh)}
        for row in new:
            codes[row], scales[row] = fresh_codes[place[texts[row]]], fresh_scales[place[texts[row]]]
        self.embedded += len(fresh)
        self.reused += len(old)
        return codes, scales

    def _known(self) -> Generation:
        assert self._previous is not None, "rows are taken over only from a generation that is there"
        return self._previous

    def _stored_keys(self, name: str, rows: range) -> bytes:
        return self._known().places[name][rows.start : rows.stop].tobytes()


def key(text: str) -> bytes:
    """What a text is found by in the next build: half of its sha256."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:KEY]


def _pieces(segments: Sequence[Segment]) -> Iterator[Segment]:
    """The segments in pieces that fit into memory."""
    for segment in segments:
        if isinstance(segment, Taken):
            for start in range(segment.rows.start, segment.rows.stop, _BLOCK):
                yield Taken(range(start, min(start + _BLOCK, segment.rows.stop)))
        else:
            for start in range(0, len(segment.texts), _CHUNK):
                yield Fresh(segment.texts[start : start + _CHUNK])


def _keys(keys: Sequence[bytes]) -> NDArray[np.uint8]:
    return np.frombuffer(b"".join(keys), dtype=np.uint8).reshape(-1, KEY)


def _numbered(previous: Generation | None, name: str) -> dict[bytes, int]:
    if previous is None:
        return {}
    data = previous.places[name].tobytes()
    return {data[KEY * row : KEY * row + KEY]: row for row in range(len(data) // KEY)}
