"""Spelling: words that are none become the nearest word that the site uses.

A real word is never changed into another one, so "knee" does not become "heel" and the absence of a thing stays
visible: words of the articles, of the vocabulary and of the language (`lexicon.py`) are left alone, and so are their
inflections.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from bot.understanding.lexicon import Lexicon
from index.words import STOP_WORDS, Word, stem

_MIN_LENGTH = 4

_MOST_UNKNOWN = 60
"""Unknown words looked up in one turn, each in about a millisecond; the words of a text with more are left as they were
typed from there on. Set by hand, not swept."""

_OTHER_START = 0.7
_SAME_CONSONANTS = 0.7
_OF_THE_ARTICLES, _OF_THE_VOCABULARY = 0.8, 0.4
"""What a candidate loses by another first letter, and gains by the same consonants and by being a word of the site, in
changed letters. Each is less than one letter, so that it decides among near ones; set by hand, not swept."""

Lookups = dict[str, str | None]
"""What unknown words were read as, None for a word that resembles nothing. It lives as long as one turn: these are the
visitor's words, and nothing of them is kept."""

_TYPED_SHORT = {
    "b4": "before", "wat": "what", "wht": "what", "wats": "what is", "wen": "when", "whn": "when", "wich": "which",
    "whre": "where", "wher": "where", "hw": "how", "y": "why", "u": "you", "ur": "your", "r": "are", "tht": "that",
    "thx": "thanks", "shud": "should", "shld": "should", "shoud": "should", "wud": "would", "cud": "could",
    "coud": "could",
    "cn": "can", "hav": "have", "hve": "have", "evry": "every", "ovr": "over", "realy": "really", "betwen": "between",
    "bfore": "before", "befor": "before", "aftr": "after", "wiht": "with", "wth": "with", "w": "with", "w/": "with",
    "bc": "because", "cuz": "because", "cos": "because", "coz": "because", "becuase": "because", "bcos": "because",
    "nd": "and", "n": "and", "smth": "something", "sth": "something", "abt": "about", "bout": "about", "dis": "this",
    "gonna": "going to", "wanna": "want to", "gotta": "have to", "pls": "please", "plz": "please", "ppl": "people",
    "2day": "today", "4": "4", "mins": "minutes", "hrs": "hours", "secs": "seconds", "msg": "message",
    "info": "information",
    "dose": "does",
}  # fmt: skip
_ONLY_FIRST = frozenset({"dose"})  # "dose" for "does" is believed only as the first word: "what dose of ..." is a dose


@dataclass(frozen=True, slots=True)
class Correction:
    """One word of the question, as written and as meant."""

    written: str
    meant: str


class Speller:
    """Corrects folded words against the words of a corpus.

    `corpus` maps each folded surface word of the articles to its count; `known` are words that are right as they are;
    `lexicon` knows the words of the language, of which the common ones compete as corrections; `has_stem` tells whether
    the articles have a word of this stem.
    """

    def __init__(
        self, corpus: Mapping[str, int], known: Iterable[str], lexicon: Lexicon, has_stem: Callable[[str], bool]
    ) -> None:
        self._corpus = corpus
        self._has_stem = has_stem
        self._known = frozenset(known) | STOP_WORDS
        self._lexicon = lexicon
        self._by_length: dict[tuple[int, int], list[str]] = {}

    def correct(self, question: Iterable[Word], lookups: Lookups | None = None) -> dict[int, Correction]:
        """What to change, by the position of the word in the question; `lookups` are those of the turn so far."""
        known = {} if lookups is None else lookups
        changes: dict[int, Correction] = {}
        for position, word in enumerate(question):
            meant = self._meant(word.text, known, first=position == 0)
            if meant and meant != word.text:
                changes[position] = Correction(word.text, meant)
        return changes

    def _meant(self, word: str, lookups: Lookups, *, first: bool) -> str | None:
        if word in _TYPED_SHORT and (first or word not in _ONLY_FIRST):
            return _TYPED_SHORT[word]
        if len(word) < _MIN_LENGTH or not word.isalpha() or word in self._corpus or word in self._known:
            return None
        if self._has_stem(stem(word)) or self._lexicon.is_word(word):
            return None
        if word not in lookups and len(lookups) < _MOST_UNKNOWN:
            lookups[word] = self._nearest(word)
        return lookups.get(word)

    @cached_property
    def _own(self) -> list[str]:
        return _candidates({*self._corpus, *self._known})

    @cached_property
    def _all(self) -> list[str]:
        return _candidates({*self._own, *self._lexicon.common()})

    def _of_length(self, length: int, limit: int) -> list[str]:
        """The words that can be so near: no others differ so little in length."""
        if (length, limit) not in self._by_length:
            self._by_length[length, limit] = [word for word in self._all if abs(len(word) - length) <= limit]
        return self._by_length[length, limit]

    def _near(self, word: str, candidates: Sequence[str], limit: int) -> list[tuple[str, int]]:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        found = process.extract(word, candidates, scorer=OSA.distance, score_cutoff=limit, limit=24)
        return [(str(candidate), int(distance)) for candidate, distance, _ in found]

    def _nearest(self, word: str) -> str | None:
        limit = 1 if len(word) == 4 else 2 if len(word) <= 9 else 3
        near = self._near(word, self._of_length(len(word), limit), limit)
        plausible = [(other, distance) for other, distance in near if _plausible(word, other, distance)]
        if not plausible:
            return None
        best = min(plausible, key=lambda hit: self._cost(word, *hit))[0]
        ours = best in self._corpus or best in self._known
        # A common word that the articles do not have is believed only where the vowels alone went wrong: anything else
        # may be a name ("asics").
        return best if ours or (len(word) > 5 and _skeleton(best) == _skeleton(word)) else None

    def _cost(self, word: str, other: str, distance: int) -> tuple[float, int, str]:
        """How little speaks for a candidate: its changes, and what they are worth; the commoner word where two tie."""
        cost = float(distance)
        cost += 0.0 if other[0] == word[0] else _OTHER_START
        cost -= _SAME_CONSONANTS if _skeleton(other) == _skeleton(word) else 0.0
        cost -= _OF_THE_ARTICLES if other in self._corpus else _OF_THE_VOCABULARY if other in self._known else 0.0
        return cost, -self._corpus.get(other, 0), other


def _candidates(found: Iterable[str]) -> list[str]:
    return sorted(word for word in found if len(word) >= _MIN_LENGTH and word.isalpha())


def _plausible(word: str, other: str, distance: int) -> bool:
    """Whether one could have been typed for the other; two changes ask for the same first letter or consonants.

    A word that only has a longer ending ("kinder" for "kind") is another word, not a misspelt one.
    """
    if word.startswith(other) or other.startswith(word):
        return distance == 1
    if distance == 1:
        return True
    alike = _skeleton(word) == _skeleton(other)
    return alike or (word[0] == other[0] and len(word) >= 3 * distance and len(word) > 5)


def _skeleton(word: str) -> str:
    """The consonants, each run of one letter once: what is left of a word when vowels go wrong."""
    kept = [letter for letter in word if letter not in "aeiouy"]
    return "".join(letter for index, letter in enumerate(kept) if index == 0 or kept[index - 1] != letter)
