"""Any sentence-transformers model can be exported, not the bundled one alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from index.encoder import Encoder
from index.projection import TOKEN_DIMENSION

# In a process of its own: nothing else in the tests may come to import torch.
_MAKE_AND_EXPORT = """
import sys
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer, models
from transformers import AutoTokenizer, BertConfig, BertModel

from index.export import export
from index.model import find

torch.manual_seed(0)
folder = Path(sys.argv[1])
tokenizer = AutoTokenizer.from_pretrained(find(None).folder)
config = BertConfig(
    vocab_size=len(tokenizer), hidden_size=192, num_hidden_layers=1, num_attention_heads=4, intermediate_size=256
)
BertModel(config).save_pretrained(folder / "words")
tokenizer.save_pretrained(folder / "words")
words = models.Transformer(str(folder / "words"), max_seq_length=64)
SentenceTransformer(modules=[words, models.Pooling(192, "mean")], device="cpu").save(str(folder / "model"))
export(folder / "model", folder / "exported")
"""


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The export of a small model that nobody has seen, with more dimensions than an index keeps of a token."""
    folder = tmp_path_factory.mktemp("other")
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false"}
    done = subprocess.run(
        [sys.executable, "-c", _MAKE_AND_EXPORT, str(folder)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    return folder / "exported"


def test_a_model_without_a_shipped_basis_gets_one_of_its_own(other: Path) -> None:
    basis = Encoder.open(other).token_basis
    assert basis.shape == (192, TOKEN_DIMENSION)
    assert np.allclose(basis.T @ basis, np.eye(TOKEN_DIMENSION), atol=1e-4)


def test_another_model_gives_vectors_of_its_own_length(other: Path) -> None:
    encoded = Encoder.open(other).encode_tokens(["keep the ankle high"])[0]
    assert encoded.sentence.shape == (192,)
    assert encoded.whole.shape == (4, 192)
    assert encoded.vectors.shape == (4, TOKEN_DIMENSION)
