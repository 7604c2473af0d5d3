"""Which reading of a follow-up is believed, and how far back a conversation is read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.bot import Bot
from bot.talk import believes
from bot.turn import Thinker, Turn
from bot.understanding.past import Past


class _Thinker(Thinker):
    """Reads nothing, and takes every message with a question mark for a whole question."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def complete(self, message: str) -> bool:
        return message.endswith("?")

    def turn(self, message: str, past: object = ()) -> Turn:
        self.read.append(message)
        return Turn(message, past=(Past(message),))


def _read(*messages: str) -> list[str]:
    bot = Bot.__new__(Bot)
    thinker = _Thinker()
    bot._thinker = thinker
    bot._turn(messages)
    return thinker.read


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
