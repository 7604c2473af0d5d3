"""The graph of the adapted encoder is made once and kept for the next index."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.safety import adaptation
from bot.safety.attachment import ADAPTER, cached_graph


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
