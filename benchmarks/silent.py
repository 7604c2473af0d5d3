"""Scores answering alone: the red-flag screen is silent, so that a change of its rules changes no figure here."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from bot.answering.model import Weights, shipped
from bot.bot import Bot
from bot.conversation import Conversation, Message
from bot.evaluation.questions import Case
from bot.evaluation.run import Trial
from bot.evaluation.score import mark
from bot.safety import Screen, Verdict
from bot.safety.screen import Refusal


class SilentScreen(Screen):
    """A screen that finds nothing."""

    def __init__(self) -> None:
        """Needs no rules."""

    def check(self, messages: Sequence[str], region: str | None = None) -> Verdict:
        """Nothing was found."""
        return Verdict()

    def asked_for(self, text: str) -> Refusal | None:
        """No advice was asked for."""
        return None

    def alarms(self, text: str) -> bool:
        """Nothing alarms."""
        return False


def trials(cases: Sequence[Case], bot: Bot, weights: Weights | None = None) -> list[Trial]:
    """The cases of one message as they would be answered if the threshold were 0."""
    free = msgspec.structs.replace(weights or shipped(), threshold=0.0, follow_up_threshold=0.0)
    eager = Bot(bot.generation, SilentScreen(), weights=free)
    found: list[Trial] = []
    for case in cases:
        if len(case.turns) == 1:
            reply = eager.reply(Conversation((Message("visitor", case.turns[0].user),)))
            earned = mark(case, 0, case.turns[0], reply, lambda key: bot.generation.articles[key].text)
            answered = reply.kind == "answer"
            found.append(Trial(case, reply.confidence if answered else None, answered and earned.right))
    return found
