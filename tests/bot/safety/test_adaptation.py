"""What is shipped of the adapted encoder: differences in four bits, slips of the keyboard while it learns, a graph.

The bundled encoder learns from twenty exemplars here, which it can tell apart after a few rounds. All that needs torch
runs in a process of its own, so that no test shares a process with torch.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from coverage import Coverage
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from bot.safety import adaptation
from bot.safety.adaptation import slip
from bot.safety.classifier import Classifier
from bot.safety.exemplars import Exemplar
from bot.safety.rulebook import LEVELS

ROOT = Path(__file__).resolve().parents[3]

_PACK = """
import torch
from bot.safety.adaptation import packed, unpacked
torch.manual_seed(0)
before = {"encoder.a": torch.randn(8, 128), "head.b": torch.randn(3)}
after = {name: value + 0.01 * torch.randn(value.shape) for name, value in before.items()}
kept = packed(before, after)
assert kept["encoder.a"].numel() == 8 * 128 // 2
for name, value in after.items():
    missed = (before[name] + unpacked(kept, name, value) - value).abs().max()
    assert missed < 0.004, (name, float(missed))
"""

_LEARN = """
import json, sys
from pathlib import Path
from bot.safety.adaptation import adapt, graph, mean, tiers
from bot.safety.exemplars import Exemplar
folder = Path(sys.argv[1])
examples = [Exemplar(text, tier) for tier, text in json.loads(sys.argv[2])]
told = []
adapter = adapt(examples, rounds=8, say=told.append, halves=False)
(folder / "adapter").write_bytes(adapter)
(folder / "graph").write_bytes(graph(adapter))
heard = tiers(adapter, json.loads(sys.argv[3]))
little = adapt(examples, rounds=1, say=[].append, halves=False, seed=1)
middle = tiers(mean([adapter, little]), json.loads(sys.argv[3]))
said = {"told": told, "heard": heard.tolist(), "middle": middle.tolist()}
(folder / "said.json").write_text(json.dumps(said))
"""

_HALVED = """
from bot.safety.adaptation import adapt
from bot.safety.exemplars import Exemplar
examples = [Exemplar("which socks suit", "none"), Exemplar("bone sticks out of the shin", "emergency")]
told = []
adapt(examples, rounds=4, say=told.append, halves=True)
losses = [float(line.partition("loss ")[2]) for line in told]
assert losses[-1] < losses[0], losses
"""

_SAYS = ("which socks suit", "a nagging", "can not stand on", "i want to die on", "bone sticks out of")
EXAMPLES = [
    (tier, f"{says} the {part}")
    for tier, says in zip(LEVELS, _SAYS, strict=True)
    for part in "heel ankle toe knee".split()
]
NEW = [f"{says} the shin" for says in _SAYS]


@dataclass(frozen=True)
class Learnt:
    """What the tiny training left behind: what it told, its adapter, the graph, and what it says of new texts; `middle`
    is what the mean of it and of a run of one round says of them."""

    told: list[str]
    adapter: bytes
    graph: bytes
    heard: NDArray[np.float32]
    middle: NDArray[np.float32]


@pytest.fixture(scope="module")
def learnt(tmp_path_factory: pytest.TempPathFactory) -> Learnt:
    folder = tmp_path_factory.mktemp("learnt")
    _apart(_LEARN, str(folder), json.dumps(EXAMPLES), json.dumps(NEW))
    said = json.loads((folder / "said.json").read_text())
    heard, middle = np.asarray(said["heard"], np.float32), np.asarray(said["middle"], np.float32)
    return Learnt(said["told"], (folder / "adapter").read_bytes(), (folder / "graph").read_bytes(), heard, middle)


def _apart(program: str, *arguments: str) -> None:
    """Run a program in a process of its own, on one core; its branches count where those of this process do."""
    environment = {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "OMP_NUM_THREADS": "1"}
    measured = Coverage.current()
    if measured is not None:
        kept = f"{Path(measured.config.data_file).resolve()}.apart-{uuid.uuid4().hex}"
        environment |= {"COVERAGE_PROCESS_START": str(ROOT / "pyproject.toml"), "COVERAGE_FILE": kept}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], capture_output=True, text=True, cwd=ROOT, env=environment
    )
    assert done.returncode == 0, done.stderr


def test_a_difference_in_four_bits_is_off_by_half_a_step_at_most() -> None:
    _apart(_PACK)


def test_the_loss_of_each_round_is_told_and_falls(learnt: Learnt) -> None:
    losses = [float(line.partition("loss ")[2]) for line in learnt.told]
    assert [line.partition(":")[0] for line in learnt.told] == [f"round {n} of 8" for n in range(1, 9)]
    assert losses[-1] < losses[0] - 0.2


def test_an_encoder_in_halves_learns_as_well() -> None:
    _apart(_HALVED)


def test_what_was_learnt_from_a_few_exemplars_tells_new_texts_apart(learnt: Learnt) -> None:
    assert [LEVELS[row.argmax()] for row in learnt.heard] == list(LEVELS)


def test_the_adapted_encoder_gives_logarithms_of_shares(learnt: Learnt) -> None:
    assert np.exp(learnt.heard).sum(axis=1) == pytest.approx(1.0, abs=1e-4)


def test_the_mean_of_two_runs_lies_between_them(learnt: Learnt) -> None:
    sure, unsure = np.exp(learnt.heard).max(axis=1), np.exp(learnt.middle).max(axis=1)
    assert (unsure > 1 / len(LEVELS)).all()
    assert (unsure < sure).all()


def test_the_graph_in_int8_says_what_the_encoder_says_in_full(learnt: Learnt) -> None:
    said = Classifier.open(learnt.graph, adaptation.tokenizer()).tiers(NEW)
    assert np.abs(np.exp(said) - np.exp(learnt.heard)).max() < 0.1


def test_an_adapter_takes_little_more_than_four_bits_for_each_number_of_the_layers(learnt: Learnt) -> None:
    numbers = 6 * 12 * 384 * 384  # six layers of twelve squares: four of the attention, eight of what follows it
    assert numbers * 0.5 < len(learnt.adapter) < numbers * 0.6


@given(st.text(max_size=200), st.integers(0, 1000))
def test_slips_keep_the_number_of_words_and_are_the_same_for_the_same_chance(text: str, seed: int) -> None:
    slipped = slip(text, random.Random(seed))
    assert slipped == slip(text, random.Random(seed))
    assert slipped.count(" ") == text.count(" ")


def test_what_stands_beside_a_danger_is_one_short_harmless_question() -> None:
    told = [
        Exemplar("Which socks for long runs?", "none"),
        Exemplar("Only joking. Which socks?", "none"),
        Exemplar("Which socks are best", "none"),
        Exemplar("Why can't I feel my foot?", "emergency"),
        Exemplar(f"Is it {'very ' * 20}far?", "none"),
    ]
    assert adaptation.harmless(told) == ["Which socks for long runs?"]


@pytest.mark.parametrize(
    ("text", "first", "whole"),
    [
        ("my foot is numb", False, "my foot is numb. Which socks?"),
        ("My foot is numb!", False, "My foot is numb! Which socks?"),
        ("my foot is numb", True, "Which socks? my foot is numb"),
    ],
)
def test_a_question_beside_a_danger_is_a_sentence_of_its_own(text: str, first: bool, whole: str) -> None:
    assert adaptation.beside(text, "Which socks?", first=first) == whole
