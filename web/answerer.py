"""What the web room asks of whatever answers: a Protocol, so that pages and tests need no index and no encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.conversation import Conversation
from bot.reply import Action, Reply
from corpus.article import Article


@dataclass(frozen=True, slots=True)
class Status:
    """Whether questions can be answered now; `problems` say why not, `degraded` what works only in part."""

    ready: bool
    generation: str | None
    articles: int
    problems: tuple[str, ...] = ()
    degraded: tuple[str, ...] = ()


class Answerer(Protocol):
    """Answers conversations and shows articles, all from one generation at a time."""

    def hold(self) -> Answerer:
        """A view of this answerer that stays with one generation while the index is swapped; one per request."""
        ...

    def reply(self, conversation: Conversation) -> Reply:
        """The Reply to the last visitor message."""
        ...

    def article(self, article_id: str) -> Article | None:
        """The article of that id in this generation."""
        ...

    def article_ids(self) -> Sequence[str]:
        """The ids of all articles of this generation, in a stable order."""
        ...

    @property
    def generation_name(self) -> str | None:
        """The name of the generation that is served, if any."""
        ...

    def emergency(self, region: str | None) -> tuple[Action, ...]:
        """Whom to call in an emergency in that region, at least one action; fixed, needs no index."""
        ...

    def status(self) -> Status:
        """Whether it can answer now."""
        ...
