"""A conversation as it reaches the bot: stateless, the whole of it with every turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Speaker = Literal["visitor", "bot"]


@dataclass(frozen=True, slots=True)
class Message:
    """One message; only those of the visitor are ever evidence."""

    role: Speaker
    text: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """All messages so far, the last one being the visitor message to answer; `region` picks the phone numbers."""

    messages: tuple[Message, ...]
    region: str | None = None

    @property
    def visitor(self) -> tuple[str, ...]:
        """The texts of the visitor's messages, oldest first."""
        return tuple(message.text for message in self.messages if message.role == "visitor")
