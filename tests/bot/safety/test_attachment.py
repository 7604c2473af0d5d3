"""The graph of the adapted encoder is made once and kept for the next index."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import cast

import pytest

from bot.safety import adaptation
from bot.safety.attachment import ADAPTER, attachments, cached_graph
from bot.safety.classifier import GRAPH, TOKENIZER
from index.generation import Generation
from index.model import BUNDLED, PINNED


def test_the_graph_is_made_of_the_shipped_adapter_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[bytes] = []

    def graph(adapter: bytes) -> bytes:
        made.append(adapter)
        return b"graph"

    monkeypatch.setattr(adaptation, "graph", graph)
    cache = tmp_path / "not" / "there"
    assert [cached_graph(cache), cached_graph(cache)] == [b"graph", b"graph"]
    assert made == [ADAPTER.read_bytes()]


def test_a_graph_that_cannot_be_made_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def graph(adapter: bytes) -> bytes:
        raise OSError("no space")

    monkeypatch.setattr(adaptation, "graph", graph)
    with pytest.raises(OSError, match="no space"):
        cached_graph(tmp_path)
    assert list(tmp_path.iterdir()) == []


def keys(tmp_path: Path) -> dict[str, str]:
    nothing = cast(Generation, None)  # what is shipped is the same for every index
    return {attachment.name: attachment.key(nothing) for attachment in attachments(tmp_path)}


def test_a_graph_of_an_older_exporter_is_not_taken_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = keys(tmp_path)
    monkeypatch.setattr("index.export.EXPORTER", 1000)
    assert {name for name, key in keys(tmp_path).items() if key != before[name]} == {GRAPH}


def test_a_tokenizer_is_known_by_its_own_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = keys(tmp_path)
    assert hashlib.sha256(adaptation.tokenizer()).hexdigest().startswith(before[TOKENIZER])
    monkeypatch.setitem(PINNED[BUNDLED], "tokenizer.json", "0" * 64)
    assert {name for name, key in keys(tmp_path).items() if key != before[name]} == {TOKENIZER}
