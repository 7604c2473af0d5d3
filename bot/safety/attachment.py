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
    """One file of the second layer, made anew only when what is shipped changes."""

    name: str
    source: Path
    made: Callable[[], bytes]

    def key(self, generation: Generation) -> str:
        """The hash of what it is made from."""
        return hashlib.sha256(self.source.read_bytes()).hexdigest()

    def make(self, generation: Generation) -> bytes:
        """The bytes of the file."""
        return self.made()


def attachments(cache: Path) -> tuple[SafetyAttachment, ...]:
    """The three files; the graph, which takes some seconds to make, is kept in `cache` for the next index."""
    return (
        SafetyAttachment(NAME, SHIPPED, SHIPPED.read_bytes),
        SafetyAttachment(GRAPH, ADAPTER, lambda: cached_graph(cache)),
        SafetyAttachment(TOKENIZER, ADAPTER, _tokenizer),
    )


def cached_graph(cache: Path) -> bytes:
    """The graph of the shipped adapter: from `cache`, or made and put there. Raises ModelFault as an export does."""
    from index.export import EXPORTER

    adapter = ADAPTER.read_bytes()
    kept = cache / f"safety-{hashlib.sha256(adapter).hexdigest()[:16]}-{EXPORTER}.onnx"
    if kept.is_file():
        return kept.read_bytes()
    from bot.safety import adaptation

    graph = adaptation.graph(adapter)
    cache.mkdir(parents=True, exist_ok=True)
    draft = kept.with_suffix(".draft")
    draft.write_bytes(graph)
    draft.replace(kept)
    return graph


def _tokenizer() -> bytes:
    from bot.safety import adaptation

    return adaptation.tokenizer()
