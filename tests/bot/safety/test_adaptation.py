"""What is shipped of the adapted encoder: differences in four bits, and slips of the keyboard while it learns."""

from __future__ import annotations

import random
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from bot.safety.adaptation import slip

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


def test_a_difference_in_four_bits_is_off_by_half_a_step_at_most() -> None:
    # In a process of its own, so that no test shares a process with torch.
    done = subprocess.run([sys.executable, "-c", _PACK], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@given(st.text(max_size=200), st.integers(0, 1000))
def test_slips_keep_the_number_of_words_and_are_the_same_for_the_same_chance(text: str, seed: int) -> None:
    slipped = slip(text, random.Random(seed))
    assert slipped == slip(text, random.Random(seed))
    assert slipped.count(" ") == text.count(" ")
