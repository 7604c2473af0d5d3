"""Tests of what an abstention names as missing."""

from __future__ import annotations

from bot.answering.naming import MOST, named
from index.query import Term
from index.words import words


def terms(text: str, *missing: str) -> list[Term]:
    return [Term(word.stem, word.text, word.start, word.end) for word in words(text) if word.text in missing]


def test_a_thing_is_named_rather_than_what_is_done_with_it() -> None:
    text = "do you sell kettlebells"
    assert named(text, terms(text, "sell", "kettlebells"), [0.9, 0.5]) == ("kettlebells",)


def test_a_verb_is_not_named_where_the_thing_asked_about_is_there() -> None:
    text = "do you sell insoles"
    assert named(text, terms(text, "sell"), [0.7], rest=0.9) == ()


def test_a_verb_is_named_where_the_question_is_about_nothing_else() -> None:
    text = "can I swim"
    assert named(text, terms(text, "swim"), [0.8], rest=0.3) == ("swim",)


def test_words_side_by_side_are_one_name() -> None:
    text = "What about plantar fasciitis?"
    assert named(text, terms(text, "plantar", "fasciitis"), [0.8, 0.9]) == ("plantar fasciitis",)


def test_the_most_important_name_comes_first_and_few_are_given() -> None:
    text = "a zebra, a quagga, a gnu"
    found = named(text, terms(text, "zebra", "quagga", "gnu"), [0.1, 0.9, 0.5])
    assert found == ("quagga", "gnu")
    assert len(found) == MOST


def test_nothing_is_named_where_nothing_is_missing() -> None:
    assert named("ankle", [], []) == ()
