"""The words index: BM25 over the stems of each passage, as a memory-mapped inverted index with ready-made scores.

Our own, because it was measured against SQLite FTS5 and bm25s (`benchmarks/lexical.py`, figures in docs/index.md): it
opens without reading anything, and a question costs a few additions of arrays. What `analyse` makes of a text is not
its business.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.arrays import Arrays, ArrayWriter
from index.errors import IndexDamaged

K1 = 1.2
B = 0.75
"""The customary values (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009)."""

LEXICAL_FILE = "lexical.safetensors"


class LexicalIndex:
    """Finds passages by stems; rows are those of the generation's passages."""

    def __init__(self, path: Path) -> None:
        arrays = Arrays(path)
        self._stems = _Terms(arrays["stems"], arrays["stem_ends"])
        self._words = _Terms(arrays["words"], arrays["word_ends"])
        self._word_counts = arrays["word_counts"]
        self._ends = arrays["posting_ends"]
        self._rows = arrays["posting_rows"]
        self._counts = arrays["posting_counts"]
        self._scores = arrays["posting_scores"]
        self._lengths = arrays["lengths"]
        fits = len(self._ends) == len(self._stems) and len(self._rows) == len(self._scores) == len(self._counts)
        if not fits or len(self._words) != len(self._word_counts):
            raise IndexDamaged(path, "its parts do not fit together")

    @classmethod
    def open(cls, path: Path) -> LexicalIndex:
        """Open the file of a generation; raises IndexDamaged."""
        return cls(path)

    @property
    def size(self) -> int:
        """Number of passages."""
        return len(self._lengths)

    def search(self, stems: Sequence[str], k: int) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The at most `k` best passages for these stems: rows int64 and BM25 scores float32, best first, then by row.

        A repeated stem counts once; passages with none of the stems are left out, so the result may be empty.
        """
        totals = np.zeros(self.size, dtype=np.float32)
        for place in self._places(stems):
            totals[self._rows[place]] += self._scores[place]
        rows = np.flatnonzero(totals)
        if 0 < k < len(rows):
            threshold = np.partition(totals[rows], -k)[-k]
            rows = rows[totals[rows] >= threshold]
        order = np.argsort(-totals[rows], kind="stable")[: max(k, 0)]
        return rows[order].astype(np.int64, copy=False), totals[rows[order]]

    def scores(self, stems: Sequence[str], rows: Sequence[int] | NDArray[np.int64]) -> NDArray[np.float32]:
        """The BM25 score of each of these rows for these stems: float32[len(rows)], 0 where no stem occurs."""
        wanted = np.asarray(rows, dtype=np.int64)
        totals = np.zeros(len(wanted), dtype=np.float32)
        for place in self._places(stems):
            found, at = _among(self._rows[place], wanted)
            totals[found] += self._scores[place][at]
        return totals

    def document_frequency(self, stem: str) -> int:
        """In how many passages the stem occurs; 0 for an unknown one."""
        place = self._place(stem)
        return place.stop - place.start if place else 0

    def vocabulary(self) -> Mapping[str, int]:
        """Every word of the passages as folded, not stemmed, with how often it occurs; for spelling correction."""
        return self._vocabulary

    @cached_property
    def _vocabulary(self) -> dict[str, int]:
        return dict(zip(self._words, self._word_counts.tolist(), strict=True))

    def stems(self) -> list[str]:
        """Every stem, in order; `forward` counts by their numbers."""
        return list(self._stems)

    def forward(self) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int32]]:
        """What each passage holds, row after row: where each row ends, numbers of stems, and how often each occurs."""
        order = np.argsort(self._rows, kind="stable")
        of_posting = np.repeat(np.arange(len(self._stems)), np.diff(self._ends, prepend=0))
        ends = np.cumsum(np.bincount(self._rows, minlength=self.size))
        return ends, of_posting[order], self._counts[order]

    def _places(self, stems: Sequence[str]) -> Iterator[slice]:
        for stem in dict.fromkeys(stems):
            place = self._place(stem)
            if place:
                yield place

    def _place(self, stem: str) -> slice | None:
        number = self._stems.find(stem)
        if number is None:
            return None
        return slice(int(self._ends[number - 1]) if number else 0, int(self._ends[number]))


class LexicalWriter:
    """Collects passages in row order, then writes the index; equal passages in equal order give equal bytes."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._stems: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
        self._counts: list[NDArray[np.int32]] = [np.zeros(0, dtype=np.int32)]
        self._sizes: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
        self._words: Counter[str] = Counter()

    def start_from(self, previous: LexicalIndex | None) -> None:
        """Allow `take` and `forget`: begin with the words of an earlier index, all of which are forgotten or taken."""
        if previous is None:
            return
        self._numbers = {stem: number for number, stem in enumerate(previous.stems())}
        self._ends, self._old_stems, self._old_counts = previous.forward()
        self._words.update(previous.vocabulary())

    def add(self, stems: Iterable[str], words: Iterable[str]) -> None:
        """Append a passage: its stems with repeats, and its words as folded."""
        counts = Counter(stems)
        numbers = [self._numbers.setdefault(stem, len(self._numbers)) for stem in counts]
        self._stems.append(np.asarray(numbers, dtype=np.int64))
        self._counts.append(np.asarray(list(counts.values()), dtype=np.int32))
        self._sizes.append(np.asarray([len(numbers)], dtype=np.int64))
        self._words.update(words)

    def take(self, rows: range) -> None:
        """Append passages of the earlier index as they are."""
        if not rows:
            return
        start = int(self._ends[rows.start - 1]) if rows.start else 0
        place = slice(start, int(self._ends[rows.stop - 1]))
        self._stems.append(self._old_stems[place])
        self._counts.append(self._old_counts[place])
        self._sizes.append(np.diff(self._ends[rows.start : rows.stop], prepend=start))

    def forget(self, words: Iterable[str]) -> None:
        """Take the words of a passage that was in the earlier index, and was not taken, out of the counts."""
        self._words.subtract(words)

    def write(self, writer: ArrayWriter) -> None:
        """Write all that was added."""
        sizes, counts = np.concatenate(self._sizes), np.concatenate(self._counts)
        rows = np.repeat(np.arange(len(sizes)), sizes)
        lengths = np.bincount(rows, weights=counts, minlength=len(sizes)).astype(np.int32)
        numbers = np.concatenate(self._stems)
        used = np.zeros(len(self._numbers), dtype=bool)
        used[numbers] = True
        names = sorted(stem for stem, number in self._numbers.items() if used[number])
        places = np.zeros(len(self._numbers), dtype=np.int64)
        places[[self._numbers[name] for name in names]] = np.arange(len(names))
        stems = places[numbers]
        order = np.argsort(stems, kind="stable")
        stems, counts, rows = stems[order], counts[order], rows[order]
        frequencies = np.bincount(stems, minlength=len(names))
        writer.add("posting_rows", rows.astype(np.int32))
        writer.add("posting_counts", counts)
        writer.add("posting_scores", _bm25(stems, counts, rows, lengths, frequencies))
        writer.add("posting_ends", np.cumsum(frequencies).astype(np.int64))
        writer.add("lengths", lengths)
        _add_terms(writer, "stems", "stem_ends", names)
        words = sorted(word for word, count in self._words.items() if count > 0)
        _add_terms(writer, "words", "word_ends", words)
        writer.add("word_counts", np.asarray([self._words[word] for word in words], dtype=np.int64))


def _bm25(
    stems: NDArray[np.int64],
    counts: NDArray[np.int32],
    rows: NDArray[np.int64],
    lengths: NDArray[np.int32],
    frequencies: NDArray[np.int64],
) -> NDArray[np.float32]:
    rarity = np.log1p((len(lengths) - frequencies + 0.5) / (frequencies + 0.5))
    mean = max(float(lengths.mean()), 1.0) if len(lengths) else 1.0
    damping = K1 * (1 - B + B * lengths[rows] / mean)
    return (rarity[stems] * counts * (K1 + 1) / (counts + damping)).astype(np.float32)


def _among(postings: NDArray[np.int32], wanted: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions in `wanted` whose row occurs in `postings` (ascending), and where it stands there."""
    at = np.searchsorted(postings, wanted)
    at[at == len(postings)] = 0
    found = np.flatnonzero(postings[at] == wanted)
    return found, at[found]


def _add_terms(writer: ArrayWriter, name: str, ends: str, terms: Sequence[str]) -> None:
    encoded = [term.encode() for term in terms]
    writer.add(name, np.frombuffer(b"".join(encoded), dtype=np.uint8))
    writer.add(ends, np.cumsum([len(term) for term in encoded], dtype=np.int64))


class _Terms:
    """Sorted words in one array of bytes; found by bisection, so that opening reads none of them."""

    def __init__(self, data: NDArray[np.uint8], ends: NDArray[np.int64]) -> None:
        self._data = data.data
        self._ends = ends

    def __len__(self) -> int:
        return len(self._ends)

    def __iter__(self) -> Iterator[str]:
        start = 0
        for end in self._ends.tolist():
            yield str(self._data[start:end], "utf-8")
            start = end

    def find(self, term: str) -> int | None:
        """Number of the term, or None; UTF-8 sorts as code points do."""
        wanted, low, high = term.encode("utf-8", "surrogatepass"), 0, len(self)
        data, end = self._data, self._ends.item  # plain numbers, and no call of our own: this is the innermost loop
        while low < high:
            middle = (low + high) // 2
            if bytes(data[end(middle - 1) if middle else 0 : end(middle)]) < wanted:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self) and self._bytes(low) == wanted else None

    def _bytes(self, number: int) -> bytes:
        start = int(self._ends[number - 1]) if number else 0
        return bytes(self._data[start : int(self._ends[number])])
