"""A conversation as the page without JavaScript shows it: turns, the cards pinned above them, the next questions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from web.blocks import Alert, Block, Source, Suggestions
from web.service import Answered


@dataclass(frozen=True, slots=True)
class Turn:
    """One question and what is shown for it, cards before and after the answer kept apart.

    `lost` says that the reply to it is no longer known, so that nothing but the question is shown.
    """

    asked: str
    before: tuple[Alert, ...] = ()
    answer: tuple[Block, ...] = ()
    after: tuple[Alert, ...] = ()
    sources: tuple[Source, ...] = ()
    found: bool = False
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Talk:
    """All turns; `pinned` are the cards of earlier turns, which stay in sight; `questions` are offered next."""

    turns: tuple[Turn, ...] = ()
    pinned: tuple[Alert, ...] = ()
    questions: tuple[str, ...] = ()


def talk(asked: Sequence[str], answered: Sequence[Answered | None]) -> Talk:
    """The page for these questions and their replies; None is a reply that is no longer known."""
    turns = tuple(_turn(question, answer) for question, answer in zip(asked, answered, strict=True))
    if not turns:
        return Talk()
    pinned: dict[tuple[str, tuple[str, ...]], Alert] = {}
    for turn in turns[:-1]:
        for card in turn.before:
            # The first of its kind holds the whole message; what follows are reminders of it.
            pinned.setdefault((card.tier, card.concepts), card)
    for card in turns[-1].before:
        if pinned.get((card.tier, card.concepts)) == card:
            del pinned[card.tier, card.concepts]
    last = answered[-1]
    blocks = last.presentation.blocks if last else ()
    questions = tuple(q for block in blocks if isinstance(block, Suggestions) for q in block.questions)
    return Talk(turns, tuple(pinned.values()), questions)


def _turn(asked: str, answered: Answered | None) -> Turn:
    if answered is None:
        return Turn(asked, lost=True)
    blocks = answered.presentation.blocks
    cards = tuple(block for block in blocks if isinstance(block, Alert))
    rest = tuple(block for block in blocks if not isinstance(block, Alert | Suggestions))
    late = tuple(card for card in cards if card.tier == "assessment")
    early = tuple(card for card in cards if card.tier != "assessment")
    return Turn(asked, early, rest, late, answered.presentation.sources, answered.reply.kind != "abstain")
