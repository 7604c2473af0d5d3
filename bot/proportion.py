"""A proportion of few cases, and how far it can be trusted."""

from __future__ import annotations

import math

_Z = 1.96
"""95 % of a normal distribution lie within so many deviations."""


def proportion(right: int, of: int) -> float:
    """`right` out of `of`, 0..1; 0 of nothing, of which nothing was shown to be right."""
    return right / of if of else 0.0


def interval(right: int, of: int) -> tuple[float, float]:
    """The smallest and the largest proportion that this outcome would not surprise, at 95 % (Wilson 1927)."""
    if not of:
        return 0.0, 1.0
    found, scale = proportion(right, of), 1 + _Z**2 / of
    middle = found + _Z**2 / (2 * of)
    spread = _Z * math.sqrt(found * (1 - found) / of + _Z**2 / (4 * of**2))
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)
