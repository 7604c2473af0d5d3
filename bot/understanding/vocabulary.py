"""Lay words and the words that articles use for them, as data that a site owner extends (`corpus/vocabulary/`).

One line a group. `trainers = running shoes` goes both ways; `puffed up -> swelling, swollen` from left to right only.
`#` starts a comment.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import FootnoteError
from index.words import Word, words


class VocabularyError(FootnoteError):
    """A line of a vocabulary file cannot be read; the message names file and line."""


@dataclass(frozen=True, slots=True)
class Expansion:
    """Words of the question, `start..end` in its list of words, and what the articles may say instead."""

    start: int
    end: int
    written: str
    meant: tuple[str, ...]


class Vocabulary:
    """Finds expansions in a question; longest match first, on folded stems, so that inflections are found too.

    `surface` holds every folded word that an entry is written with: known words, never to be spelt otherwise.
    """

    def __init__(self, entries: Iterable[tuple[str, tuple[str, ...]]]) -> None:
        self._entries: dict[tuple[str, ...], tuple[str, ...]] = {}
        surface: set[str] = set()
        for written, meant in entries:
            read = words(written)
            surface.update(word.text for word in read)
            key = tuple(word.stem for word in read)
            if key and meant:
                known = self._entries.get(key, ())
                self._entries[key] = known + tuple(text for text in meant if text not in known)
        self._longest = max((len(key) for key in self._entries), default=0)
        self.surface = frozenset(surface)

    def expand(self, question: Sequence[Word]) -> list[Expansion]:
        """Every entry that occurs in the question; entries do not overlap, the longer one wins."""
        stems = [word.stem for word in question]
        found: list[Expansion] = []
        position = 0
        while position < len(stems):
            length = self._match(stems, position)
            if length:
                meant = self._entries[tuple(stems[position : position + length])]
                written = " ".join(word.text for word in question[position : position + length])
                found.append(Expansion(position, position + length, written, meant))
            position += length or 1
        return found

    def _match(self, stems: Sequence[str], position: int) -> int:
        for length in range(min(self._longest, len(stems) - position), 0, -1):
            if tuple(stems[position : position + length]) in self._entries:
                return length
        return 0


def parse(text: str, origin: str) -> list[tuple[str, tuple[str, ...]]]:
    """The entries of one vocabulary file; raises VocabularyError with file and line."""
    entries: list[tuple[str, tuple[str, ...]]] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.split("#")[0].strip()
        if not line:
            continue
        if "->" in line:
            left, right = (_phrases(side, ",") for side in line.split("->", 1))
        else:
            left = right = _phrases(line, "=")
        if not left or not right or ("->" not in line and len(left) < 2):
            raise VocabularyError(
                f"{origin}, line {number}: expected 'lay words -> article words' or 'a = b', found {raw!r}"
            )
        entries += [(phrase, tuple(other for other in right if other != phrase)) for phrase in left]
    return entries


def load(place: Path) -> Vocabulary:
    """All `*.txt` of the folder, in the order of their names; an absent folder is an empty vocabulary."""
    entries: list[tuple[str, tuple[str, ...]]] = []
    for path in sorted(place.glob("*.txt")):
        entries += parse(path.read_text(encoding="utf-8"), path.name)
    return Vocabulary(entries)


def folder() -> Path:
    """Where the vocabulary that comes with Footnote lies."""
    import corpus

    return Path(next(iter(corpus.__path__))) / "vocabulary"


def _phrases(side: str, separator: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in side.split(separator) if phrase.strip())


def subjects(place: Path) -> Vocabulary:
    """Things that a question can be about (`*.list` of the folder): a vocabulary that expands each to itself."""
    entries: list[tuple[str, tuple[str, ...]]] = []
    for path in sorted(place.glob("*.list")):
        for line in path.read_text(encoding="utf-8").splitlines():
            entries += [(phrase, (phrase,)) for phrase in _phrases(line.split("#")[0], ",")]
    return Vocabulary(entries)
