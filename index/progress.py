"""How a long build tells how far it is; the command line shows it as a bar, tests and servers show nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol


class Progress(Protocol):
    """Shows how far a long stage is: `with progress("Encoding", total) as advance: advance(amount)`."""

    def __call__(self, stage: str, total: int, /) -> AbstractContextManager[Callable[[int], None]]:
        """Begin a stage of `total` units; what is entered is called with the units done since the last call."""
        ...


@contextmanager
def no_progress(_stage: str, _total: int, /) -> Iterator[Callable[[int], None]]:
    """Show nothing."""
    yield lambda _amount: None
