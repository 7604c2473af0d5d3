"""Small plots as inline SVG: no library, no script, nothing fetched; readable in print and without colour.

Classes are styled by the page (report.html.jinja, docs/plots.py); every plot has a title and a description for who does
not see it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from bot.evaluation.measures import Bin, Share

_WIDTH, _HEIGHT = 460, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 14, 44
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_ROW = 26
_LEGEND_ROW, _LEGEND_COLUMN = 18, 200


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis spans. In `decades` each ten times is as far as the last; else it is marked in fifths of 0..1."""

    low: float = 0.0
    high: float = 1.0
    decades: bool = False

    def place(self, value: float) -> float:
        """Where a value stands, from 0 to 1."""
        if self.decades:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def ticks(self) -> list[tuple[float, str]]:
        """The values that are marked, and how they are written."""
        if not self.decades:
            return [(tick, f"{tick:.1f}") for tick in _TICKS]
        first, last = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
        return [(10.0**power, f"{10**power:,}" if power >= 0 else f"{10**power:g}") for power in range(first, last + 1)]


SHARES = Axis()


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: its name, its points, the CSS class that draws it, and dots, where something was measured."""

    name: str
    points: Sequence[tuple[float, float]]
    style: str = "one"
    dots: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a plot: its title, a sentence that says what it shows, what the axes are and span."""

    title: str
    description: str
    x: str
    y: str
    across: Axis = SHARES
    up: Axis = SHARES


def curves(frame: Frame, lines: Sequence[Line], marked: tuple[float, float] | None = None) -> str:
    """Curves, and below the plot their names where there are several; `marked` is a point with a ring around it."""

    def at(point: tuple[float, float]) -> tuple[str, str]:
        return f"{_x(frame.across.place(point[0])):.1f}", f"{_y(frame.up.place(point[1])):.1f}"

    body: list[str] = []
    for line in lines:
        body.append(f'<polyline class="line {line.style}" points="{" ".join(",".join(at(p)) for p in line.points)}"/>')
        body += [_circle(f"dot {line.style}", at(dot), 3) for dot in line.dots]
    if marked:
        body.append(_circle("marked", at(marked), 5))
    return _svg(frame, body, lines if len(lines) > 1 else ())


def _circle(style: str, at: tuple[str, str], radius: int) -> str:
    return f'<circle class="{style}" cx="{at[0]}" cy="{at[1]}" r="{radius}"/>'


def _legend(lines: Sequence[Line]) -> Iterable[str]:
    """The names of the lines in two columns below the plot, each beside a piece of its line."""
    for place, line in enumerate(lines):
        x, y = _LEFT + _LEGEND_COLUMN * (place % 2), _HEIGHT + 6 + _LEGEND_ROW * (place // 2)
        yield f'<line class="line {line.style}" x1="{x}" x2="{x + 24}" y1="{y}" y2="{y}"/>'
        if line.dots:
            yield _circle(f"dot {line.style}", (f"{x + 12}", f"{y}"), 3)
        yield f'<text class="label" x="{x + 30}" y="{y + 4}">{escape(line.name)}</text>'


def reliability(frame: Frame, bins: Sequence[Bin]) -> str:
    """A column for each bin as high as its share of right answers, a dot at its mean confidence, and the ideal."""
    body = [f'<line class="line ideal" x1="{_x(0):.1f}" y1="{_y(0):.1f}" x2="{_x(1):.1f}" y2="{_y(1):.1f}"/>']
    for b in bins:
        left, right, top = _x(b.low) + 1.5, _x(b.high) - 1.5, _y(b.right)
        body.append(
            f'<rect class="bar" x="{left:.1f}" y="{top:.1f}" width="{right - left:.1f}" '
            f'height="{_y(0) - top:.1f}"><title>{b.of} questions</title></rect>'
        )
        body.append(f'<text class="count" x="{(left + right) / 2:.1f}" y="{top - 5:.1f}">{b.of}</text>')
        body.append(f'<circle class="dot" cx="{_x(b.confidence):.1f}" cy="{_y(b.right):.1f}" r="3"/>')
    return _svg(frame, body)


def bars(title: str, description: str, rows: Sequence[Share]) -> str:
    """A bar for each share, with its 95 % interval as a thin line and its count in words."""
    label, width = 150, _WIDTH - 150 - 110
    height = _ROW * len(rows) + 8
    body: list[str] = []
    for number, row in enumerate(rows):
        y = 4 + number * _ROW
        low, high = row.interval
        middle = y + _ROW / 2
        body += [
            f'<text class="label end" x="{label - 8}" y="{middle + 4}">{escape(row.name)}</text>',
            f'<rect class="track" x="{label}" y="{y + 5}" width="{width}" height="{_ROW - 10}"/>',
            f'<rect class="bar" x="{label}" y="{y + 5}" width="{width * row.value:.1f}" height="{_ROW - 10}"/>',
            f'<line class="interval" x1="{label + width * low:.1f}" x2="{label + width * high:.1f}" '
            f'y1="{middle}" y2="{middle}"/>',
            f'<text class="label" x="{label + width + 8}" y="{middle + 4}">'
            f"{row.value:.2f} ({row.right}/{row.of})</text>",
        ]
    return _wrapped(title, description, _WIDTH, height, body)


def _svg(frame: Frame, body: Iterable[str], named: Sequence[Line] = ()) -> str:
    axes: list[str] = []
    for tick, text in frame.up.ticks():
        y = _y(frame.up.place(tick))
        axes.append(f'<line class="grid" x1="{_x(0)}" x2="{_x(1)}" y1="{y:.1f}" y2="{y:.1f}"/>')
        axes.append(f'<text class="tick end" x="{_x(0) - 6}" y="{y + 4:.1f}">{text}</text>')
    for tick, text in frame.across.ticks():
        x = _x(frame.across.place(tick))
        axes.append(f'<line class="grid" y1="{_y(0)}" y2="{_y(1)}" x1="{x:.1f}" x2="{x:.1f}"/>')
        axes.append(f'<text class="tick middle" x="{x:.1f}" y="{_y(0) + 16}">{text}</text>')
    axes.append(f'<text class="label middle" x="{_x(0.5):.1f}" y="{_HEIGHT - 8}">{escape(frame.x)}</text>')
    axes.append(
        f'<text class="label middle" transform="translate(14 {_y(0.5):.1f}) rotate(-90)">{escape(frame.y)}</text>'
    )
    height = _HEIGHT + _LEGEND_ROW * math.ceil(len(named) / 2)
    return _wrapped(frame.title, frame.description, _WIDTH, height, [*axes, *body, *_legend(named)])


def _wrapped(title: str, description: str, width: int, height: int, body: Iterable[str]) -> str:
    return (
        f'<svg class="plot" role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(body)}</svg>"
    )


def _x(value: float) -> float:
    return _LEFT + value * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float) -> float:
    return _HEIGHT - _BOTTOM - value * (_HEIGHT - _TOP - _BOTTOM)
