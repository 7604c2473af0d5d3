"""Spelling mistakes: read as the nearest word of the rules, within bounds of work and of memory."""

from __future__ import annotations

from itertools import islice, product
from typing import NoReturn

import pytest

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


def test_what_is_kept_holds_no_word_that_was_typed() -> None:
    speller = Speller(["ankle"], {})
    assert speller.readings(["anklr", "kowalskj"]) == {"anklr": ("ankle",)}
    assert len(speller._known) == 2
    assert "anklr" not in str(vars(speller))
    assert "kowalskj" not in str(vars(speller))


class _Emptied(dict[bytes, tuple[str, ...]]):
    """Holds nothing, as if another thread emptied it after every word."""

    def __setitem__(self, name: bytes, nearest: tuple[str, ...]) -> None:
        pass


class _Unjoined(frozenset[str]):
    """A vocabulary that is looked into, and never copied."""

    def __or__(self, other: object) -> NoReturn:
        raise AssertionError("the whole vocabulary was copied for one word")


def test_a_reading_is_not_lost_when_another_thread_empties_what_is_kept() -> None:
    speller = Speller(["ankle"], {})
    speller._known = _Emptied()
    assert speller.readings(["anklr"]) == {"anklr": ("ankle",)}


def test_a_missing_space_is_found_without_copying_the_vocabulary_for_every_cut() -> None:
    speller = Speller(["ankle", "swollen"], {})
    speller._vocabulary = _Unjoined(speller._vocabulary)
    assert speller.readings(["ankleswollen", "theankle"]) == {
        "ankleswollen": ("ankle swollen",),
        "theankle": ("the ankle",),
    }


@pytest.mark.parametrize(("first", "second"), ["ab", "cd", "ef", "gh", "ij", "kl", "mn", "op"])
def test_of_many_words_as_near_those_with_the_same_first_letter_are_read(first: str, second: str) -> None:
    same = [f"{first}{second}xx{last}" for last in "qrst"]
    other = [f"{letter}{second}xxz" for letter in second] + [f"{second}{first}xxz"]
    typed = f"{first}{second}xxz"
    assert Speller([*same, *other], {}).readings([typed]) == {typed: tuple(same)}
