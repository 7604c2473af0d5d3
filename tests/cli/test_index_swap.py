"""Generations exchanged under a real server with two workers; `python -m benchmarks.swap` is the long version."""

from __future__ import annotations

from pathlib import Path

from benchmarks.swap import edition, swap
from bot.understanding.lexicon import LexiconAttachment


def test_every_edition_says_the_same_at_other_places() -> None:
    one, other = edition(1)[0], edition(2)[0]
    assert one.id == other.id
    assert one.version != other.version


def test_requests_go_on_and_cite_their_own_generation_while_generations_are_exchanged(
    bundled_encoder: Path, tmp_path: Path
) -> None:
    seen = swap(tmp_path / "index", swaps=4, requests=80, model=bundled_encoder, attachments=(LexiconAttachment(),))
    assert seen["faults"] == []
    assert seen["generations_that_answered"] >= 5
    assert seen["citations_checked"] > 0
