"""Text directives: the part of a link that makes a browser scroll to a passage (`#:~:text=...`).

A page cannot learn whether its directive matched, so uniqueness is checked here, by matching as the browser does:
words only at word boundaries, letters without case, and no single term across a block boundary.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import quote as percent_encode

_WHOLE_QUOTE = 120
"""Longest quote that is spelt out whole; longer ones are named by their first and last words, to keep links short."""

_WORD = re.compile(r"\S+")


def text_directive(article: str, start: int, end: int) -> str | None:
    """The directive for `article[start:end]`, without `#:~:`; None when no unique one was found.

    It matches exactly once in the text and there at `start`, given that the page shows the same words.
    """
    quote = article[start:end]
    lines = [line for line in quote.split("\n") if line.strip()]
    if not lines:
        return None
    begin, finish = start + len(quote) - len(quote.lstrip()), start + len(quote.rstrip())
    for first, last in _terms(lines):
        for prefix in _prefixes(article, start):
            if _only_match(article, prefix, first, last) == (begin, finish):
                return _directive(prefix, first, last)
    return None


def _terms(lines: list[str]) -> Iterator[tuple[str, str | None]]:
    """Pairs of first and last term for the quote, shortest link first."""
    if len(lines) == 1 and len(lines[0]) <= _WHOLE_QUOTE:
        yield lines[0].strip(), None
        return
    for count in (4, 7, 12):
        head = " ".join(_WORD.findall(lines[0])[:count])
        tail = " ".join(_WORD.findall(lines[-1])[-count:])
        if len(lines) == 1 and len(head) + len(tail) >= len(lines[0]):
            yield lines[0].strip(), None
            return
        yield head, tail


def _prefixes(article: str, start: int) -> Iterator[str | None]:
    yield None
    before = article[:start].rstrip("\n ")
    line = before[before.rfind("\n") + 1 :]
    words = _WORD.findall(line)
    for count in (2, 4, 8):
        if words[-count:]:
            yield " ".join(words[-count:])


def _only_match(article: str, prefix: str | None, first: str, last: str | None) -> tuple[int, int] | None:
    """What the directive would match, start and end; None when it matches nowhere or twice."""
    before = "" if prefix is None else rf"{_pattern(prefix)}\s+"
    # Inside a look-ahead, so that matches may overlap: "rest rest rest" holds "rest rest" twice.
    pattern = rf"(?={before}(?P<quote>{_pattern(first)}))"
    found = [match.span("quote") for match in re.finditer(pattern, article, re.IGNORECASE)]
    if len(found) != 1 or last is None:
        return found[0] if len(found) == 1 else None
    start, after = found[0]
    end = re.compile(_pattern(last), re.IGNORECASE).search(article, after)
    return None if end is None else (start, end.end())


def _pattern(term: str) -> str:
    """`term` at word boundaries, any white space but a line break between its words."""
    words = r"[^\S\n]+".join(re.escape(word) for word in term.split())
    return rf"(?<!\w){words}(?!\w)"


def _directive(prefix: str | None, first: str, last: str | None) -> str:
    parts = [] if prefix is None else [_encode(prefix) + "-"]
    parts.append(_encode(first))
    if last is not None:
        parts.append(_encode(last))
    return "text=" + ",".join(parts)


def _encode(term: str) -> str:
    # `-` is percent-encoded by hand: it has a meaning in a directive and quote() never touches it.
    return percent_encode(term, safe="").replace("-", "%2D")
