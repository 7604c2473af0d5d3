"""Spelling mistakes: an unknown word is read as the nearest word of the rules' vocabulary, beside what was typed.

A word that is ordinary English is never changed, and what was typed always stays one of the readings: a correction can
add danger, which the trace shows, and cannot take any away.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

_ORDINARY = Path(__file__).with_name("ordinary_words.txt")
_MOST_UNKNOWN = 400
"""Unknown words looked up in one message; a text with more is not read word by word any more."""


class Speller:
    """Readings of words that stand in no dictionary; keeps those it looked up (bounded), and no word of a visitor."""

    def __init__(self, vocabulary: Iterable[str], autocorrect: Mapping[str, str]) -> None:
        self._vocabulary = frozenset(vocabulary)
        self._autocorrect = {word: tuple(others.split()) for word, others in autocorrect.items()}
        self._known: dict[bytes, tuple[str, ...]] = {}
        self._secret = os.urandom(16)
        self._by_start: dict[tuple[str, int], list[str]] = {}
        for word in sorted(self._vocabulary):
            self._by_start.setdefault((word[0], len(word)), []).append(word)

    @cached_property
    def _ordinary(self) -> frozenset[str]:
        return frozenset(_ORDINARY.read_text("utf-8").split())

    def readings(self, words: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Further readings of each word that has any."""
        found: dict[str, tuple[str, ...]] = {}
        budget = _MOST_UNKNOWN
        for word in dict.fromkeys(words):
            if word in self._autocorrect:
                found[word] = self._autocorrect[word]
                continue
            if not self._is_unknown(word):
                continue
            name = self._name(word)
            # In a variable of its own: another thread may empty what is kept at any time.
            nearest = self._known.get(name)
            if nearest is None and budget:
                budget -= 1
                nearest = self._nearest(word)
                if len(self._known) > 20_000:
                    self._known.clear()
                self._known[name] = nearest
            if nearest:
                found[word] = nearest
        return found

    def _name(self, word: str) -> bytes:
        """What a word is kept under: only this process can make it, and nobody can tell the word from it alone."""
        return hashlib.blake2b(word.encode("utf-8"), key=self._secret, digest_size=16).digest()

    def _is_unknown(self, word: str) -> bool:
        return 3 < len(word) < 24 and word.isalpha() and word not in self._vocabulary and word not in self._ordinary

    def _nearest(self, word: str) -> tuple[str, ...]:
        """The closest words of the vocabulary, or the two words that it is when a space is missing."""
        allowed = 1 if len(word) < 7 else 2
        near = [
            candidate
            for length in range(len(word) - allowed, len(word) + allowed + 1)
            for first in dict.fromkeys((word[0], word[1]))  # in this order: of many words as near, four are kept
            for candidate in self._by_start.get((first, length), ())
        ]
        hits = process.extract(word, near, scorer=OSA.distance, score_cutoff=allowed, limit=4)
        best = min((distance for _, distance, _ in hits), default=None)
        close = tuple(candidate for candidate, distance, _ in hits if distance == best)
        return close or self._split(word)

    def _split(self, word: str) -> tuple[str, ...]:
        for cut in range(3, len(word) - 2):
            left, right = word[:cut], word[cut:]
            if right in self._vocabulary and (left in self._vocabulary or left in self._short_words):
                return (f"{left} {right}",)
        return ()

    _short_words = frozenset("my the no im cant wont dont its not is and a in on feel".split())
