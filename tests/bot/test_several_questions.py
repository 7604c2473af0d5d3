"""Several questions in one message: each is answered, or said not to be covered."""

from __future__ import annotations

from bot.answering.compose import MAX_CITATIONS
from bot.bot import Bot
from bot.conversation import Conversation, Message
from bot.reply import Reply

LISTS = "What helps against a sprained ankle? What are the signs of a stress fracture?"


def _reply(bot: Bot, text: str) -> Reply:
    return bot.reply(Conversation((Message("visitor", text),)))


def _sections(reply: Reply) -> set[str]:
    return {" ".join(citation.section).lower() for citation in reply.citations}


def test_each_of_two_questions_gets_citations_though_the_first_could_use_them_all(bot: Bot) -> None:
    together = _sections(_reply(bot, LISTS))
    for asked in LISTS.split("? "):
        assert together & _sections(_reply(bot, asked + "?"))


def test_two_questions_together_get_no_more_citations_than_one_may(bot: Bot) -> None:
    assert len(_reply(bot, LISTS).citations) <= MAX_CITATIONS


def test_the_question_that_nothing_answers_is_named_beside_the_answer_to_the_other(bot: Bot) -> None:
    reply = _reply(bot, "How long should I ice my ankle? Which airline flies to Peru?")
    assert (reply.kind, reply.note) == ("answer", "On “Which airline flies to Peru” I found nothing in the articles.")


def test_one_question_that_is_answered_has_no_such_note(bot: Bot) -> None:
    assert _reply(bot, "How long should I ice my ankle?").note is None


def test_a_message_declined_for_a_dose_does_not_say_that_the_dose_was_not_found(bot: Bot) -> None:
    reply = _reply(bot, "How long should I ice my ankle? And how many ibuprofen can I take?")
    assert (reply.kind, reply.reason, reply.note) == ("abstain", "personal_advice", None)
