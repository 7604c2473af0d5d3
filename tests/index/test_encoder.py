from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.encoder import Encoder
from index.errors import IndexDamaged, ModelFault, OtherFormat
from index.importance import Importance
from index.model import ADAPTERS, BUNDLED, PINNED, find
from index.projection import shipped_basis


@pytest.fixture(scope="module")
def encoder(encoder_folder: Path) -> Encoder:
    return Encoder.open(encoder_folder)


def test_every_text_gets_a_vector_of_length_one_in_order(encoder: Encoder) -> None:
    texts = ["ice", "a much longer text about ice", "rest"]
    vectors = encoder.encode(texts)
    assert vectors.shape == (3, 16)
    assert vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert all(np.array_equal(vectors[i], encoder.encode([text])[0]) for i, text in enumerate(texts))


def test_working_on_several_texts_at_once_changes_nothing(encoder: Encoder, encoder_folder: Path) -> None:
    texts = [f"text number {number} " * (number % 7) for number in range(50)]
    assert np.array_equal(Encoder.open(encoder_folder, parallel=4).encode(texts), encoder.encode(texts))


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_a_text_without_tokens_is_a_zero_vector(text: str, encoder: Encoder) -> None:
    assert not encoder.encode([text]).any()
    encoded = encoder.encode_tokens([text])[0]
    assert not encoded.sentence.any()
    assert (encoded.vectors.shape, encoded.token_ids.shape, encoded.spans) == ((0, 16), (0,), ())
    assert encoded.whole.shape == (0, 16)


def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 16)
    assert encoder.encode_tokens([]) == []


def test_token_vectors_know_the_characters_they_stand_for(encoder: Encoder) -> None:
    text = "Icé it, twice"
    encoded = encoder.encode_tokens([text])[0]
    assert "".join(text[start:end] for start, end in encoded.spans) == "Icéit,twice"
    assert len(encoded.token_ids) == len(encoded.vectors) == len(encoded.spans)
    assert np.allclose(np.linalg.norm(encoded.vectors, axis=1), 1, atol=1e-5)


def test_both_ways_of_encoding_give_the_same_sentence_vector(encoder: Encoder) -> None:
    assert np.array_equal(encoder.encode_tokens(["keep it dry"])[0].sentence, encoder.encode(["keep it dry"])[0])


def test_a_long_text_is_cut(encoder: Encoder) -> None:
    assert len(encoder.encode_tokens(["a " * 5000])[0].token_ids) < encoder.card.max_tokens
    assert np.array_equal(encoder.encode(["a " * 5000]), encoder.encode(["a " * 4000]))


@pytest.mark.parametrize("text", ["\x00", "🙂" * 50, "a\u202eb", "x" * 100_000])
def test_strange_text_is_encoded_without_fuss(text: str, encoder: Encoder) -> None:
    assert np.isfinite(encoder.encode([text])).all()


@pytest.mark.parametrize("name", ["model.onnx", "tokenizer.json", "encoder.json"])
@pytest.mark.parametrize("data", [b"", b"{}", b"nonsense"])
def test_a_broken_file_is_damage(name: str, data: bytes, encoder_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    shutil.copytree(encoder_folder, folder)
    (folder / name).write_bytes(data)
    with pytest.raises(IndexDamaged, match=name):
        Encoder.open(folder)


def test_a_card_of_another_format_is_refused(encoder_folder: Path, tmp_path: Path) -> None:
    folder = tmp_path / "encoder"
    shutil.copytree(encoder_folder, folder)
    (folder / "encoder.json").write_text('{"format": 99}')
    with pytest.raises(OtherFormat):
        Encoder.open(folder)


def test_opening_and_encoding_imports_neither_torch_nor_transformers(encoder_folder: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from index.encoder import Encoder;"
        "Encoder.open(Path(sys.argv[1])).encode(['x']);"
        "print({'torch','transformers','sentence_transformers','pydantic','fastapi','onnx'} & set(sys.modules))"
    )
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", program, str(encoder_folder)], capture_output=True, text=True, cwd=root, check=True
    )
    assert done.stdout.strip() == "set()"


def test_a_model_that_is_nowhere_is_one_clear_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(ModelFault, match="no such folder") as raised:
        find("nobody/no-such-model")
    assert "\n" not in str(raised.value)


def test_a_package_without_a_model_is_refused() -> None:
    with pytest.raises(ModelFault, match="no sentence-transformers model"):
        find("pytest")


def test_weights_in_pickle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"anything")
    (tmp_path / "modules.json").write_text("[]")
    with pytest.raises(ModelFault, match="safetensors"):
        find(tmp_path)


def test_a_bundled_model_with_another_hash_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PINNED, BUNDLED, {"model.safetensors": "0" * 64})
    with pytest.raises(ModelFault, match="sha256"):
        find()


def test_the_bundled_model_is_the_one_that_was_published() -> None:
    assert (find().folder / "model.safetensors").is_file()


def test_basis_and_importance_fit_the_adapted_weights() -> None:
    model = find()
    assert model.adapter == ADAPTERS[BUNDLED]
    assert shipped_basis(model.weights) is not None
    assert Importance.of(model.weights).score(np.ones((1, 384), dtype=np.float32)) < 1.0
