"""The language that wordings are described in: what a pattern stands for, and what is no pattern."""

from __future__ import annotations

import pytest

from bot.safety.pattern import Board, Hit, PatternError, forms, parse, phrases


def test_a_gap_inside_a_bracket_stands_for_one_small_word_or_none() -> None:
    (group,) = parse("(hurt .. foot)").groups
    meant = set(phrases(group[0].key, {}))
    assert {("hurt", "foot"), ("hurt", "my", "foot"), ("hurt", "the", "foot")} <= meant
    assert ("hurt", "left", "foot") not in meant


def test_a_family_may_stand_inside_a_phrase_of_a_family() -> None:
    families = {"limb": ("leg", "left arm"), "own": ("my <limb>",)}
    assert set(phrases("<own>", families)) == {("my", "leg"), ("my", "left", "arm")}


@pytest.mark.parametrize(
    ("word", "others"),
    [
        ("carry", {"carry", "carries", "carried", "carrying", "carryin"}),
        ("play", {"play", "plays", "played", "playing", "playin"}),
    ],
)
def test_a_word_gets_the_endings_of_its_spelling(word: str, others: set[str]) -> None:
    assert set(forms(word)) == others


def test_a_question_mark_behind_nothing_is_named_with_its_place() -> None:
    with pytest.raises(PatternError, match=r"'\?' at place 1"):
        parse("? toe")


def test_words_that_may_all_be_missing_are_found_where_one_of_them_stands() -> None:
    board = Board([0, 0, 0], [False, False, False])
    board.add(1 << 0, 0, 1)
    board.add(1 << 1, 2, 3)
    board.look_for(0b11)
    assert board.find([[(0, True, 0), (1, True, 0)]]) == [Hit(0, 0), Hit(2, 2)]
