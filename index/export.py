"""From a sentence-transformers model to an ONNX encoder, once per model; needs torch, so only builds come here.

Pooling and normalisation lie inside the graph, which takes the token ids of one text and gives its sentence vector and
its token vectors. Both precisions are compared with sentence-transformers over sentences of our own before they are
used.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import shutil
import tempfile
import time
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import msgspec
import numpy as np
from numpy.typing import NDArray

from index.difference import unpacked
from index.encoder import BASIS_FILE, CARD_FILE, ENCODER_FORMAT, MODEL_FILE, TOKENIZER_FILE, Encoder, EncoderCard
from index.errors import ModelFault
from index.model import Model, find
from index.projection import shipped_basis, token_basis, write_basis

if TYPE_CHECKING:
    import torch
    from sentence_transformers import SentenceTransformer

Precision = Literal["int8", "fp32"]

EXPORTER = 5
"""Raise when the graph or the quantisation changes, so that cached exports are made anew."""

DEFAULT_PRECISION: Precision = "int8"
"""Measured with `benchmarks/precision.py`; the figures are in docs/index.md, "The encoder"."""

BOUNDS: Mapping[Precision, float] = {"fp32": 0.9999, "int8": 0.98}
"""Smallest cosine with sentence-transformers that a build accepts. Over `SENTENCES` the bundled model reaches 1.0000
and 0.99; a graph with wrong pooling or a lost mask falls far below both."""

SENTENCES = (
    "swelling",
    "ankle",
    "How long does it take?",
    "can i walk on it",
    "my foot hurts when i get up in the morning",
    "Is it all right to keep running with a sore ankle?",
    "Ice wrapped in a thin towel, for up to twenty minutes at a time.",
    "Rest the leg for the first two days, then begin to move it gently.",
    "What is the difference between a strain and a sprain?",
    "The clinic is closed on public holidays.",
    "An apple, two slices of bread and a glass of water.",
    "It was raining hard, so the match was put off until Thursday evening.",
    "Which shoes should I buy for long distances on hard ground?",
    "See a doctor on the same day if you cannot put weight on the leg, or if the bone hurts when it is pressed.",
    "ive hurt me knee playin football an its well swollen what do i do",
    "Opening hours: Monday to Friday 08:00-18:30; Saturday 09:00-12:00.",
    "Vitamin D, calcium and regular exercise all play a part in keeping bones strong as people grow older.",
    "¿Cuánto tiempo tarda en curarse un esguince?",
    "Do not stretch a muscle that is still painful, unless a physiotherapist has shown you how.",
    "Warm up for ten minutes. Start slowly. Add distance before speed. Stop when it hurts. Rest one day in three.",
    "Recovery > Returning to sport: Most people can jog on the flat before they can turn or jump, so the order in "
    "which exercises come back matters more than the number of weeks that have passed since the injury.",
    "A long paragraph is cut by every encoder at some point, and what lies behind that point is not seen at all. " * 14,
)


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export gave: the encoder's card, where it lies, how long it took, and whether it was there already."""

    card: EncoderCard
    folder: Path
    seconds: float
    cached: bool


def export(model: str | Path | Model | None, target: Path, *, precision: Precision = DEFAULT_PRECISION) -> ExportReport:
    """Export a sentence-transformers model (folder, installed package or hub name; None: the bundled one) to `target`.

    Afterwards `Encoder.open(target)` works without torch. Raises ModelFault when the model is not trusted, not
    supported, or when the exported graph agrees with sentence-transformers by less than `BOUNDS`.
    """
    started = time.perf_counter()
    found = model if isinstance(model, Model) else find(model)
    target.mkdir(parents=True, exist_ok=True)
    with quiet():
        loaded = _load(found)
        if found.adapter is not None:
            adapt(loaded, found.adapter)
        _check_supported(found, loaded)
        card = _export(found, loaded, target, precision)
    return ExportReport(card, target, time.perf_counter() - started, cached=False)


def cached_export(model: str | Path | None, cache: Path, *, precision: Precision = DEFAULT_PRECISION) -> ExportReport:
    """Like `export`, into a folder below `cache` that is named after model, precision and exporter; made only once.

    A folder that holds an exported encoder already may be given as `model`; it is used as it is.
    """
    started = time.perf_counter()
    if model is not None and (Path(model) / CARD_FILE).is_file():
        return _existing(Path(model), started)
    found = find(model)
    target = cache / f"{found.weights[:16]}-{precision}-{EXPORTER}"
    if (target / CARD_FILE).is_file():
        return _existing(target, started)
    cache.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=cache, prefix=".export-") as scratch:
        report = export(found, Path(scratch) / "encoder", precision=precision)
        shutil.rmtree(target, ignore_errors=True)
        (Path(scratch) / "encoder").rename(target)
    return ExportReport(report.card, target, time.perf_counter() - started, cached=False)


def _existing(folder: Path, started: float) -> ExportReport:
    card = Encoder.open(folder).card
    return ExportReport(card, folder, time.perf_counter() - started, cached=True)


def _load(model: Model) -> SentenceTransformer:
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise ModelFault(
            model.name, "exporting a model needs torch; install it with `pip install 'footnote[build]'`"
        ) from error
    try:
        return SentenceTransformer(
            str(model.folder),
            device="cpu",
            trust_remote_code=False,
            local_files_only=True,
            model_kwargs={"use_safetensors": True},
        )
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise ModelFault(model.folder, f"sentence-transformers cannot load this model ({reason})") from error


def adapt(loaded: SentenceTransformer, adapter: Path) -> None:
    """Add the difference in a file to the weights of a model in memory."""
    from safetensors.torch import load_file

    kept = load_file(adapter)
    for name, value in parameters(loaded).items():
        if name in kept:
            value.data += unpacked(kept, name, value)


def parameters(loaded: SentenceTransformer) -> dict[str, torch.nn.Parameter]:
    """The weights of the transformer of a model by the names that they have in its file."""
    return {name.split(".", 1)[1]: value for name, value in loaded[0].named_parameters()}


def _check_supported(model: Model, loaded: SentenceTransformer) -> None:
    kinds = [type(module).__name__ for module in loaded]
    if kinds[0] != "Transformer" or "Pooling" not in kinds:
        raise ModelFault(
            model.name,
            f"its modules are {', '.join(kinds)}; supported is a Transformer and Pooling (then Dense, Normalize)",
        )
    if not getattr(loaded.tokenizer, "is_fast", False):
        raise ModelFault(model.name, "has no tokenizer.json; supported are models with a fast tokenizer")


def _export(model: Model, loaded: SentenceTransformer, target: Path, precision: Precision) -> EncoderCard:
    tokenizer = _tokenizer_text(loaded)
    reference = loaded.encode(list(SENTENCES), normalize_embeddings=True, batch_size=1, show_progress_bar=False)
    limit = int(loaded.max_seq_length or loaded.tokenizer.model_max_length)
    cosine: dict[str, float] = {}
    with tempfile.TemporaryDirectory(dir=target) as scratch:
        folders: dict[Precision, Path] = {kind: Path(scratch) / kind for kind in BOUNDS}
        for folder in folders.values():
            folder.mkdir()
            (folder / TOKENIZER_FILE).write_text(tokenizer, encoding="utf-8")
        _write_graph(loaded, folders["fp32"] / MODEL_FILE)
        quantise(folders["fp32"] / MODEL_FILE, folders["int8"] / MODEL_FILE)
        for kind, folder in folders.items():
            optimise(folder / MODEL_FILE)
            draft = _card(model, loaded, folder, kind, limit, {})
            (folder / CARD_FILE).write_bytes(msgspec.json.encode(draft))
        basis = shipped_basis(model.weights)
        if basis is None:
            # What an encoder gives while its basis is being found: whole token vectors.
            write_basis(folders["int8"] / BASIS_FILE, np.eye(loaded.get_embedding_dimension(), dtype=np.float32))
            basis = token_basis(Encoder.open(folders["int8"], parallel=0), _words(loaded))
        for kind, folder in folders.items():
            write_basis(folder / BASIS_FILE, basis)
            cosine[kind] = _smallest_cosine(folder, reference)
            if cosine[kind] < BOUNDS[kind]:
                raise ModelFault(
                    model.name,
                    f"its {kind} export agrees with sentence-transformers by only {cosine[kind]:.4f} "
                    f"(at least {BOUNDS[kind]} is wanted); try --precision fp32 or another model",
                )
        card = _card(model, loaded, folders[precision], precision, limit, cosine)
        for name in (MODEL_FILE, TOKENIZER_FILE, BASIS_FILE):
            (folders[precision] / name).replace(target / name)
    (target / CARD_FILE).write_bytes(msgspec.json.format(msgspec.json.encode(card)) + b"\n")
    return card


def _card(
    model: Model, loaded: SentenceTransformer, folder: Path, precision: str, limit: int, cosine: dict[str, float]
) -> EncoderCard:
    digest = hashlib.sha256(f"{limit}\n".encode())
    for name in (MODEL_FILE, TOKENIZER_FILE, BASIS_FILE):
        if not (folder / name).exists():
            continue  # The basis is found with the encoder itself, before it has its last name.
        digest.update(hashlib.sha256((folder / name).read_bytes()).digest())
    pooling = next(module for module in loaded if type(module).__name__ == "Pooling")
    return EncoderCard(
        format=ENCODER_FORMAT,
        model=model.name,
        fingerprint=digest.hexdigest()[:16],
        dimension=int(loaded.get_embedding_dimension()),
        max_tokens=limit,
        precision=precision,
        pooling=str(pooling.get_config_dict().get("pooling_mode", "unknown")),
        weights=model.weights,
        exporter=EXPORTER,
        cosine=cosine,
    )


def _tokenizer_text(loaded: SentenceTransformer) -> str:
    backend = loaded.tokenizer.backend_tokenizer
    backend.no_padding()
    backend.no_truncation()
    return str(backend.to_str())


def _write_graph(loaded: SentenceTransformer, path: Path) -> None:
    import torch

    class Graph(torch.nn.Module):  # type: ignore[misc, unused-ignore]
        """The model's own modules in a row, then vectors of length 1."""

        def __init__(self) -> None:
            super().__init__()
            self.steps = torch.nn.ModuleList(list(loaded))

        def forward(self, input_ids: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            # No mask: one text has no padding, and a third of the graph would only compute that.
            features = self.steps[0]({"input_ids": input_ids})
            features["attention_mask"] = torch.ones_like(input_ids)
            for step in self.steps[1:]:
                features = step(features)
            sentence = torch.nn.functional.normalize(features["sentence_embedding"][0], dim=0)
            return sentence, torch.nn.functional.normalize(features["token_embeddings"][0], dim=1)

    example = torch.tensor([loaded.tokenizer("a text of a few words, to trace the graph with")["input_ids"]])
    torch.onnx.export(
        Graph().eval(),
        (example,),
        str(path),
        input_names=["input_ids"],
        output_names=["sentence", "tokens"],
        dynamic_axes={"input_ids": {1: "length"}, "tokens": {0: "length"}},
        opset_version=17,
        dynamo=False,
    )


def quantise(source: Path, target: Path) -> None:
    """Write a graph with the weights of its linear maps in int8."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    # A scale for each column of the weights: 0.99 cosine where one for each matrix gives 0.96. Seven bits instead of
    # eight, because processors without VNNI instructions add pairs of products in 16 bits and would overflow silently.
    quantize_dynamic(str(source), str(target), weight_type=QuantType.QInt8, per_channel=True, reduce_range=True)


def optimise(path: Path) -> None:
    """Let onnxruntime fuse what it can now and not at every start, which takes a third of the time to open it."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    # "Extended" fusions hold on every processor; those beyond are made for the one at hand.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(path.with_suffix(".optimised"))
    onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    path.with_suffix(".optimised").replace(path)


def _words(loaded: SentenceTransformer) -> list[str]:
    tokenizer = loaded.tokenizer
    pieces = tokenizer.batch_decode([[number] for number in range(len(tokenizer))])
    return [piece.strip() for piece in pieces if len(piece.strip()) > 2 and piece.strip().isalpha()]


def _smallest_cosine(folder: Path, reference: NDArray[np.float32]) -> float:
    vectors = Encoder.open(folder).encode(SENTENCES)
    return round(float((vectors * reference).sum(axis=1).min()), 6)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the libraries' progress bars, hints and deprecation notes out of the user's terminal."""
    names = ("transformers", "sentence_transformers", "onnxruntime", "torch.onnx", "root")
    levels = {name: logging.getLogger(name).level for name in names}
    bars = os.environ.get("TQDM_DISABLE")
    os.environ["TQDM_DISABLE"] = "1"
    try:
        for name in names:
            logging.getLogger(name).setLevel(logging.ERROR)
        with warnings.catch_warnings(), open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):  # noqa: PTH123
            warnings.simplefilter("ignore")
            yield
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
        if bars is None:
            del os.environ["TQDM_DISABLE"]
        else:
            os.environ["TQDM_DISABLE"] = bars
