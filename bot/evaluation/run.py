"""Plays question sets on a bot and keeps, for every turn, what each stage thought."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import msgspec

from bot.answering.model import shipped
from bot.bot import Bot, Thought
from bot.conversation import Conversation, Message
from bot.evaluation.questions import Case
from bot.evaluation.score import Mark, mark, play
from bot.reply import Reply
from bot.safety import load, second_layer

Advance = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Played:
    """One turn: what it earned, and what led to the reply."""

    mark: Mark
    thought: Thought


@dataclass(frozen=True, slots=True)
class Trial:
    """A question of one message, answered come what may: how sure the bot is of that answer, and whether it is right.

    `confidence` is None where no threshold would make the bot answer: small talk, an escalation, an instruction.
    """

    case: Case
    confidence: float | None
    right: bool


def run(cases: Sequence[Case], bot: Bot, advance: Advance = lambda _: None) -> list[Played]:
    """Every turn of every case, in order; `advance` is told of each turn."""
    thoughts: list[Thought] = []

    def answer(conversation: Conversation) -> Reply:
        thoughts.append(bot.think(conversation))
        advance(1)
        return thoughts[-1].reply

    marks = play(cases, answer, lambda article_id: bot.generation.articles[article_id].text)
    return [Played(mark, thought) for mark, thought in zip(marks, thoughts, strict=True)]


def trials(cases: Sequence[Case], bot: Bot, advance: Advance = lambda _: None) -> list[Trial]:
    """The cases of one message as they would be answered if the threshold were 0."""
    eager = _eager(bot)
    found: list[Trial] = []
    for case in cases:
        if len(case.turns) != 1:
            continue
        reply = eager.reply(Conversation((Message("visitor", case.turns[0].user),)))
        earned = mark(case, 0, case.turns[0], reply, lambda article_id: bot.generation.articles[article_id].text)
        answered = reply.kind == "answer"
        found.append(Trial(case, reply.confidence if answered else None, answered and earned.right))
        advance(1)
    return found


def _eager(bot: Bot) -> Bot:
    """The same bot with thresholds of 0."""
    generation = bot.generation
    weights = msgspec.structs.replace(shipped(), threshold=0.0, follow_up_threshold=0.0)
    return Bot(generation, load(second_layer(generation)), weights=weights)
