"""The alarm: what is refused for its rate, its length or our load is still looked through for red flags.

Rates keep us from work, the red-flag screen keeps visitors from harm: neither may switch the other off. So the rules
read the newest part of what was written, a fixed most of it, on one thread of their own, whatever else is waiting. Only
the screen's fixed message can come of it: whoever is over a limit gets no answer by this way. And no client has more
than two conversations read at a time, so that none can keep the alarm from the others.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache, partial

import anyio

from bot.conversation import Conversation
from bot.reply import Reply, Tier
from bot.safety import Screen, load
from web.threads import Threads

_CHARACTERS = 4000
"""Four messages of the shipped length. Set by hand, not swept, as the two below are."""
_MESSAGES = 20
_AT_ONCE = 2
"""Readings of one client at a time; more than one, because several people may share an address."""
_TIERS: frozenset[Tier] = frozenset({"emergency", "crisis", "urgent"})


@cache
def rules() -> Screen:
    """The screen with the rules alone: one for the whole process."""
    return load()


class Alarm:
    """Reads refused conversations, one at a time and within `seconds` each, waiting included."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._thread = Threads(1)
        self._reading: Counter[str] = Counter()

    async def reply(self, conversation: Conversation, note: str, client: str) -> Reply | None:
        """The fixed message of the danger in the newest messages, with `note`; None where the rules see none in time.

        Of a message that is too long both ends are read. None too where `client` has as many read as it may.
        """
        if self._reading[client] >= _AT_ONCE:
            return None
        said = newest(conversation.visitor)
        with self._counted(client), anyio.move_on_after(self._seconds):
            return await self._thread.run(partial(_reply, said, conversation.region, note))
        return None

    @contextmanager
    def _counted(self, client: str) -> Iterator[None]:
        self._reading[client] += 1
        try:
            yield
        finally:
            self._reading[client] -= 1
            if not self._reading[client]:
                del self._reading[client]


def newest(said: Sequence[str]) -> list[str]:
    """The last messages that fit into what is read, oldest first; both ends of the last one if it alone is longer."""
    kept: list[str] = []
    left = _CHARACTERS
    for text in reversed(said[-_MESSAGES:]):
        if len(text) > left:
            if not kept:
                kept.append(f"{text[: left // 2]}\n{text[-(left // 2) :]}")
            break
        kept.append(text)
        left -= len(text)
    return kept[::-1]


def _reply(said: Sequence[str], region: str | None, note: str) -> Reply | None:
    escalation = rules().check(said, region).escalation
    if escalation is None or escalation.tier not in _TIERS:
        return None
    text = f"{escalation.headline} {escalation.text}".strip()
    return Reply("escalation", text, escalation=escalation, note=note)
