"""The service behind the routes: one answerer, its settings, and the limits within which it answers."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread

from bot.conversation import Conversation
from bot.reply import Reply
from bot.stage import Stage, watching
from web.answerer import Answerer, Status
from web.blocks import Presentation, present
from web.metrics import Metrics
from web.problem import Problem, nothing_to_search
from web.screened import NothingToSearch
from web.settings import ServiceSettings

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


@dataclass(slots=True)
class Service:
    """What every route needs; lives as long as the process."""

    answerer: Answerer
    settings: ServiceSettings
    metrics: Metrics = field(default_factory=Metrics)
    kept: Kept | None = None
    limits: RateLimits | None = None
    telemetry: Telemetry | None = None
    _limiter: anyio.CapacityLimiter | None = None

    async def answer_unless_gone(
        self, conversation: Conversation, gone: Callable[[], Awaitable[None]], *, private: bool = False
    ) -> Answered:
        """As `answer`, given up as soon as `gone` returns: whoever left must not keep a place in the queue."""
        asking = asyncio.ensure_future(self.answer(conversation, private=private))
        leaving = asyncio.ensure_future(gone())
        try:
            await asyncio.wait((asking, leaving), return_when=asyncio.FIRST_COMPLETED)
            if not asking.done():
                raise Problem(408, "The client left before its answer.")
            return asking.result()
        finally:
            leaving.cancel()
            asking.cancel()

    async def answer(self, conversation: Conversation, *, private: bool = False) -> Answered:
        """The Reply to `conversation`; raises Problem 503 when too much is waiting or time is up.

        Nothing of a `private` visitor is kept, whatever is set.
        """
        answered = await self.answer_all([conversation], private=private)
        return answered[0]

    def show(self, reply: Reply) -> Answered:
        """How a Reply that was made before is shown now."""
        return Answered(reply, present(reply, self.answerer.hold().article, self.settings.site_url))

    async def answer_all(self, conversations: list[Conversation], *, private: bool = False) -> list[Answered]:
        """The Replies to several conversations from one generation, within the time of one answer."""
        if not conversations:
            return []
        limiter = self._limit()
        if limiter.statistics().tasks_waiting >= self.settings.answer_queue:
            raise Problem(503, "Very many people are asking just now. Try again in a few seconds.", retry_after=3)
        held = self.answerer.hold()
        with anyio.move_on_after(self.settings.answer_seconds):
            return await anyio.to_thread.run_sync(
                self._answer_here, held, conversations, private, limiter=limiter, abandon_on_cancel=True
            )
        raise Problem(503, "The answer took too long. Try again.", retry_after=3)

    async def heard(self, feedback: FeedbackRequest, *, private: bool = False) -> None:
        """Count one word of feedback, and keep it where the owner set that."""
        self.metrics.heard(feedback)
        if self.kept is not None and self.settings.keep_feedback and not private:
            await anyio.to_thread.run_sync(
                self.kept.heard, feedback, self.answerer.hold().familiar, limiter=self._limit()
            )

    def _answer_here(self, held: Answerer, conversations: list[Conversation], private: bool) -> list[Answered]:
        replies = [
            self._reply_to(held, conversation, last=place == len(conversations))
            for place, conversation in enumerate(conversations, 1)
        ]
        if self.kept is not None and self.settings.keep_questions and not private:
            self.kept.asked(conversations[-1], replies[-1], held.familiar)
        return [Answered(reply, present(reply, held.article, self.settings.site_url)) for reply in replies]

    def _reply_to(self, held: Answerer, conversation: Conversation, *, last: bool) -> Reply:
        began = time.perf_counter()
        try:
            with watching(self._spent):
                reply = held.reply(conversation)
        except NothingToSearch:
            # An earlier question that cannot be answered must not keep the red flag of a later one from its message.
            if last:
                raise nothing_to_search() from None
            return Reply("abstain", nothing_to_search().detail)
        self.metrics.replied(reply, time.perf_counter() - began)
        return reply

    def status(self) -> Status:
        """Whether questions can be answered now, and what works only in part."""
        status = self.answerer.status()
        if self.limits is not None and self.limits.degraded:
            return replace(status, degraded=(*status.degraded, "rates_of_this_process_only"))
        return status

    def _spent(self, stage: Stage, seconds: float) -> None:
        self.metrics.spent(stage, seconds)
        if self.telemetry is not None:
            self.telemetry.spent(stage, seconds)

    def _limit(self) -> anyio.CapacityLimiter:
        # Made on first use: it belongs to the event loop that is running then.
        if self._limiter is None:
            self._limiter = anyio.CapacityLimiter(self.settings.answer_threads)
        return self._limiter


def as_json(answered: Answered) -> dict[str, Any]:
    """The Reply of the contract, with `blocks` and `sources` beside its own fields."""
    return {
        **answered.reply.as_dict(),
        "blocks": answered.presentation.blocks,
        "sources": answered.presentation.sources,
    }
