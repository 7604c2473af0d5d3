"""How the second layer is trained: thresholds by authors that nothing has read, what is shipped by all of them.

The encoder is a toy here: what the real one learns is tested in `test_adaptation.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import numpy as np
import pytest
from numpy.typing import NDArray

from bot.safety import adaptation
from bot.safety.exemplars import Exemplar, fingerprint
from bot.safety.meaning import Meaning, MeaningFile
from bot.safety.rulebook import LEVELS, Level
from bot.safety.training import JUDGES, RUNS, named, train

_SAYS: dict[Level, str] = {
    "none": "which socks suit", "assessment": "a nag in", "urgent": "a glum", "crisis": "wobbly about",
    "emergency": "it went bananas in",
}  # fmt: skip
_PARTS = ("heel", "hip", "knee", "toe", "shin")
EXAMPLES = [
    Exemplar(f"{says} my {part}, {author}", tier, author=author)
    for author in ("aurora", JUDGES[0])
    for tier, says in _SAYS.items()
    for part in _PARTS
]
JUDGED = [one.text for one in EXAMPLES if one.author in JUDGES]
SEEN = [one.text for one in EXAMPLES if one.author not in JUDGES]


class Encoder:
    """Stands in for the adapted encoder, and notes what it has learnt from and what it was asked."""

    def __init__(self) -> None:
        self.learnt: list[list[str]] = []
        self.asked: list[tuple[bytes, list[str]]] = []

    def adapt(self, examples: Sequence[Exemplar], say: adaptation.Progress = print, seed: int = 0) -> bytes:
        self.learnt.append([one.text for one in examples])
        return f"run {seed} on {len(examples)}".encode()

    def mean(self, adapters: Sequence[bytes]) -> bytes:
        return b", ".join(adapters)

    def tiers(self, adapter: bytes, texts: Sequence[str]) -> NDArray[np.float32]:
        self.asked.append((adapter, list(texts)))
        rows = np.full((len(texts), len(LEVELS)), -3.0, np.float32)
        for row, text in zip(rows, texts, strict=True):
            row[[LEVELS.index(tier) for tier, says in _SAYS.items() if text.startswith(says)]] = -0.2
        return rows


@pytest.fixture
def encoder(monkeypatch: pytest.MonkeyPatch) -> Encoder:
    toy = Encoder()
    monkeypatch.setattr(adaptation, "adapt", toy.adapt)
    monkeypatch.setattr(adaptation, "mean", toy.mean)
    monkeypatch.setattr(adaptation, "tiers", toy.tiers)
    return toy


def _silent(line: str) -> None: ...


def _runs(learnt: Sequence[object]) -> bytes:
    """What the toy makes of all runs over so many exemplars."""
    return b", ".join(f"run {seed} on {len(learnt)}".encode() for seed in range(RUNS))


def test_the_authors_who_judge_are_unknown_to_the_encoder_that_they_judge(encoder: Encoder) -> None:
    train(EXAMPLES, say=_silent)
    assert encoder.asked == [(_runs(SEEN), JUDGED)]
    assert encoder.learnt[0] == SEEN


def test_what_is_shipped_has_learnt_from_all_authors(encoder: Encoder) -> None:
    trained = train(EXAMPLES, say=_silent)
    assert encoder.learnt[-1] == [one.text for one in EXAMPLES]
    assert trained.adapter == _runs(EXAMPLES)


def test_an_adapter_that_is_given_is_kept_and_only_the_rest_is_trained_anew(encoder: Encoder) -> None:
    trained = train(EXAMPLES, b"given", say=_silent)
    assert trained.adapter == b"given"
    assert encoder.learnt == [SEEN] * RUNS


def test_what_is_trained_names_what_it_was_trained_from(encoder: Encoder) -> None:
    trained = train(EXAMPLES, b"given", say=_silent)
    Meaning.read(trained.meaning)
    file = msgspec.json.decode(trained.meaning, type=MeaningFile)
    assert file.exemplars == fingerprint(EXAMPLES)
    assert file.adapter == named(b"given")


def test_training_says_how_many_exemplars_each_half_learns_from(encoder: Encoder) -> None:
    told: list[str] = []
    train(EXAMPLES, b"given", say=told.append)
    assert told == [f"without the held-out authors: {len(SEEN)} exemplars", f"with all: {len(EXAMPLES)} exemplars"]
