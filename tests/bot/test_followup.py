"""Follow-ups: what a message means after what was said before it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.followup import Past, Reading, Resolver

RARE = {"quinc": 5.0, "pear": 3.0, "graft": 4.0, "jam": 3.5}


def _read(message: str, *past: Past | str) -> Reading:
    told = [turn if isinstance(turn, Past) else Past(turn) for turn in past]
    return Resolver(lambda stem: RARE.get(stem, 1.0)).readings(message, told)[0]


def test_the_first_message_stands_alone() -> None:
    reading = _read("How do I graft a pear?")
    assert (reading.how, reading.text) == ("alone", "How do I graft a pear?")


def test_what_is_asked_of_a_topic_takes_it_over() -> None:
    reading = _read("how long does that take?", "How do I graft a pear?")
    assert "graft" in reading.text
    assert "pear" in reading.text
    assert reading.text.startswith("how long does that take")


@pytest.mark.parametrize("message", ["why?", "for how long?", "how often?"])
def test_a_bare_question_word_asks_about_the_topic(message: str) -> None:
    assert "quince" in _read(message, "How do I store a quince?").text


def test_words_taken_over_are_told_apart_from_the_visitors_own() -> None:
    reading = _read("does it need sun?", "How do I store a quince?")
    assert "quinc" in reading.inherited
    assert "sun" not in reading.inherited


def test_a_parallel_question_exchanges_what_is_contrasted() -> None:
    reading = _read("and in the evening?", "Should I water cress in the morning?")
    assert "evening" in reading.text
    assert "morning" not in reading.text
    assert "cress" in reading.text


def test_a_correction_takes_the_place_of_what_was_meant_wrongly() -> None:
    reading = _read("sorry, I meant the left", "Why is the right side of my hedge brown?")
    assert "left" in reading.text
    assert "right" not in reading.text
    assert reading.how == "correction"


def test_an_ordinal_picks_an_item_of_the_last_list() -> None:
    reading = _read("tell me more about the second one", Past("What can I graft?", ("pears", "medlars", "plums")))
    assert "medlars" in reading.text
    assert reading.how == "reference"


def test_the_last_one_is_the_end_of_the_list() -> None:
    assert "plums" in _read("and the last one?", Past("What can I graft?", ("pears", "medlars", "plums"))).text


def test_an_ordinal_beyond_the_list_picks_nothing() -> None:
    assert _read("the fifth one?", Past("What can I graft?", ("pears", "medlars"))).how != "reference"


def test_a_question_with_a_subject_of_its_own_can_stand_alone() -> None:
    told = [Past("How do I store a quince?")]
    readings = Resolver(lambda stem: 1.0).readings("What kind of fence keeps rabbits away from lettuce?", told)
    assert any(reading.how == "alone" for reading in readings)


def test_small_talk_before_leaves_no_topic() -> None:
    assert _read("How do I graft a pear?", "ok?", "why?").how == "alone"


@given(st.text(max_size=60), st.lists(st.text(max_size=40), max_size=3))
def test_any_message_after_any_conversation_has_a_reading(message: str, past: list[str]) -> None:
    readings = Resolver(lambda stem: 1.0).readings(message, [Past(text) for text in past])
    assert readings
    assert all(isinstance(reading.text, str) for reading in readings)
