from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.arrays import ArrayWriter
from index.errors import IndexDamaged
from index.lexical import K1, B, LexicalIndex, LexicalWriter

_STEMS = st.sampled_from(["ankl", "bone", "ice", "rest", "café", "骨", "x" * 40, "7"])
_CORPUS = st.lists(st.lists(_STEMS, max_size=12), min_size=1, max_size=12)


def index_of(corpus: list[list[str]], folder: Path) -> LexicalIndex:
    writer = LexicalWriter()
    for stems in corpus:
        writer.add(stems, [f"{stem}s" for stem in stems])
    save(writer, folder / "lexical.safetensors")
    return LexicalIndex.open(folder / "lexical.safetensors")


def save(writer: LexicalWriter, path: Path) -> None:
    with path.open("wb") as file:
        arrays = ArrayWriter(file)
        writer.write(arrays)
        arrays.close()


def bm25(corpus: list[list[str]], query: list[str]) -> list[float]:
    """The textbook formula, one term after the other."""
    mean = max(sum(map(len, corpus)) / len(corpus), 1.0)
    totals = [0.0] * len(corpus)
    for stem in set(query):
        frequency = sum(stem in document for document in corpus)
        rarity = math.log(1 + (len(corpus) - frequency + 0.5) / (frequency + 0.5))
        for row, document in enumerate(corpus):
            count = document.count(stem)
            damping = K1 * (1 - B + B * len(document) / mean)
            totals[row] += rarity * count * (K1 + 1) / (count + damping) if count else 0.0
    return totals


@given(corpus=_CORPUS, query=st.lists(_STEMS | st.just("unknown"), max_size=6))
def test_scores_are_those_of_the_textbook(
    corpus: list[list[str]], query: list[str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    index = index_of(corpus, tmp_path_factory.mktemp("lexical"))
    expected = bm25(corpus, query)
    assert np.allclose(index.scores(query, range(len(corpus))), expected, atol=1e-4)
    rows, scores = index.search(query, len(corpus) + 3)
    assert set(rows.tolist()) == {row for row, score in enumerate(expected) if score > 0}
    assert np.allclose(scores, [expected[row] for row in rows], atol=1e-4)
    assert list(scores) == sorted(scores, reverse=True)


@given(corpus=_CORPUS, query=st.lists(_STEMS, max_size=4), k=st.integers(0, 5))
def test_a_smaller_k_gives_the_beginning_of_the_list(
    corpus: list[list[str]], query: list[str], k: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    index = index_of(corpus, tmp_path_factory.mktemp("lexical"))
    assert index.search(query, k)[0].tolist() == index.search(query, 100)[0].tolist()[:k]


@given(corpus=_CORPUS, keep=st.lists(st.booleans(), min_size=12, max_size=12), more=_CORPUS)
def test_taking_rows_over_gives_the_same_bytes_as_adding_them(
    corpus: list[list[str]], keep: list[bool], more: list[list[str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    old = index_of(corpus, tmp_path_factory.mktemp("old"))
    writer = LexicalWriter()
    writer.start_from(old)
    kept = []
    for row, stems in enumerate(corpus):
        if keep[row]:
            writer.take(range(row, row + 1))
            kept.append(stems)
        else:
            writer.forget([f"{stem}s" for stem in stems])
    for stems in more:
        writer.add(stems, [f"{stem}s" for stem in stems])
    folder = tmp_path_factory.mktemp("new")
    save(writer, folder / "taken")
    index_of([*kept, *more], folder)
    assert (folder / "taken").read_bytes() == (folder / "lexical.safetensors").read_bytes()


def test_an_unknown_stem_finds_nothing(tmp_path: Path) -> None:
    rows, scores = index_of([["ankl"]], tmp_path).search(["knee", ""], 5)
    assert (rows.tolist(), scores.tolist()) == ([], [])
    assert (rows.dtype.name, scores.dtype.name) == ("int64", "float32")


def test_document_frequency_counts_passages(tmp_path: Path) -> None:
    index = index_of([["ice", "ice"], ["ice"], ["rest"]], tmp_path)
    assert [index.document_frequency(stem) for stem in ("ice", "rest", "heat")] == [2, 1, 0]


def test_the_vocabulary_counts_words_as_they_were_written(tmp_path: Path) -> None:
    index = index_of([["ice", "ice"], ["ice", "café"]], tmp_path)
    assert dict(index.vocabulary()) == {"cafés": 1, "ices": 3}


def test_an_empty_index_can_be_searched(tmp_path: Path) -> None:
    index = index_of([], tmp_path)
    assert index.search(["ice"], 5)[0].tolist() == []
    assert index.scores(["ice"], []).tolist() == []
    assert index.vocabulary() == {}


def test_a_lone_surrogate_is_an_unknown_stem(tmp_path: Path) -> None:
    assert index_of([["ice"]], tmp_path).document_frequency("\ud800") == 0


def test_a_file_that_is_not_an_index_is_damage(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"nothing of the kind")
    with pytest.raises(IndexDamaged):
        LexicalIndex.open(tmp_path / "x")
