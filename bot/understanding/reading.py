"""A reading: one way to understand a message after what was said before it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

How = Literal["alone", "correction", "reference", "parallel", "context", "heading", "whole", "core"]

CONTEXTS: frozenset[How] = frozenset({"context", "heading", "whole", "core"})
"""Readings that take over what an earlier turn was about."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to understand a message: a stand-alone text, and the rule that made it.

    `inherited` are the stems that no article is asked to hold for the answer to count: those taken over from before,
    and words such as "work" or "feel" in "how does it feel?". `traits` are the signs for and against its being meant
    so, by name, before anything was searched; `prior` is a first guess from them, which only orders the readings.
    `sides` are the things set side by side by an exchange, the new one last; `items` is the list that a reference
    pointed into, `item` what it picked.
    """

    text: str
    how: How
    inherited: frozenset[str] = frozenset()
    sides: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    prior: float = 0.0
    item: str = ""
    traits: tuple[tuple[str, float], ...] = ()

    @property
    def leans(self) -> bool:
        """Whether anything of it was taken over."""
        return self.how != "alone"
