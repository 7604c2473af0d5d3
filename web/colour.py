"""The contrast of two colours, as WCAG 2.2 counts it."""

from __future__ import annotations

import re

_HEX = re.compile(r"#([0-9a-fA-F]{2})([0-9a-fA-F]{2})([0-9a-fA-F]{2})")


def contrast(one: str, other: str) -> float | None:
    """The contrast ratio (1 to 21) of two `#rrggbb` colours; None when either cannot be read."""
    lights = [_luminance(colour) for colour in (one, other)]
    if lights[0] is None or lights[1] is None:
        return None
    low, high = sorted((lights[0], lights[1]))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float | None:
    match = _HEX.fullmatch(colour)
    if match is None:
        return None
    red, green, blue = (_linear(int(part, 16) / 255) for part in match.groups())
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)
