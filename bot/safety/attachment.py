"""What the second layer keeps in a generation: its weights, the graph of the adapted encoder, and the tokenizer.

They are the same for every index, whatever encoder finds the passages: what the screen makes of a message must not
depend on the site it runs on.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.safety.classifier import GRAPH, TOKENIZER
from bot.safety.meaning import NAME, SHIPPED

if TYPE_CHECKING:
    from index.generation import Generation

ADAPTER = Path(__file__).with_name("adapter.safetensors")


@dataclass(frozen=True, slots=True)
class SafetyAttachment:
    """One file of the second layer, made anew only when what is shipped, or what makes it, changes."""

    name: str
    source: Callable[[], str]
    made: Callable[[], bytes]

    def key(self, generation: Generation) -> str:
        """The hash of what it is made from, and the version of what makes it."""
        return self.source()

    def make(self, generation: Generation) -> bytes:
        """The bytes of the file."""
        return self.made()


def attachments(cache: Path) -> tuple[SafetyAttachment, ...]:
    """The three files; the graph, which takes some seconds to make, is kept in `cache` for the next index."""
    return (
        SafetyAttachment(NAME, lambda: _hash(SHIPPED.read_bytes()), SHIPPED.read_bytes),
        SafetyAttachment(GRAPH, lambda: _graph_key(ADAPTER.read_bytes()), lambda: cached_graph(cache)),
        SafetyAttachment(TOKENIZER, _tokenizer_key, _tokenizer),
    )


def cached_graph(cache: Path) -> bytes:
    """The graph of the shipped adapter: from `cache`, or made and put there. Raises ModelFault as an export does."""
    adapter = ADAPTER.read_bytes()
    kept = cache / f"safety-{_graph_key(adapter)}.onnx"
    if kept.is_file():
        return kept.read_bytes()
    from bot.safety import adaptation

    graph = adaptation.graph(adapter)
    cache.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(".draft")
    draft.write_bytes(graph)
    draft.replace(kept)
    return graph


def _graph_key(adapter: bytes) -> str:
    from index.export import EXPORTER

    return f"{_hash(adapter)}-{EXPORTER}"


def _tokenizer() -> bytes:
    from bot.safety import adaptation

    return adaptation.tokenizer()


def _tokenizer_key() -> str:
    from index.model import BUNDLED, PINNED

    # The pinned hash, which the file must have to be used at all: what is taken over needs no model on this machine.
    return PINNED[BUNDLED]["tokenizer.json"][:16]


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:16]
