"""What the second layer sees of a text beside its meaning."""

from __future__ import annotations

import numpy as np
import pytest

from bot.safety import rulebook
from bot.safety.features import COLUMNS, columns
from bot.safety.reading import Reader

READER = Reader(rulebook.load())


@pytest.mark.parametrize("text", ["", "!!!", "a", "my foot is numb"])
def test_any_text_has_features_even_one_without_a_word(text: str) -> None:
    places, values = columns(READER.read(text), "none", None)
    assert len(places) == len(values) > 0
    assert places.max() < COLUMNS
    assert np.isfinite(values).all()
