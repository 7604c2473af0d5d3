"""Spelling: unknown words of a question become the nearest word that the site uses.

A word is left alone when it is a word of the articles, of the vocabulary, or of the encoder's own lexicon (30,522 word
pieces, which hold the common English words): a real word is never changed into another one, so "knee" does not become
"heel" and the absence of a thing stays visible.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from index.words import STOP_WORDS, Word

_MIN_LENGTH = 4
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
    `is_english` tells whether a folded word is a common English word.
    """

    def __init__(self, corpus: Mapping[str, int], known: Iterable[str], is_english: Callable[[str], bool]) -> None:
        self._corpus = corpus
        self._known = frozenset(known) | STOP_WORDS
        self._is_english = is_english
        self._candidates = [w for w in sorted({*corpus, *self._known}) if len(w) >= _MIN_LENGTH and w.isalpha()]

    def correct(self, question: Iterable[Word]) -> dict[int, Correction]:
        """What to change, by the position of the word in the question."""
        changes: dict[int, Correction] = {}
        for position, word in enumerate(question):
            meant = self._meant(word.text, first=position == 0)
            if meant and meant != word.text:
                changes[position] = Correction(word.text, meant)
        return changes

    def _meant(self, word: str, *, first: bool) -> str | None:
        if word in _TYPED_SHORT and (first or word not in _ONLY_FIRST):
            return _TYPED_SHORT[word]
        if len(word) < _MIN_LENGTH or not word.isalpha() or word in self._corpus or word in self._known:
            return None
        nearest = self._nearest(word)
        if nearest is None:
            return None
        candidate, distance = nearest
        # The encoder's lexicon holds names and some misspellings beside words: a word that it knows is changed only for
        # one doubled or missing letter ("runing"), never into a word with other letters.
        return None if self._is_english(word) and not (distance == 1 and _same_letters(word, candidate)) else candidate

    def _nearest(self, word: str) -> tuple[str, int] | None:
        from rapidfuzz import process
        from rapidfuzz.distance import OSA

        limit = 1 if len(word) <= 5 else 2 if len(word) <= 8 else 3
        if len(word) == 5:
            limit = 2
        found = process.extract(word, self._candidates, scorer=OSA.distance, score_cutoff=limit, limit=12)
        if not found:
            return None
        best = min(found, key=lambda hit: self._cost(word, hit[0], int(hit[1])))
        # Two changes in a short word leave little of it: ask for the same first letter and the same consonants.
        if len(word) <= 5 and int(best[1]) == 2 and _skeleton(word) != _skeleton(best[0]):
            return None
        return best[0], int(best[1])

    def _cost(self, word: str, candidate: str, distance: int) -> tuple[float, int, str]:
        cost = float(distance)
        cost += 0.0 if candidate[0] == word[0] else 0.7
        cost -= 0.6 if _skeleton(candidate) == _skeleton(word) else 0.0
        cost -= 0.3 if candidate in self._corpus else 0.0
        return cost, -self._corpus.get(candidate, 0), candidate


def _same_letters(word: str, other: str) -> bool:
    return sorted(set(word)) == sorted(set(other)) and len(word) != len(other)


def _skeleton(word: str) -> str:
    """The consonants, each run of one letter once: what is left of a word when vowels go wrong."""
    kept = [letter for letter in word if letter not in "aeiouy"]
    return "".join(letter for index, letter in enumerate(kept) if index == 0 or kept[index - 1] != letter)
