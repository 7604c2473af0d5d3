from __future__ import annotations

import mmap
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.arrays import Arrays, ArrayWriter
from index.errors import IndexDamaged
from index.quantised import quantise, restore
from index.tokens import TokenVectors
from index.vectors import DenseIndex, SentenceVectors, write_dense


def unit(rows: int, seed: int = 1, dimension: int = 16) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(rows, dimension)).astype(np.float32)
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def dense_of(vectors: NDArray[np.float32], folder: Path) -> DenseIndex:
    (folder / "dense.faiss").write_bytes(write_dense(vectors))
    return DenseIndex.open(folder / "dense.faiss")


def tokens_of(passages: list[NDArray[np.float32]], folder: Path) -> TokenVectors:
    path = folder / "tokens.safetensors"
    with path.open("wb") as file:
        writer = ArrayWriter(file)
        append = writer.stream("codes", np.int8, (16,))
        scales = []
        for vectors in passages:
            codes, scale = quantise(vectors)
            append(codes)
            scales.append(scale)
        total = sum(map(len, passages))
        writer.add("token_ids", np.arange(total, dtype=np.int32))
        writer.add("scales", np.concatenate([np.zeros(0, dtype=np.float32), *scales]))
        writer.add("ends", np.cumsum([len(vectors) for vectors in passages], dtype=np.int64))
        writer.close()
    return TokenVectors(path)


def test_search_gives_the_nearest_rows_best_first(tmp_path: Path) -> None:
    vectors = unit(40)
    rows, scores = dense_of(vectors, tmp_path).search(vectors[7], 5)
    expected = np.argsort(-(vectors @ vectors[7]))[:5]
    assert rows.tolist() == expected.tolist()
    assert np.allclose(scores, (vectors @ vectors[7])[expected], atol=1e-6)


@pytest.mark.parametrize("k", [0, -1])
def test_searching_for_none_gives_none(k: int, tmp_path: Path) -> None:
    assert len(dense_of(unit(3), tmp_path).search(unit(1)[0], k)[0]) == 0


def test_k_beyond_the_corpus_gives_all(tmp_path: Path) -> None:
    assert len(dense_of(unit(3), tmp_path).search(unit(1)[0], 50)[0]) == 3


def test_vectors_come_back_exactly(tmp_path: Path) -> None:
    vectors = unit(9)
    assert np.array_equal(dense_of(vectors, tmp_path).vectors([8, 0, 8]), vectors[[8, 0, 8]])
    assert dense_of(vectors, tmp_path).vectors([]).shape == (0, 16)


def approximate(folder: Path, rows: int = 4000) -> tuple[DenseIndex, NDArray[np.float32]]:
    vectors = unit(rows)
    (folder / "dense.faiss").write_bytes(write_dense(vectors, approximate_from=1000))
    return DenseIndex.open(folder / "dense.faiss"), vectors


def test_an_approximate_index_finds_nearly_what_an_exact_one_finds(tmp_path: Path) -> None:
    index, vectors = approximate(tmp_path)
    shared = []
    for query in unit(50, seed=3):
        exact = np.argsort(-(vectors @ query))[:50]
        shared.append(len(set(index.search(query, 50)[0].tolist()) & set(exact.tolist())) / 50)
    # Random numbers have no structure to learn; on vectors of real text it is 0.999 (benchmarks/growth.py).
    assert np.mean(shared) >= 0.9


def test_an_approximate_index_gives_exact_scores_and_vectors(tmp_path: Path) -> None:
    index, vectors = approximate(tmp_path)
    rows, scores = index.search(vectors[17], 3)
    assert rows[0] == 17
    assert np.allclose(scores, vectors[rows] @ vectors[17], atol=1e-5)
    assert np.array_equal(index.vectors([17, 5]), vectors[[17, 5]])


def test_an_approximate_index_has_the_same_bytes_on_any_number_of_threads() -> None:
    import faiss

    vectors, usual = unit(3000), faiss.omp_get_max_threads()
    made = []
    for threads in (1, 4):
        faiss.omp_set_num_threads(threads)
        made.append(write_dense(vectors, approximate_from=1000))
    faiss.omp_set_num_threads(usual)
    assert made[0] == made[1]


def test_a_file_that_is_not_faiss_is_damage(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"not an index")
    with pytest.raises(IndexDamaged):
        DenseIndex.open(tmp_path / "x")


@given(seed=st.integers(0, 1000))
@settings(max_examples=30)
def test_quantised_vectors_are_off_by_half_a_step_at_most(seed: int) -> None:
    vectors = unit(5, seed) * np.float32(seed % 3)
    codes, scales = quantise(vectors)
    assert np.all(np.abs(restore(codes, scales) - vectors) <= scales[:, None] * 0.5001 + 1e-9)


def test_maxsim_is_the_best_cosine_of_each_question_token(tmp_path: Path) -> None:
    passages = [unit(3, 1), unit(7, 2), unit(1, 3)]
    query = unit(4, 9)
    found = tokens_of(passages, tmp_path).maxsim(query, [2, 0, 1])
    expected = np.stack([(query @ passages[row].T).max(axis=1) for row in (2, 0, 1)])
    assert np.allclose(found, expected, atol=0.01)


def test_a_passage_without_tokens_scores_minus_one(tmp_path: Path) -> None:
    passages = [unit(3), np.zeros((0, 16), dtype=np.float32), unit(2)]
    found = tokens_of(passages, tmp_path).maxsim(unit(2, 5), [0, 1, 2])
    assert (found[1] == -1).all()
    assert (found[[0, 2]] > -1).all()


def test_maxsim_of_no_rows_or_no_tokens_is_empty(tmp_path: Path) -> None:
    tokens = tokens_of([unit(3)], tmp_path)
    assert tokens.maxsim(unit(2), []).shape == (0, 2)
    assert tokens.maxsim(unit(2)[:0], [0]).shape == (1, 0)


def test_the_tokens_of_a_passage_come_back_in_order(tmp_path: Path) -> None:
    passages = [unit(3, 1), unit(2, 2)]
    ids, vectors = tokens_of(passages, tmp_path).of(1)
    assert ids.tolist() == [3, 4]
    assert np.allclose(vectors, passages[1], atol=0.01)


def test_sentence_vectors_belong_to_their_passage(tmp_path: Path) -> None:
    vectors = unit(5)
    codes, scales = quantise(vectors)
    with (tmp_path / "s").open("wb") as file:
        writer = ArrayWriter(file)
        writer.add("codes", codes)
        writer.add("scales", scales)
        writer.add("ends", np.array([2, 2, 5]))
        writer.close()
    sentences = SentenceVectors(tmp_path / "s")
    assert [len(sentences.of(row)) for row in range(3)] == [2, 0, 3]
    assert np.allclose(sentences.of(2), vectors[2:], atol=0.01)


def test_arrays_that_do_not_fit_together_are_damage(tmp_path: Path) -> None:
    codes, scales = quantise(unit(5))
    with (tmp_path / "s").open("wb") as file:
        writer = ArrayWriter(file)
        writer.add("codes", codes)
        writer.add("scales", scales)
        writer.add("ends", np.array([2, 4]))
        writer.close()
    with pytest.raises(IndexDamaged, match="do not fit"):
        SentenceVectors(tmp_path / "s")


def test_the_files_can_be_read_by_the_safetensors_library(tmp_path: Path) -> None:
    safetensors = pytest.importorskip("safetensors.numpy")
    with (tmp_path / "s").open("wb") as file:
        writer = ArrayWriter(file)
        writer.add("odd", np.arange(5, dtype=np.uint8))
        writer.add("vectors", unit(3))
        writer.add("none", np.zeros((0, 4), dtype=np.float32))
        writer.close()
    read = safetensors.load_file(tmp_path / "s")
    assert np.array_equal(read["vectors"], unit(3))
    assert read["none"].shape == (0, 4)
    assert np.array_equal(Arrays(tmp_path / "s")["odd"], np.arange(5))


def test_an_array_that_is_not_there_is_damage(tmp_path: Path) -> None:
    with (tmp_path / "s").open("wb") as file:
        writer = ArrayWriter(file)
        writer.add("one", unit(1))
        writer.close()
    with pytest.raises(IndexDamaged, match="two"):
        Arrays(tmp_path / "s")["two"]


def test_arrays_that_were_let_go_are_read_again_as_they_are(tmp_path: Path) -> None:
    with (tmp_path / "s").open("wb") as file:
        writer = ArrayWriter(file)
        writer.add("odd", np.arange(5000))
        writer.close()
    arrays = Arrays(tmp_path / "s")
    odd = arrays["odd"]
    arrays.let_go()
    (tmp_path / "s").unlink()
    arrays.let_go()
    assert np.array_equal(odd, np.arange(5000))


def test_letting_go_is_left_out_where_the_system_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (tmp_path / "s").open("wb") as file:
        writer = ArrayWriter(file)
        writer.add("odd", np.arange(5))
        writer.close()
    arrays = Arrays(tmp_path / "s")
    monkeypatch.delattr(mmap, "MADV_DONTNEED")
    arrays.let_go()
    assert np.array_equal(arrays["odd"], np.arange(5))


def test_a_question_in_eight_lets_pages_go_and_all_score_alike(tmp_path: Path) -> None:
    passages = [unit(3, 1), unit(7, 2), unit(1, 3)]
    stored, query = tokens_of(passages, tmp_path), unit(4, 9)
    first = stored.maxsim(query, [0, 1, 2])
    for _ in range(20):
        assert np.array_equal(stored.maxsim(query, [0, 1, 2]), first)
