"""Writing Markdown in which no character of the source is lost or taken for markup: what every reader ends in."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import count

from corpus.characters import fold_line, fold_lines

_ANYWHERE = re.compile(r"([\\`*_\[\]<>&|~#!$^{}])")
_LINE_START = re.compile(r"^([-+=:]|\d{1,9}(?=[.)]))", re.MULTILINE)


def escape(text: str) -> str:
    """`text` on one line so that a Markdown parser gives back exactly these characters."""
    return _escape(fold_line(text))


def _escape(text: str) -> str:
    text = _ANYWHERE.sub(r"\\\1", text)
    return _LINE_START.sub(lambda start: f"\\{start[0]}" if not start[0].isdigit() else f"{start[0]}\\", text)


def heading(level: int, text: str = "") -> str:
    """A heading; without `text` it marks the place where a heading of this level was lost."""
    return f"{'#' * min(max(level, 1), 6)} {escape(text)}".rstrip()


def paragraph(text: str) -> str:
    """A paragraph; lines inside it stay lines."""
    return "\\\n".join(_escape(line) for line in fold_lines(text).split("\n"))


def image(caption: str) -> str:
    """A picture of which only the words are known."""
    return f"![{escape(caption)}]()"


def bullets(items: Iterable[str], *, ordered: bool = False) -> str:
    """A list, one item a line."""
    marks = (f"{number}." if ordered else "-" for number in count(1))
    return "\n".join(f"{mark} {escape(item)}" for mark, item in zip(marks, items, strict=False))


def table(rows: Sequence[Sequence[str]]) -> str:
    """A table whose first row is its header; short rows are filled up."""
    width = max((len(row) for row in rows), default=0)
    lines = ["| " + " | ".join([*map(escape, row), *[""] * (width - len(row))]) + " |" for row in rows]
    return "\n".join([*lines[:1], "|" + " --- |" * width, *lines[1:]])
