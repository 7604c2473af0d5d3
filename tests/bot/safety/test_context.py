"""How the words around a finding are read: from whole messages, as a visitor writes them."""

from __future__ import annotations

import pytest

from bot.safety import load, rulebook
from bot.safety.context import Surroundings
from bot.safety.pattern import Hit
from bot.safety.reading import Reader

SCREEN = load()
READER = Reader(rulebook.load())


def _standings(message: str, rule: str) -> set[tuple[str, str]]:
    found = [one.decision for one in READER.read(message).found if one.rule == rule]
    assert found, (message, rule)
    return {(decision.standing, decision.cue) for decision in found}


def test_a_quiz_that_is_spoken_of_after_a_finding_of_ones_own_takes_nothing_away() -> None:
    assert SCREEN.check(["Both my big toes turned blue. It was at the quiz."]).tier == "emergency"


def test_a_quiz_that_is_spoken_of_first_makes_a_story_of_what_follows() -> None:
    assert _standings("A quiz for our club. Toes turned blue, which answer?", "cold_pale_blue_foot") == {
        ("story", "quiz")
    }


def test_a_story_that_is_said_to_be_none_takes_nothing_away() -> None:
    assert _standings("this is no quiz, the lad's toes turned blue", "cold_pale_blue_foot") == {("present", "")}


def test_a_story_in_front_of_the_visitors_own_finding_takes_nothing_away() -> None:
    assert _standings("Great novel, that. And now my toes turned blue.", "cold_pale_blue_foot") == {("present", "")}


@pytest.mark.parametrize(
    "message",
    [
        "any clue why his toes have gone blue",
        "per his action plan, since his toes have gone blue",
        "sat in a draft, her toes gone blue",
    ],
)
def test_a_word_that_anybody_says_makes_no_story(message: str) -> None:
    assert SCREEN.check([message]).tier == "emergency"


def test_a_figure_of_the_visitors_is_not_the_visitor() -> None:
    assert {standing for standing, _ in _standings("my villain broke his ankle", "suspected_fracture")} == {"story"}


def test_a_misspelt_word_makes_no_story() -> None:
    assert _standings("toes turned blue in the muck", "cold_pale_blue_foot") == {("present", "")}


def test_what_a_finding_has_turned_into_is_not_over() -> None:
    over, turned = "my toes were tingling, it's gone", "my toes were tingling, it's gone white"
    assert ("resolved", "it's gone") in _standings(over, "numb_tingling_foot")
    assert _standings(turned, "numb_tingling_foot") == {("present", "")}


def test_what_happens_again_is_not_long_past() -> None:
    assert SCREEN.check(["broke my wrist in 2009 and today it cracked again"]).tier == "urgent"
    assert SCREEN.check(["broke my wrist in 2009"]).tier is None


def test_a_condition_in_the_visitors_own_words_takes_no_crisis_away() -> None:
    assert SCREEN.check(["if this is not better by June I'm going to end my life"]).tier == "crisis"


def test_a_subject_in_the_next_sentence_does_not_make_a_finding_a_question() -> None:
    assert SCREEN.check(["Achilles rupture. Any newsletter?"]).tier == "urgent"
    assert SCREEN.check(["Achilles rupture: newsletter"]).tier is None


def test_a_test_that_was_negative_says_nothing_of_a_finding_far_before_it() -> None:
    assert _standings("numb foot, and the test that they did was negative", "numb_tingling_foot") == {("present", "")}
    assert _standings("numb foot negative", "numb_tingling_foot") == {("negated", "negative")}


@pytest.mark.parametrize("message", ["Is the foot numb? No.", "foot numb: no", "fever nil, foot numb no"])
def test_a_no_right_after_a_finding_answers_it(message: str) -> None:
    assert {standing for standing, _ in _standings(message, "numb_tingling_foot")} == {"negated"}


def test_a_no_that_opens_another_clause_answers_nothing() -> None:
    assert _standings("foot numb no idea why", "numb_tingling_foot") == {("present", "")}


def test_a_list_of_absences_goes_on_behind_an_or() -> None:
    assert _standings("no swelling, or numb toes", "numb_tingling_foot") == {("negated", "no")}


@pytest.mark.parametrize(("message", "cue"), [("no swelling of the knee", "no"), ("swelling of the knee", None)])
def test_the_negation_of_any_words_can_be_asked_for_alone(message: str, cue: str | None) -> None:
    reading = READER.read(message)
    at = [word.text for word in reading.message.words].index("swelling")
    decision = Surroundings(reading.message, reading.cues).negation(Hit(at, at))
    assert (decision.cue if decision else None) == cue


def test_a_word_for_a_person_within_a_topic_is_nobody_who_has_the_finding() -> None:
    assert SCREEN.check(["Lisfranc, who was he and why is an injury named after him"]).tier is None
    assert SCREEN.check(["Lisfranc injury, he can't put weight on it"]).tier == "urgent"
