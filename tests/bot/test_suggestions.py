"""What visitors are offered to ask next: questions, and such as get an answer."""

from __future__ import annotations

import pytest

from bot.bot import Bot
from bot.conversation import Conversation, Message
from bot.heading import question
from bot.reply import Reply


def _reply(bot: Bot, text: str) -> Reply:
    return bot.reply(Conversation((Message("visitor", text),)))


def _suggested(bot: Bot) -> set[str]:
    """All that is suggested beside an answer to the heading of any section."""
    headings = {
        section.path[-1] for article in bot.generation.articles.values() for section in article.sections if section.path
    }
    return {offered for heading in headings for offered in _reply(bot, question(heading) or heading).suggestions}


def test_every_suggestion_on_the_bundled_articles_is_a_question_that_is_answered(bot: Bot) -> None:
    offered = _suggested(bot)
    assert len(offered) > 20
    assert all(text.endswith("?") for text in offered)
    assert {text: _reply(bot, text).kind for text in offered} == dict.fromkeys(offered, "answer")


def test_what_is_not_covered_is_declined_with_questions_that_are(bot: Bot) -> None:
    reply = _reply(bot, "How many ibuprofen can I take for my ankle?")
    assert reply.kind == "abstain"
    assert reply.suggestions
    assert all(f"“{text}”" in reply.text for text in reply.suggestions)


@pytest.mark.parametrize("heading", ["Chest pain", "Numbness in your foot", "Calf pain and swelling"])
def test_a_heading_that_sounds_like_a_finding_is_not_made_a_suggestion(bot: Bot, heading: str) -> None:
    assert bot._offered(heading) is None


def test_the_question_itself_is_not_suggested(bot: Bot) -> None:
    asked = "How can I prevent ankle pain from running?"
    assert asked not in _reply(bot, asked).suggestions
