"""Sentence boundaries in a block of prose, as offsets.

Our own, small and total: answers are made of verbatim sentences, so a boundary in the wrong place is a wrong quote.
"""

from __future__ import annotations

import re

from corpus.article import Span

# A full stop after one of these does not end a sentence. Folded to lower case, without the stop.
_ABBREVIATIONS = frozenset(
    "dr mr mrs ms prof st jr sr vs etc approx fig vol al e.g i.e eg ie cf ca dept est min max hr hrs wk wks "
    "a.m p.m u.s u.k inc ltd co".split()
)

# Terminator, closing quotes or brackets, reference marks such as [3], then white space.
_BOUNDARY = re.compile(r"[.!?…]+[\"'”’)\]]*(?:\s?\[\d{1,3}\])*(?=\s)")
_LAST_WORD = re.compile(r"[\w.]+$")
_SENTENCE_START = re.compile(r"\s+[\"'“‘(\[]*[^\W_a-z]|\s+[-•*–—]\s|\s*\n")


def sentences(text: str, within: Span) -> tuple[Span, ...]:
    """Cut `within` into sentences: in order, not overlapping, none empty, every non-space character in exactly one."""
    spans: list[Span] = []
    start = within.start
    for match in _BOUNDARY.finditer(text, within.start, within.end):
        if _ends_sentence(text, match, within):
            _append(spans, text, start, match.end())
            start = match.end()
    _append(spans, text, start, within.end)
    return tuple(spans)


def sentence_texts(text: str) -> tuple[str, ...]:
    """The sentences of a text of its own, as they are written; none where it is blank."""
    return tuple(span.of(text) for span in sentences(text, Span(0, len(text))))


def _ends_sentence(text: str, match: re.Match[str], within: Span) -> bool:
    if not _SENTENCE_START.match(text, match.end(), within.end):
        return False
    if not match.group().startswith(".") or match.group().startswith(".."):
        return True
    before = _LAST_WORD.search(text, max(within.start, match.start() - 20), match.start())
    word = before.group().casefold() if before else ""
    # An initial ("J. Smith") or a list number ("1. Overuse") is not an end either.
    return word not in _ABBREVIATIONS and not (len(word) == 1 and word.isalpha() and word != "i")


def _append(spans: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    stripped = piece.strip()
    if stripped:
        begin = start + piece.index(stripped[0])
        spans.append(Span(begin, begin + len(stripped)))
