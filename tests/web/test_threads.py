"""The threads of answers: never more at work than were set, whoever was given up."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from functools import partial
from typing import Any

import pytest

from web.threads import Threads

TWO = 2


class Work:
    """Work that lasts until it is let go, and counts how much of it goes on at once."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.begun = threading.Semaphore(0)
        self.at_once = self.most = self.count = 0
        self._lock = threading.Lock()

    def __call__(self) -> None:
        with self._lock:
            self.count += 1
            self.at_once += 1
            self.most = max(self.most, self.at_once)
        self.begun.release()
        self.go.wait(20)
        with self._lock:
            self.at_once -= 1


@pytest.fixture
def work() -> Iterator[Work]:
    made = Work()
    yield made
    made.go.set()


def run(steps: Coroutine[Any, Any, None]) -> None:
    # On a thread of its own: a browser test may have left a loop running on this one.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, steps).result()


async def given_up(*tasks: asyncio.Task[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0)


async def begin(threads: Threads, work: Work, number: int) -> list[asyncio.Task[None]]:
    """`number` tasks of which two are under way."""
    tasks = [asyncio.create_task(threads.run(work)) for _ in range(number)]
    await asyncio.sleep(0)
    for _ in range(min(number, TWO)):
        await asyncio.to_thread(work.begun.acquire)
    return tasks


def test_what_is_given_up_keeps_its_thread_until_it_is_done(work: Work) -> None:
    async def steps() -> None:
        threads = Threads(TWO)
        for _ in range(3):
            await given_up(*[asyncio.create_task(threads.run(work)) for _ in range(TWO)])
        abandoned = await begin(threads, work, TWO)
        await given_up(*abandoned)
        late = asyncio.create_task(threads.run(work))
        await asyncio.sleep(0)
        assert threads.waiting == 1
        work.go.set()
        await late

    run(steps())
    assert work.most <= TWO


def test_what_is_given_up_while_it_waits_is_never_begun_and_leaves_the_queue(work: Work) -> None:
    async def steps() -> None:
        threads = Threads(TWO)
        tasks = await begin(threads, work, 5)
        assert threads.waiting == 3
        await given_up(*tasks[TWO:])
        assert threads.waiting == 0
        work.go.set()
        await asyncio.gather(*tasks[:TWO])

    run(steps())
    assert work.count == TWO


def test_what_is_made_or_raised_comes_back_and_the_context_goes_along() -> None:
    who = ContextVar("who", default="nobody")

    def fail() -> None:
        raise LookupError(who.get())

    async def steps() -> None:
        threads = Threads(1)
        who.set("the caller")
        assert await threads.run(who.get) == "the caller"
        with pytest.raises(LookupError, match="the caller"):
            await threads.run(fail)
        assert await threads.run(partial(len, "abc")) == 3

    run(steps())
