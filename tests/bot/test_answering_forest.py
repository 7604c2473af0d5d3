"""The forest says what its trees say, packed or not, and never more than it may."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.answering import features
from bot.answering.forest import Forest, PackedForest, opened
from bot.answering.model import LINEAR_SHARE, shipped

# Two trees: the first says .25 up to 0.5 of `a` and 1 above; the second is a single leaf of .5.
FOREST = Forest(
    ("a", "b"),
    np.array([0, 3], np.int32),
    np.array([0, -1, -1, -1], np.int16),
    np.array([0.5, 0, 0, 0], np.float32),
    np.array([2, 0, 0, 0], np.int32),
    np.array([0.6, 0.25, 1.0, 0.5], np.float32),
)


@pytest.mark.parametrize(("a", "share"), [(0.0, 0.375), (0.5, 0.375), (0.51, 0.75)])
def test_the_share_is_the_mean_of_the_leaves_reached(a: float, share: float) -> None:
    assert FOREST.share(np.array([a, 9.0], np.float32)) == pytest.approx(share)


def test_features_are_found_by_their_name_in_any_order() -> None:
    assert FOREST.score(("c", "b", "a"), (7.0, 9.0, 0.51)) == pytest.approx(math.log(0.75 / 0.25))


def test_a_feature_that_is_missing_is_no_zero() -> None:
    with pytest.raises(KeyError, match="a"):
        FOREST.score(("b",), (1.0,))


def test_a_packed_forest_says_what_it_said_before() -> None:
    packed = msgspec.json.decode(msgspec.json.encode(FOREST.packed()), type=PackedForest)
    assert opened(packed).share(np.array([0.0, 0.0], np.float32)) == pytest.approx(0.375)


@given(st.lists(st.floats(-100, 100), min_size=len(features.ANSWERING), max_size=len(features.ANSWERING)))
def test_the_shipped_forest_is_never_quite_sure(values: list[float]) -> None:
    weights = shipped()
    assert weights.forest is not None
    score = opened(weights.forest).score(features.ANSWERING, values)
    assert abs(score) <= math.log(999) + 1e-6
    linear = weights.answering.score(features.ANSWERING, values)
    assert weights.score(features.ANSWERING, values) == pytest.approx(score + LINEAR_SHARE * linear)


def test_the_shipped_forest_knows_every_feature_by_its_name() -> None:
    forest = shipped().forest
    assert forest is not None
    assert forest.names == features.ANSWERING


def test_a_search_without_an_encoder_has_no_forest() -> None:
    weights = shipped(wordless=True)
    values = [0.5] * len(features.ANSWERING)
    assert weights.forest is None
    assert weights.score(features.ANSWERING, values) == weights.answering.score(features.ANSWERING, values)
