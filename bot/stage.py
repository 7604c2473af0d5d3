"""The stages of a turn, for whoever measures them: `watching(f)` has `f(name, seconds)` told how long each took.

Nothing is measured, and next to nothing paid, where nobody watches. What is told is a name and a time, never text.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Literal

Stage = Literal["safety", "understanding", "retrieval", "answering"]
Watcher = Callable[[Stage, float], None]

_watcher: ContextVar[Watcher | None] = ContextVar("watcher", default=None)


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Have `watcher` told of every stage that ends inside the block, in this thread or task."""
    token = _watcher.set(watcher)
    try:
        yield
    finally:
        _watcher.reset(token)


@contextmanager
def stage(name: Stage) -> Iterator[None]:
    """The block is this stage; one stage may come several times in a turn (a question of two parts)."""
    watcher = _watcher.get()
    if watcher is None:
        yield
        return
    began = time.perf_counter()
    try:
        yield
    finally:
        watcher(name, time.perf_counter() - began)
