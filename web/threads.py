"""The threads on which answers are made: a set number of them, whoever still waits for what they make."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextvars import copy_context
from typing import Any, TypeVar

Made = TypeVar("Made")


class Threads:
    """Never more than `most` at work; one that was given up by its visitor keeps its place until it is done."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._pool = ThreadPoolExecutor(most, "footnote-answer")
        self._taken: set[Future[Any]] = set()

    @property
    def waiting(self) -> int:
        """How much waits for a thread; what was given up before it began no longer does."""
        return max(0, len(self._taken) - self._most)

    async def run(self, work: Callable[[], Made]) -> Made:
        """What `work` returns or raises, in the context of the caller; when cancelled, `work` is not begun any more."""
        future = self._pool.submit(copy_context().run, work)
        self._taken.add(future)
        # Called by the thread itself when it is done, or at once for what is cancelled while it waits.
        future.add_done_callback(self._taken.discard)
        return await asyncio.wrap_future(future)
