"""Follow-ups: what a message means after what was said before it."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.understanding.exchange import exchange
from bot.understanding.followup import Resolver
from bot.understanding.past import Past, Weighed, core, subject
from bot.understanding.reading import Reading
from bot.understanding.reference import pair, points
from bot.understanding.signs import signs

RARE = {"quinc": 5.0, "pear": 3.0, "graft": 4.0, "jam": 3.5}


def _all(message: str, *past: Past | str) -> list[Reading]:
    told = [turn if isinstance(turn, Past) else Past(turn) for turn in past]
    return Resolver(lambda stem: RARE.get(stem, 1.0)).readings(message, told)


def _read(message: str, *past: Past | str) -> Reading:
    return _all(message, *past)[0]


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
    readings = _all(message, "How do I store a quince?")
    assert all("quince" in reading.text for reading in readings)


def test_a_bare_question_word_is_never_read_as_typed() -> None:
    assert not any(reading.how == "alone" for reading in _all("why?", "How do I store a quince?"))


def test_words_taken_over_are_told_apart_from_the_visitors_own() -> None:
    reading = next(r for r in _all("does it need sun?", "How do I store a quince?") if r.leans)
    assert "quinc" in reading.inherited
    assert "sun" not in reading.inherited


def test_words_of_what_was_not_covered_must_be_answered_for() -> None:
    told = Past("Can I store a quince in brandy?", subject=("quince", "brandy"), answered=False)
    reading = _read("for how long?", told)
    assert "brandy" in reading.text
    assert "brandi" not in reading.inherited


def test_what_was_answered_before_stays_a_second_reading_after_what_was_not() -> None:
    told = [Past("How do I store a quince?"), Past("Does brandy keep?", subject=("brandy",), answered=False)]
    texts = [reading.text for reading in _all("how should I peel them?", *told)]
    assert any("quince" in text for text in texts)
    assert any("brandy" in text for text in texts)


def test_the_subject_is_taken_over_and_not_every_word_of_the_question() -> None:
    told = Past("How far apart do I plant pears?", subject=("pears",), core=("pears",))
    assert _read("how deep?", told).text == "how deep (pears)?"


def test_the_heading_of_the_last_answer_is_one_reading() -> None:
    told = Past("How do I keep it?", subject=("keep",), heading="Storing quinces")
    assert any(reading.how == "heading" and "quinces" in reading.text for reading in _all("for how long?", told))


def test_a_parallel_question_exchanges_what_is_contrasted() -> None:
    reading = next(
        r for r in _all("and in the evening?", "Should I water cress in the morning?") if r.how == "parallel"
    )
    assert "evening" in reading.text
    assert "morning" not in reading.text
    assert "cress" in reading.text


def test_where_an_encoder_tells_the_likest_word_gives_way() -> None:
    def alike(new: str, places: Sequence[str]) -> Sequence[float]:
        return [0.9 if place == "hardneck" else 0.1 for place in places]

    found = exchange("and softneck?", Past("What is hardneck garlic?"), alike, lambda stem: 1.0)
    assert found is not None
    assert found.text == "What is softneck garlic?" or "softneck garlic" in found.text


def test_nothing_gives_way_to_words_that_are_there_already() -> None:
    assert exchange("the quince", Past("How do I store a quince?"), lambda new, places: (), lambda stem: 1.0) is None


def test_words_that_clearly_gave_way_are_not_taken_over_either() -> None:
    readings = _all("and in the evening?", Past("Should I water cress in the morning?", subject=("cress", "morning")))
    assert not any("morning" in reading.text for reading in readings)


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


def test_an_item_stands_where_the_ordinal_stood() -> None:
    told = Past("What can I graft?", ("pears", "medlars", "plums"))
    assert _read("when does the second one flower?", told).text == "when does medlars flower?"


def test_a_bare_ordinal_asks_the_last_question_of_another_item() -> None:
    items = ("pears", "medlars", "plums")
    told = Past("when do medlars flower?", items, slot=("medlars",))
    assert _read("and the third?", told).text == "when do plums flower?"


def test_an_ordinal_beyond_the_list_picks_nothing() -> None:
    assert _read("the fifth one?", Past("What can I graft?", ("pears", "medlars"))).how != "reference"


@pytest.mark.parametrize("message", ["what if I water it first?", "how long did the last week feel?", "at first light"])
def test_first_and_last_are_not_always_places_in_a_list(message: str) -> None:
    assert not points(message)


def test_the_other_one_is_the_one_that_was_not_spoken_of() -> None:
    told = Past("What is the difference between pears and quinces?", subject=("pears", "quinces"))
    assert "quinces" in _read("and what about the other one?", told).text


def test_a_question_may_set_two_things_side_by_side() -> None:
    assert pair("difference between bush & cordon tomatoes") == ("bush", "cordon")
    assert pair("how deep do I plant garlic") == ()


def test_a_question_with_a_subject_of_its_own_can_stand_alone() -> None:
    told = [Past("How do I store a quince?")]
    readings = Resolver(lambda stem: 1.0).readings("What kind of fence keeps rabbits away from lettuce?", told)
    assert any(reading.how == "alone" for reading in readings)


@pytest.mark.parametrize(
    "message",
    [
        "Different question: when do pears ripen?",
        "What fence keeps deer, rabbits and badgers off young lettuce plants?",
    ],
)
def test_a_whole_question_needs_nothing_before_it(message: str) -> None:
    assert Resolver(lambda stem: 1.0).complete(message)


@pytest.mark.parametrize(
    "message", ["why?", "does it need sun?", "and pears?", "the second one", "back to the pears then"]
)
def test_what_leans_is_not_whole(message: str) -> None:
    assert not Resolver(lambda stem: 1.0).complete(message)


@pytest.mark.parametrize(
    ("message", "pronoun"),
    [
        ("does it need sun?", True),
        ("why is that?", True),
        ("what about pears, do they need sun?", False),
        ("is it safe to eat quinces raw?", False),
        ("which plants that flower early need sun?", False),
        ("how much rain fell this week?", False),
        ("when do I plant that tree?", True),
    ],
)
def test_a_pronoun_counts_where_nothing_in_the_message_is_meant(message: str, pronoun: bool) -> None:
    assert signs(message).pronoun is pronoun


def test_small_talk_before_leaves_no_topic() -> None:
    assert _read("How do I graft a pear?", "ok?", "why?").how == "alone"


def _word(
    text: str, *, importance: float = 0.8, headed: bool = False, rarity: float = 3.0, passing: bool = False
) -> Weighed:
    return Weighed(text, importance, rarity, headed, said=True, light=False, passing=passing)


def test_what_every_passage_holds_is_not_what_a_question_is_about() -> None:
    assert subject([_word("ice"), _word("ankle", rarity=0.0)]) == ("ice",)


def test_a_word_by_which_a_subject_was_asked_about_does_not_become_the_subject() -> None:
    found = [_word("bones", passing=True), _word("fracture", headed=True)]
    assert subject(found) == ("fracture",)
    assert core(found) == ("fracture",)


def test_nothing_is_about_nothing() -> None:
    assert subject([]) == ()
    assert core([]) == ()


@given(st.text(max_size=60), st.lists(st.text(max_size=40), max_size=3))
def test_any_message_after_any_conversation_has_a_reading(message: str, past: list[str]) -> None:
    readings = Resolver(lambda stem: 1.0).readings(message, [Past(text) for text in past])
    assert readings
    assert all(isinstance(reading.text, str) for reading in readings)
