"""Paragraphs that repeat what their section said: known by their words, not by where a page puts them.

A closing summary stands last in a group (a heading with everything below it). It belongs to that group, not to the
subsection that happens to come before it, and it closes the group: text behind it that has no heading is a run of
answers whose headings were lost, each a section of its own.

The bounds were set on two health articles whose sections end in boxes (8 of 9 boxes and no other of 60 paragraphs pass
COVERED; the ninth lacks words that its group has only in other forms) and on the bundled articles, where none passes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from corpus import roles
from corpus.outline import Part, Piece
from corpus.sentences import sentence_texts
from corpus.words import content_stems

COVERED = 0.8
"""Share of the content words of a summary that its group says as well."""

REPEATED = 0.75
"""Share that one earlier paragraph alone must hold to be what is repeated."""

SPREAD = 0.4
"""Else: share of the earlier paragraphs and items that the words touch, counting words that few of them hold."""

HEADED_COVERED = 0.6
"""Share of words under a heading like "Key points" that the rest of the article must hold."""

_RARE = 1 / 3
_MIN_STEMS = 5
_MAX_LOST = 50
_MIN_UNITS = 3
_MIN_SPREAD_UNITS = 4
_MAX_WORDS = 80
_REFERS_BACK = re.compile(
    r"^(?:(?i:this|these|they|it|its|he|she|those|such|however|but|also|and|in addition|additionally|moreover|then|"
    r"another|other|instead|for example)\b|…|\.\.\.|[a-z])"
)
_NUMBER = re.compile(r"\d+")
_QUALIFIES = re.compile(r"\b(?:even if|even when|unless|except|do not|don['’]t|never|without|only)\b", re.IGNORECASE)


def with_summaries(parts: Sequence[Part], title_at: int | None) -> list[Part]:
    """The parts with the role "summary" where a piece repeats its group, in a part of its group's level.

    No text is added, lost or moved; only parts are divided, and the levels of parts without a heading change.
    """
    parts = _with_headed(list(parts))
    start = 0
    while start < len(parts):
        if parts[start].heading and start != title_at:
            end = _group_end(parts, start)
            parts[start:end] = _closed(parts[start:end])
        start += 1
    return parts


def _with_headed(parts: list[Part]) -> list[Part]:
    """Marks what stands under "Summary" or "Key points" and is said elsewhere too."""
    for place, part in enumerate(parts):
        if roles.is_summary_heading(part.heading):
            said = _stems(parts[:place] + parts[place + 1 :])
            pieces = tuple(
                replace(piece, role="summary")
                if piece.role == "body" and _share(piece.text, said) >= HEADED_COVERED
                else piece
                for piece in part.pieces
            )
            parts[place] = replace(part, pieces=pieces)
    return parts


def _group_end(parts: Sequence[Part], start: int) -> int:
    end = start + 1
    while end < len(parts) and parts[end].level > parts[start].level:
        end += 1
    return end


def _closed(group: Sequence[Part]) -> list[Part]:
    """The group with its closing summary marked, if it has one."""
    last_headed = max(place for place, part in enumerate(group) if part.heading)
    for place in range(last_headed, min(len(group), last_headed + _MAX_LOST)):
        part = group[place]
        paragraphs = [n for n, piece in enumerate(part.pieces) if piece.kind == "paragraph" and piece.role == "body"]
        at = max(paragraphs, default=-1)
        said = [*group[:place], replace(part, pieces=part.pieces[:at])]
        alone = at == 0 and part.heading and place
        if at >= 0 and not alone and _repeats(part.pieces[at], said):
            summary = replace(part.pieces[at], role="summary")
            return [*group[:place], *_divided(part, at, summary, place), *_reopened(group[place + 1 :], group[0].level)]
    return list(group)


def _divided(part: Part, at: int, summary: Piece, place: int) -> Iterator[Part]:
    """The part up to its summary, and the summary as a part below the heading of the group."""
    if place == 0:
        yield replace(part, pieces=(*part.pieces[:at], summary, *part.pieces[at + 1 :]))
        return
    if part.heading or at:
        yield replace(part, pieces=part.pieces[:at])
    yield Part(part.level, None, (summary, *part.pieces[at + 1 :]))


def _reopened(parts: Sequence[Part], level: int) -> Iterator[Part]:
    """Parts without a heading behind a closed group: no longer of that group, each paragraph on its own."""
    for part in parts:
        pieces: list[Piece] = []
        for piece in part.pieces:
            introduced = bool(pieces) and pieces[-1].text.endswith(":")
            if pieces and piece.kind == "paragraph" and not introduced and not _REFERS_BACK.match(piece.text):
                yield Part(level, None, tuple(pieces))
                pieces = []
            pieces.append(piece)
        yield Part(level, None, tuple(pieces))


def _repeats(piece: Piece, said: Sequence[Part]) -> bool:
    """Whether the paragraph, or its first sentence when that enumerates, says only what was said.

    A figure that was not given before, or a qualification, makes it more than a repetition.
    """
    units = _units(said)
    candidates = [piece.text, *(first for first in sentence_texts(piece.text)[:1] if first.count(",") >= 2)]
    known = " ".join(unit.text for part in said for unit in part.pieces)
    new_figures = set(_NUMBER.findall(piece.text)) - set(_NUMBER.findall(known))
    if len(piece.text.split()) > _MAX_WORDS or len(units) < _MIN_UNITS or new_figures or _QUALIFIES.search(piece.text):
        return False
    return any(_covered(text, units, _stems(said)) for text in candidates)


def _covered(text: str, units: Sequence[set[str]], said: set[str]) -> bool:
    stems = set(content_stems(text))
    if len(stems) < _MIN_STEMS or _share(text, said) < COVERED:
        return False
    if any(len(stems & unit) >= REPEATED * len(stems) for unit in units):
        return True
    rare = {stem for stem in stems if sum(stem in unit for unit in units) <= max(1, len(units) * _RARE)}
    touched = sum(bool(unit & rare) for unit in units)
    return len(units) >= _MIN_SPREAD_UNITS and touched >= SPREAD * len(units)


def _units(parts: Sequence[Part]) -> list[set[str]]:
    """The stems of each paragraph and list item, with those of its heading."""
    return [
        set(content_stems(f"{part.heading or ''} {line}"))
        for part in parts
        for piece in part.pieces
        for line in piece.lines
        if piece.role == "body"
    ]


def _stems(parts: Sequence[Part]) -> set[str]:
    texts = (text for part in parts for text in (part.heading or "", *(piece.text for piece in part.pieces)))
    return {stem for text in texts for stem in content_stems(text)}


def _share(text: str, said: set[str]) -> float:
    stems = set(content_stems(text))
    return len(stems & said) / len(stems) if stems else 0.0
