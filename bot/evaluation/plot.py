"""Small plots as inline SVG: no library, no script, nothing fetched; readable in print and without colour.

Classes are styled by the page (report.html.jinja); every plot has a title and a description for who does not see it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

from bot.evaluation.measures import Bin, Share

_WIDTH, _HEIGHT = 460, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 14, 14, 44
_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
_ROW = 26


@dataclass(frozen=True, slots=True)
class Line:
    """One curve: its name, its points in 0..1, and the CSS class that draws it."""

    name: str
    points: Sequence[tuple[float, float]]
    style: str = "one"


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a plot: its title, a sentence that says what it shows, and what the axes are."""

    title: str
    description: str
    x: str
    y: str


def curves(frame: Frame, lines: Sequence[Line], marked: tuple[float, float] | None = None) -> str:
    """Curves over 0..1 on both axes; `marked` is a point with a ring around it."""
    body = [
        f'<polyline class="line {line.style}" points="{" ".join(_point(*p) for p in line.points)}"/>' for line in lines
    ]
    if marked:
        body.append(f'<circle class="marked" cx="{_x(marked[0]):.1f}" cy="{_y(marked[1]):.1f}" r="5"/>')
    for place, line in enumerate(lines if len(lines) > 1 else ()):
        y = _TOP + 14 + 16 * place
        body.append(f'<line class="line {line.style}" x1="{_LEFT + 10}" x2="{_LEFT + 34}" y1="{y}" y2="{y}"/>')
        body.append(f'<text class="label" x="{_LEFT + 40}" y="{y + 4}">{escape(line.name)}</text>')
    return _svg(frame, body)


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


def _svg(frame: Frame, body: Iterable[str]) -> str:
    axes: list[str] = []
    for tick in _TICKS:
        axes.append(f'<line class="grid" x1="{_x(0)}" x2="{_x(1)}" y1="{_y(tick):.1f}" y2="{_y(tick):.1f}"/>')
        axes.append(f'<line class="grid" y1="{_y(0)}" y2="{_y(1)}" x1="{_x(tick):.1f}" x2="{_x(tick):.1f}"/>')
        axes.append(f'<text class="tick end" x="{_x(0) - 6}" y="{_y(tick) + 4:.1f}">{tick:.1f}</text>')
        axes.append(f'<text class="tick middle" x="{_x(tick):.1f}" y="{_y(0) + 16}">{tick:.1f}</text>')
    axes.append(f'<text class="label middle" x="{_x(0.5):.1f}" y="{_HEIGHT - 8}">{escape(frame.x)}</text>')
    axes.append(
        f'<text class="label middle" transform="translate(14 {_y(0.5):.1f}) rotate(-90)">{escape(frame.y)}</text>'
    )
    return _wrapped(frame.title, frame.description, _WIDTH, _HEIGHT, [*axes, *body])


def _wrapped(title: str, description: str, width: int, height: int, body: Iterable[str]) -> str:
    return (
        f'<svg class="plot" role="img" viewBox="0 0 {width} {height}" width="{width}" height="{height}">'
        f"<title>{escape(title)}</title><desc>{escape(description)}</desc>{''.join(body)}</svg>"
    )


def _x(value: float) -> float:
    return _LEFT + value * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float) -> float:
    return _HEIGHT - _BOTTOM - value * (_HEIGHT - _TOP - _BOTTOM)


def _point(x: float, y: float) -> str:
    return f"{_x(x):.1f},{_y(y):.1f}"
