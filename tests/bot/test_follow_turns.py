"""Which reading of a follow-up is believed, and how far back a conversation is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.belief import believes
from bot.bot import Bot
from bot.turn import Thinker, Turn
from bot.understanding.past import Past


class _Thinker(Thinker):
    """Reads nothing, and takes every message with a question mark for a whole question."""

    def __init__(self) -> None:
        self.read: list[str] = []
        self.lookups: list[object] = []

    def complete(self, message: str, lookups: object = None) -> bool:
        self.lookups.append(lookups)
        return message.endswith("?")

    def turn(self, message: str, past: object = (), lookups: object = None) -> Turn:
        self.lookups.append(lookups)
        self.read.append(message)
        return Turn(message, past=(Past(message),))


def _played(*messages: str) -> _Thinker:
    bot = Bot.__new__(Bot)
    thinker = _Thinker()
    bot._thinker = thinker
    bot._turn(messages)
    return thinker


def _read(*messages: str) -> list[str]:
    return _played(*messages).read


def test_what_was_looked_up_to_spell_a_message_is_passed_along_through_the_turn() -> None:
    seen = _played("What is a quince?", "and then", "why").lookups
    assert len(seen) == 5
    assert all(lookups is seen[0] and lookups is not None for lookups in seen)


def test_what_was_looked_up_in_one_turn_is_gone_in_the_next() -> None:
    assert _played("why").lookups[0] is not _played("why").lookups[0]


def test_a_whole_question_is_read_by_itself() -> None:
    assert _read("What is a quince?", "and then", "When do pears ripen?") == ["When do pears ripen?"]


def test_a_follow_up_is_read_from_the_last_whole_question_on() -> None:
    assert _read("Who?", "What is a quince?", "and a pear", "why") == ["What is a quince?", "and a pear", "why"]


@given(st.lists(st.sampled_from(["why", "and then", "What is a quince?"]), min_size=1, max_size=30))
def test_however_long_the_conversation_six_messages_are_read_at_most(messages: list[str]) -> None:
    read = _read(*messages)
    assert len(read) <= 6
    assert messages[-len(read) :] == read


@pytest.mark.parametrize("name", ["missing", "absent", "unknown"])
def test_words_that_are_not_found_never_speak_for_an_answer(name: str) -> None:
    assert believes().answers.get(name, 0.0) <= 0.0


def test_the_shipped_belief_says_what_it_was_learned_on() -> None:
    assert sum(believes().trained_on.values()) > 200
    assert 0.0 < believes().threshold < 1.0
