"""The service behind the routes: one answerer, its settings, and the limits within which it answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import anyio

from bot.conversation import Conversation
from bot.reply import Reply
from bot.safety.message import unverified
from bot.stage import Stage, watching
from web.alarm import Alarm
from web.answerer import Answerer, Status
from web.blocks import Presentation, present
from web.metrics import Metrics
from web.problem import Problem, Refusal, nothing_to_search
from web.screened import NothingToSearch
from web.settings import ServiceSettings
from web.threads import Threads
from web.withdrawal import as_of_now

if TYPE_CHECKING:
    from web.kept import Kept
    from web.limits import RateLimits
    from web.request import FeedbackRequest
    from web.telemetry import Telemetry


@dataclass(frozen=True, slots=True)
class Answered:
    """A Reply and how it is shown; both from one generation."""

    reply: Reply
    presentation: Presentation
    withdrawn: tuple[str, ...] = ()
    """Those of the articles that the client says it has shown before, which are gone."""


_LOOKS = 3
"""Turns of the event loop until the end of a connection that has come is known: one to read it, one to close, one to
tell. After 4,000 connections dropped at once (benchmarks/attack.py) a visitor then was answered in 2 seconds, where
without looking the queue was full of those who had left."""


@dataclass(slots=True)
class Service:
    """What every route needs; lives as long as the process."""

    answerer: Answerer
    settings: ServiceSettings
    metrics: Metrics = field(default_factory=Metrics)
    kept: Kept | None = None
    limits: RateLimits | None = None
    telemetry: Telemetry | None = None
    _threads: Threads = field(init=False)
    _alarm: Alarm = field(init=False)

    def __post_init__(self) -> None:
        self._alarm = Alarm(self.settings.answer_seconds)
        self._threads = Threads(self.settings.answer_threads)

    async def answer_unless_gone(
        self, conversation: Conversation, gone: Callable[[], Awaitable[None]], *, private: bool = False
    ) -> Answered:
        """As `answer`, given up as soon as `gone` returns: whoever left must not keep a place in the queue."""
        leaving = asyncio.ensure_future(gone())
        asking: asyncio.Future[Answered] | None = None
        try:
            # Of a burst that is dropped as it comes, each end is read a moment after its request: look that long.
            for _ in range(_LOOKS):
                await asyncio.sleep(0)
            if not leaving.done():
                asking = asyncio.ensure_future(self.answer(conversation, private=private))
                await asyncio.wait((asking, leaving), return_when=asyncio.FIRST_COMPLETED)
            if asking is None or not asking.done():
                raise Problem(408, "The client left before its answer.")
            return asking.result()
        finally:
            leaving.cancel()
            if asking is not None:
                asking.cancel()

    async def answer(self, conversation: Conversation, *, private: bool = False) -> Answered:
        """The Reply to `conversation`; raises Problem 503 when too much is waiting or time is up.

        Nothing of a `private` visitor is kept, whatever is set.
        """
        if self._threads.waiting >= self.settings.answer_queue:
            raise Refusal(503, "Very many people are asking just now. Try again in a few seconds.", retry_after=3)
        work = partial(self._answer_here, self.answerer.hold(), conversation, private)
        with anyio.move_on_after(self.settings.answer_seconds):
            return await self._threads.run(work)
        raise Refusal(503, "The answer took too long. Try again.", retry_after=3)

    async def warning(self, refusal: Refusal, conversation: Conversation, client: str) -> Answered | None:
        """The red-flag screen's own message on what is refused, the refusal as its note; None where it sees none.

        `client` has at most two read at a time.
        """
        reply = await self._alarm.reply(conversation, refusal.detail, client)
        if reply is None:
            return None
        self.metrics.warned(reply)
        return Answered(reply, present(reply, self.answerer.hold().article, self.settings.site_url))

    def show(self, reply: Reply, asked: str, *, withdrawn: str, changed: str) -> Answered:
        """How a Reply to `asked` of before is shown now, with these words for what became of its articles."""
        held = self.answerer.hold()
        shown = present(reply, held.article, self.settings.site_url, asked)
        # Without an index nothing can be said of any article.
        if held.generation_name is not None:
            shown = as_of_now(shown, reply.citations, held.article, withdrawn=withdrawn, changed=changed)
        return Answered(reply, shown)

    def withdrawn(self, article_ids: tuple[str, ...]) -> tuple[str, ...]:
        """Those of these articles that are gone; none while there is no index."""
        held = self.answerer.hold()
        if held.generation_name is None or not article_ids:
            return ()
        # By their ids alone: an article that cannot be read must not cost the visitor a reply that is made.
        there = frozenset(held.article_ids())
        return tuple(article_id for article_id in article_ids if article_id not in there)

    async def heard(self, feedback: FeedbackRequest, *, private: bool = False) -> None:
        """Count one word of feedback, and keep it where the owner set that."""
        self.metrics.heard(feedback)
        if self.kept is not None and self.settings.keep_feedback and not private:
            await self._threads.run(partial(self.kept.heard, feedback, self.answerer.hold().familiar))

    def _answer_here(self, held: Answerer, conversation: Conversation, private: bool) -> Answered:
        began = time.perf_counter()
        try:
            with watching(self._spent):
                reply = held.reply(conversation)
        except NothingToSearch:
            raise nothing_to_search() from None
        self.metrics.replied(reply, time.perf_counter() - began)
        if self.kept is not None and self.settings.keep_questions and not private:
            self.kept.asked(conversation, reply, held.familiar)
        return Answered(reply, present(reply, held.article, self.settings.site_url, conversation.visitor[-1]))

    def status(self) -> Status:
        """Whether questions can be answered now, and what works only in part."""
        status = replace(self.answerer.status(), unverified_numbers=unverified(self.settings.region))
        if self.limits is not None and self.limits.degraded:
            return replace(status, degraded=(*status.degraded, "rates_of_this_process_only"))
        return status

    def _spent(self, stage: Stage, seconds: float) -> None:
        self.metrics.spent(stage, seconds)
        if self.telemetry is not None:
            self.telemetry.spent(stage, seconds)


def as_json(answered: Answered) -> dict[str, Any]:
    """The Reply of the contract, with `blocks`, `sources` and `withdrawn` beside its own fields."""
    return {
        **answered.reply.as_dict(),
        "blocks": answered.presentation.blocks,
        "sources": answered.presentation.sources,
        "withdrawn": answered.withdrawn,
    }
