"""Numbers with their meaning: a number alone says nothing, the words beside it do."""

from __future__ import annotations

import pytest

from bot.safety.number import tags
from bot.safety.text import read


def _tags(message: str) -> set[str]:
    return {tag for tag, _, _ in tags(read(message, {}, {}))}


def test_an_age_may_end_the_message() -> None:
    assert "#age_child" in _tags("my daughter is 12")


def test_a_number_that_ends_the_message_is_no_age_of_a_thing() -> None:
    assert _tags("my bib is 12") == {"#number"}


@pytest.mark.parametrize("score", ["9/10", "9 out of 10", "9 of 10", "9 in ten", "9 outta 10"])
def test_a_high_score_is_known_however_it_is_written(score: str) -> None:
    assert "#score_high" in _tags(f"the pain is {score}")


@pytest.mark.parametrize("other", ["9 of 12", "7 of 10", "9 of"])
def test_another_share_is_no_high_score(other: str) -> None:
    assert "#score_high" not in _tags(f"the pain is {other}")
