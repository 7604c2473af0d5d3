"""What may be personal does not stay; what an editor needs mostly does."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.answerer import Familiarity
from web.scrub import Scrubber, names

ARTICLE = frozenset("ankle sprain run running ice heel knee hope doctor".split())
COMMON = frozenset(
    "about am ask avenue bath born call church does email help hospital hurts john lane leeds live lives long mark name"
    " names rose ring run sarah see smith street test three treat two warfarin we weeks".split()
)


def familiar(word: str) -> Familiarity:
    return "article" if word in ARTICLE else "common" if word in COMMON else "unknown"


SCRUBBER = Scrubber(familiar)


@pytest.mark.parametrize(
    "text",
    [
        "How long should I ice my ankle?",
        "can I run with a sprain",
        "does it help my heel, or not?",
        "I've hope. Treat the knee!",
    ],
)
def test_a_question_without_anything_personal_stays_as_it_is(text: str) -> None:
    assert SCRUBBER.scrub(text) == text


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("My name is John Kowalski and my ankle hurts", "My name is [name] and my ankle hurts"),
        ("i'm sarah, can i run", "i'm [name], can i run"),
        ("Does Mark's ankle need ice", "Does [name] ankle need ice"),
        ("ask Dr Hope about my heel", "ask [name] about my heel"),
        ("call me on 07700 900123", "call me on [number]"),
        ("call +44 (0)20 7946 0000.", "call [number]"),
        ("ring oh seven seven double oh nine", "ring [number]"),
        ("how about two or three weeks", "how about two or three weeks"),
        ("email jo.bloggs@example.org please", "email [address] please"),
        ("see https://example.org/me or www.example.org", "see [address] or [address]"),
        ("I live at 12 Acacia Avenue, SW1A 1AA", "I live at [number] [name], [number]"),
        ("my ankel hurts", "my [name] hurts"),
        ("we live in Leeds", "we live in [name]"),
        ("will Will run", "will [name] run"),
        ("does o’brien's heel hurt", "does [name] heel [name]"),
        ("born 3/4/1990", "born [number]"),
        ("naïve\tanckle\n\nzażółć", "[name]"),
        ("HOW LONG SHOULD JOHN ICE IT", "how long should [name] ice it"),
        ("we live by Rose Cottage", "we live by [name]"),
    ],
)
def test_what_may_be_personal_is_replaced(text: str, kept: str) -> None:
    assert SCRUBBER.scrub(text) == kept


def test_names_of_many_places_are_known() -> None:
    assert len(names()) > 20_000
    assert {"john", "priya", "mohammed", "kowalski", "siobhan", "nguyen", "garcía", "chukwu"} - names() <= {
        "nguyen",
        "chukwu",
    }


@given(st.text(max_size=200))
def test_no_digit_no_address_and_no_unknown_word_ever_stays(text: str) -> None:
    scrubbed = SCRUBBER.scrub(text)
    assert not any(character.isdigit() for character in scrubbed)
    assert "@" not in scrubbed
    assert "://" not in scrubbed
    assert "\n" not in scrubbed


@given(st.from_regex(r"[a-z]{3,12}( [a-z]{3,12}){0,6}", fullmatch=True))
def test_every_word_that_stays_is_known(text: str) -> None:
    from index.words import STOP_WORDS

    left = re.sub(r"\[\w+\]", " ", SCRUBBER.scrub(text)).split()
    assert all(word in STOP_WORDS | ARTICLE | COMMON for word in left)


@given(st.sampled_from(sorted(names())), st.booleans())
def test_no_name_stays_unless_the_articles_use_it_as_a_word(name: str, capital: bool) -> None:
    from index.words import STOP_WORDS
    from web.scrub import _PLAIN

    said = name.title() if capital else name
    scrubbed = SCRUBBER.scrub(f"does {said} need ice")
    if capital or (name not in ARTICLE | STOP_WORDS | _PLAIN):
        assert said not in re.sub(r"\[\w+\]", "", scrubbed).split()
