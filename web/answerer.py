"""What the web room asks of whatever answers: a Protocol, so that pages and tests need no index and no encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from bot.conversation import Conversation
from bot.reply import Action, Reply
from corpus.article import Article

Degraded = Literal["no_index", "no_encoder", "rules_only_safety", "rates_of_this_process_only"]
"""What may work only in part. no_index: only red flags are answered. no_encoder: answers are found by words alone.
rules_only_safety: the second layer of the red-flag screen is missing. rates_of_this_process_only: the shared storage of
rates cannot be reached, so each process counts for itself.
"""

Unready = Literal["no_index", "screen_failed"]
"""Why the service is not ready. no_index: there is none that opens. screen_failed: the red-flag screen does not find a
danger that is known to be one.
"""

Familiarity = Literal["article", "common", "unknown"]
"""Whether a word stands in the articles, is a word of the language, or neither."""


@dataclass(frozen=True, slots=True)
class Status:
    """Whether questions can be answered now; `problems` say why not, `degraded` what works only in part.

    `detail` says in one line what the problem is, with the mend.
    `unverified_numbers` is how many telephone numbers of the configured region have no date of verification.
    `encoder` is the fingerprint of the encoder in use, `safety` the version of the red-flag rules, `built` when the
    generation was built (ISO 8601).
    """

    ready: bool
    generation: str | None
    articles: int
    problems: tuple[Unready, ...] = ()
    degraded: tuple[Degraded, ...] = ()
    encoder: str | None = None
    safety: str | None = None
    built: str | None = None
    detail: str | None = None
    unverified_numbers: int = 0


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

    def familiar(self, word: str) -> Familiarity:
        """How well a folded word is known here; asked only where the owner has unanswered questions kept."""
        ...

    def emergency(self, region: str | None) -> tuple[Action, ...]:
        """Whom to call in an emergency in that region, at least one action; fixed, needs no index."""
        ...

    def status(self) -> Status:
        """Whether it can answer now."""
        ...
