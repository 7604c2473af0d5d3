"""What an old generation held goes back to the system."""

from __future__ import annotations

import ctypes
import gc
import sys
import threading
from collections.abc import Callable

import pytest

from web import live, memory


def test_memory_is_given_back_where_the_c_library_can(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    class Library:
        def __init__(self, name: None) -> None:
            self.malloc_trim = asked.append

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(ctypes, "CDLL", Library)
    assert memory.give_back()
    assert set(asked) == {0}  # once or more: an exchange in another test may end meanwhile


@pytest.mark.parametrize("platform", ["linux", "darwin"])
def test_a_c_library_that_cannot_is_left_alone(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(ctypes, "CDLL", lambda name: object())
    assert not memory.give_back()


def test_what_is_no_longer_held_is_collected_first(monkeypatch: pytest.MonkeyPatch) -> None:
    collected: list[bool] = []
    monkeypatch.setattr(gc, "collect", lambda: collected.append(True))
    memory.give_back()
    assert collected


def test_an_exchange_gives_memory_back_when_requests_have_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[float, Callable[[], bool]]] = []

    class Timer:
        daemon = False

        def __init__(self, seconds: float, call: Callable[[], bool]) -> None:
            self._planned = (seconds, call)

        def start(self) -> None:
            assert self.daemon
            started.append(self._planned)

    monkeypatch.setattr(threading, "Timer", Timer)
    live._tidy_later(21)
    assert set(started) == {(21, memory.give_back)}
