"""Spelling mistakes: read as the nearest word of the rules, within bounds of work and of memory."""

from __future__ import annotations

from itertools import islice, product

from bot.safety.spelling import Speller


def _nonsense(number: int) -> list[str]:
    return ["xyzz" + "".join(letters) for letters in islice(product("bcdfghjklm", repeat=5), number)]


def test_a_word_with_a_slip_is_read_as_the_nearest_word_of_the_rules() -> None:
    assert Speller(["ankle"], {}).readings(["anklr"]) == {"anklr": ("ankle",)}


def test_words_past_the_bound_are_read_as_they_were_typed() -> None:
    speller = Speller(["ankle"], {})
    assert speller.readings([*_nonsense(400), "anklr"]) == {}
    assert speller.readings([*_nonsense(399), "anklr"]) == {"anklr": ("ankle",)}


def test_what_is_kept_stays_bounded_and_is_read_the_same_again() -> None:
    speller = Speller(["ankle"], {})
    words = _nonsense(24_000)
    assert speller.readings(["anklr"]) == {"anklr": ("ankle",)}
    for start in range(0, len(words), 400):
        speller.readings(words[start : start + 400])
    assert len(speller._known) < 20_400
    assert speller.readings(["anklr"]) == {"anklr": ("ankle",)}
