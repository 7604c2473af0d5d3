"""Plots as files of their own: `bot.evaluation.plot` with its styles inside, for pages in light and in dark."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from bot.evaluation.plot import Axis, Frame, Line, curves

_NAMESPACE = 'xmlns="http://www.w3.org/2000/svg"'
_LIGHT = {"ink": "#1c2430", "soft": "#566071", "line": "#d5dae2", "paper": "#ffffff", "a": "#2f6db5", "b": "#b0560f"}
_LIGHT |= {"c": "#1f6b3a", "d": "#8a3d8f", "pale": "#c4d7ee"}
_DARK = {"ink": "#e6e9ef", "soft": "#a3acba", "line": "#3a4250", "paper": "#14181f", "a": "#7fb2ee", "b": "#f0a05a"}
_DARK |= {"c": "#6fcf97", "d": "#d89bdc", "pale": "#2c4463"}
_STROKES = {
    "exact": ("a", "2"),
    "approximate": ("b", "2;stroke-dasharray:7 4"),
    "floor": ("soft", "1.5;stroke-dasharray:2 4"),
    "search": ("c", "1.5;stroke-dasharray:10 3 2 3"),
    "turn": ("d", "1.5"),
}


def standalone(frame: Frame, lines: Sequence[Line]) -> str:
    """Curves as the text of an SVG file; its paper is its own, since a page may be dark where its reader is not."""
    head, _, rest = curves(frame, lines).partition(">")
    styles = f"<style>{_styles(_LIGHT)}@media (prefers-color-scheme: dark){{{_styles(_DARK)}}}</style>"
    paper = '<rect class="paper" width="100%" height="100%" rx="6"/>'
    return f"{head.replace('<svg', f'<svg {_NAMESPACE}', 1)}>{styles}{paper}{rest}\n"


def decades(values: Iterable[float], least: float = 0.0) -> Axis:
    """A logarithmic axis for these values: from the power of ten below the smallest to a little beyond the largest."""
    known = [value for value in values if value > 0]
    low = max(least, 10.0 ** math.floor(math.log10(min(known)) + 1e-9))
    return Axis(low, max(max(known) * 1.6, low * 10), decades=True)


def steps(low: float, high: float, count: int = 25) -> list[float]:
    """So many values from `low` to `high`, each the same times the one before."""
    return [low * (high / low) ** (step / (count - 1)) for step in range(count)]


def _styles(colours: dict[str, str]) -> str:
    rules = [
        f"svg{{font:12px system-ui,sans-serif}}.paper{{fill:{colours['paper']}}}",
        f".grid{{stroke:{colours['line']}}}.tick{{fill:{colours['soft']};font-size:11px}}",
        f".label{{fill:{colours['ink']}}}.middle{{text-anchor:middle}}.end{{text-anchor:end}}",
        f".line{{fill:none}}.line.chosen{{stroke:{colours['pale']};stroke-width:9;stroke-linecap:round}}",
        f".dot{{fill:{colours['paper']};stroke-width:1.5}}",
    ]
    for name, (colour, width) in _STROKES.items():
        rules.append(
            f".line.{name}{{stroke:{colours[colour]};stroke-width:{width}}}.dot.{name}{{stroke:{colours[colour]}}}"
        )
    return "".join(rules)
