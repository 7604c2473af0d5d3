"""A tiny encoder (a real ONNX graph of 16 numbers a letter, made on the spot) and a few small articles."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import msgspec
import numpy as np
import pytest

from corpus.article import Article, Block, Section, Span
from index.builder import BuildReport, build
from index.encoder import BASIS_FILE, CARD_FILE, ENCODER_FORMAT, MODEL_FILE, TOKENIZER_FILE, EncoderCard
from index.projection import write_basis

MakeArticle = Callable[..., Article]
Build = Callable[..., BuildReport]


@pytest.fixture(scope="session")
def encoder_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of an exported encoder that knows letters only."""
    folder = tmp_path_factory.mktemp("encoder")
    vocabulary = ["[UNK]", "[CLS]", "[SEP]", *"abcdefghijklmnopqrstuvwxyz0123456789.,:;!?>'-"]
    vocabulary += [f"##{letter}" for letter in "abcdefghijklmnopqrstuvwxyz0123456789"]
    _write_tokenizer(folder / TOKENIZER_FILE, vocabulary)
    _write_graph(folder / MODEL_FILE, len(vocabulary))
    write_basis(folder / BASIS_FILE, np.eye(16, dtype=np.float32))
    card = EncoderCard(
        format=ENCODER_FORMAT,
        model="letters",
        fingerprint=hashlib.sha256((folder / MODEL_FILE).read_bytes()).hexdigest()[:16],
        dimension=16,
        max_tokens=400,
        precision="fp32",
        pooling="mean",
        weights="none",
        exporter=0,
        cosine={"fp32": 1.0},
    )
    (folder / CARD_FILE).write_bytes(msgspec.json.encode(card))
    return folder


def _write_tokenizer(path: Path, vocabulary: list[str]) -> None:
    from tokenizers import Tokenizer, normalizers, pre_tokenizers, processors
    from tokenizers.models import WordPiece

    tokenizer = Tokenizer(WordPiece({token: i for i, token in enumerate(vocabulary)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.post_processor = processors.TemplateProcessing(
        "[CLS] $0 [SEP]", special_tokens=[("[CLS]", 1), ("[SEP]", 2)]
    )
    path.write_text(tokenizer.to_str(), encoding="utf-8")


def _write_graph(path: Path, size: int) -> None:
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    table = np.random.default_rng(7).normal(size=(size, 16)).astype(np.float32)
    nodes = [
        helper.make_node("Gather", ["table", "input_ids"], ["embedded"]),
        helper.make_node("Squeeze", ["embedded", "axis0"], ["flat"]),
        helper.make_node("LpNormalization", ["flat"], ["tokens"], axis=1, p=2),
        helper.make_node("ReduceMean", ["tokens"], ["mean"], axes=[0], keepdims=0),
        helper.make_node("LpNormalization", ["mean"], ["sentence"], axis=0, p=2),
    ]
    graph = helper.make_graph(
        nodes,
        "letters",
        [helper.make_tensor_value_info("input_ids", TensorProto.INT64, [1, "n"])],
        [
            helper.make_tensor_value_info("sentence", TensorProto.FLOAT, [16]),
            helper.make_tensor_value_info("tokens", TensorProto.FLOAT, ["n", 16]),
        ],
        [numpy_helper.from_array(table, "table"), numpy_helper.from_array(np.array([0]), "axis0")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), str(path))


@pytest.fixture(scope="session")
def make_article() -> MakeArticle:
    """Makes an article with a section for each heading: `make_article("id", "Title", {"Heading": ["text", ...]})`."""

    def make(article_id: str, title: str, sections: dict[str, list[str]]) -> Article:
        text = title
        made: list[Section] = []
        for heading, paragraphs in sections.items():
            blocks: list[Block] = []
            span = None
            if heading:
                span = Span(len(text) + 2, len(text) + 2 + len(heading))
                text += f"\n\n{heading}"
            for paragraph in paragraphs:
                start = len(text) + 2
                text += f"\n\n{paragraph}"
                blocks.append(Block("paragraph", Span(start, len(text))))
            made.append(Section((heading,) if heading else (), span, tuple(blocks)))
        return Article(article_id, title, text, tuple(made), origin=f"{article_id}.md")

    return make


@pytest.fixture(scope="session")
def articles(make_article: MakeArticle) -> list[Article]:
    """Three articles about a garden, 6 passages."""
    return [
        make_article(
            "watering",
            "Watering a garden",
            {
                "": ["Water in the morning. Leaves that stay wet over night fall ill."],
                "How much": ["A bed needs ten litres for each square metre, once a week.", "Sand needs more."],
            },
        ),
        make_article(
            "compost",
            "Making compost",
            {
                "What goes in": ["Peelings, leaves and grass. No meat, no bones."],
                "How long it takes": ["Compost is ready after nine months. Turn it twice."],
            },
        ),
        make_article("tools", "Tools for a garden", {"Spade": ["Clean it after use. Oil the handle once a year."]}),
    ]


@pytest.fixture
def build_index(tmp_path: Path, encoder_folder: Path, articles: list[Article]) -> Build:
    """Builds an index in a fresh folder with the tiny encoder."""

    def run(chosen: list[Article] | None = None, folder: Path | None = None, **rest: object) -> BuildReport:
        options = {"model": encoder_folder, **rest}
        return build(articles if chosen is None else chosen, folder or tmp_path / "index", **options)  # type: ignore[arg-type]

    return run
