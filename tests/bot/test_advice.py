"""Who asks to be diagnosed or cleared gets what the articles say, and is told that nobody was judged."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.bot import Bot
from bot.conversation import Conversation, Message
from bot.reply import Reply

NOTE = (
    "I cannot examine you, make a diagnosis or say what is safe for you: what follows is what the articles say in "
    "general, and a physiotherapist or a doctor who examines you can judge."
)


def _reply(bot: Bot, text: str) -> Reply:
    return bot.reply(Conversation((Message("visitor", text),)))


@pytest.mark.parametrize("asked", ["Can I run with ankle pain?", "should I run through it if my ankle hurts"])
def test_a_clearance_that_is_asked_for_is_answered_with_a_note(bot: Bot, asked: str) -> None:
    reply = _reply(bot, asked)
    assert reply.kind == "answer"
    assert reply.note == NOTE


def test_a_diagnosis_that_is_asked_for_is_answered_with_a_note(bot: Bot) -> None:
    reply = _reply(bot, "Is it a sprain or a strain if my ankle hurts?")
    assert (reply.kind, reply.note) == ("answer", NOTE)


@pytest.mark.parametrize(
    "asked", ["How long should I ice my ankle?", "What can I do about a bandage that is too tight?"]
)
def test_an_ordinary_question_is_answered_without_the_note(bot: Bot, asked: str) -> None:
    reply = _reply(bot, asked)
    assert (reply.kind, reply.note) == ("answer", None)


def test_a_dose_is_declined_and_needs_no_note(bot: Bot) -> None:
    reply = _reply(bot, "How many ibuprofen can I take for my ankle?")
    assert (reply.kind, reply.reason, reply.note) == ("abstain", "personal_advice", None)


def test_the_note_stands_before_that_of_a_search_that_works_only_in_part(plain_index: Path) -> None:
    note = _reply(Bot.open(plain_index, wordless=True), "Can I run with ankle pain?").note
    assert note is not None
    assert note.startswith(NOTE)
    assert "compares words, not meaning" in note
