"""One message read: every finding in it, where it stands, and what the words around it make of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise
from typing import Any

from bot.safety import number, text
from bot.safety.context import BODY_WORDS, Decision, Surroundings
from bot.safety.pattern import Board, Hit
from bot.safety.rulebook import Entry, Rulebook
from bot.safety.spelling import Speller

_PRONOUNS = frozenset("it its they theyre them that thats this".split())
_WELL = ("correction.well", "correction.perhaps_well")
"""Cues that say that it is over: the visitor must say so, not their mother."""
_AS_TYPED = frozenset({
    "other_resolved_or_fictional.fiction", "other_resolved_or_fictional.exam", "other_resolved_or_fictional.news",
    "history_resolved.past", "recently_resolved.gone", "information.topic",
})  # fmt: skip
"""Cues that explain a finding away and count only as they were typed: a corrected word may not take danger away
("muck" is no mock exam). Negations and conditions are corrected too: half of what people type is in a hurry."""


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that matched: its id, the words it matched, the pattern, and how it stands.

    `cued`: some cue that could explain it away stands near enough (`Surroundings.cued`), though no rule of context
    applies it.
    """

    rule: str
    hit: Hit
    evidence: str
    pattern: str
    decision: Decision
    cued: bool = False


@dataclass(frozen=True, slots=True)
class Reading:
    """What one message holds; `cues` are the context cues by name, `part` the body part spoken of last."""

    message: text.Message
    found: tuple[Found, ...]
    cues: Mapping[str, Sequence[Hit]]
    part: tuple[int, ...]
    clauses: tuple[int, ...]

    def between(self, first: int, last: int) -> Reading:
        """The reading of words `first` to `last` alone, as it was made in the whole message."""
        inside = self.message.words[first : last + 1]
        message = replace(self.message, words=inside, sentence=self.message.sentence[first : last + 1])
        found = tuple(f for f in self.found if first <= f.hit.first and f.hit.last <= last)
        cues = {name: tuple(c for c in hits if first <= c.first <= last) for name, hits in self.cues.items()}
        return Reading(message, found, cues, self.part, self.clauses[first : last + 1])


class Reader:
    """Reads messages by one rulebook; `today` tells the day, by which a year is past or is not."""

    def __init__(self, book: Rulebook, today: Callable[[], date] = number.now) -> None:
        self.book = book
        self._today = today
        self._speller = Speller(book.vocabulary, book.lexicon.autocorrect)
        self._body = sum(1 << element for element in book.body)
        self._negations = frozenset(book.lexicon.negations)
        self._by_anchor: dict[int, list[tuple[int, Entry]]] = {}
        for entry in book.entries:
            self._by_anchor.setdefault(entry.anchor, []).append((_required(entry), entry))
        self._anchors = sum(1 << anchor for anchor in self._by_anchor)

    def read(self, raw: str, part: tuple[int, ...] = ()) -> Reading:
        """All findings of one message; `part` is the body part that a first "it" may mean."""
        message = text.read(raw, self.book.lexicon.short, self.book.lexicon.signs)
        board, part, guessed = self._board(message, part)
        hits: dict[str, list[tuple[Hit, Entry, bool]]] = {}
        candidates = list(self._candidates(board))
        board.look_for(_elements_of(candidates))
        for entry in candidates:
            for hit in board.find(entry.groups, loose=entry.owner.startswith("is:")):
                own = entry.negative and self._negates(board, message, entry, hit)
                hits.setdefault(entry.owner, []).append((hit, entry, own))
        cues = {
            owner[4:]: tuple(hit for hit, _, _ in found if owner[4:] not in _AS_TYPED or _as_typed(hit, guessed))
            for owner, found in hits.items()
            if owner.startswith("cue:")
        }
        cues |= {name: _own_word(cues[name], cues.get("correction.hearsay", ())) for name in _WELL if name in cues}
        around = Surroundings(message, cues)
        idioms = _by_sentence(
            message, [(hit, False) for hit, _, _ in hits.get("idiom:", ()) if not _pauses(message, hit)]
        )
        found: list[Found] = []
        for owner, matched in hits.items():
            if not owner.startswith("is:"):
                continue
            traps = [(hit, False) for hit, _, _ in hits.get(f"unless:{owner[3:]}", ())]
            traps += [(hit, True) for hit, _, _ in hits.get(f"never:{owner[3:]}", ())]
            vetoes = _by_sentence(message, traps)
            for hit, entry, own in matched:
                where = message.sentence[hit.first]
                decision = _vetoed(hit, idioms.get(where, ()), vetoes.get(where, ()), around) or self._decided(
                    owner[3:], hit, own, around
                )
                cued = around.cued(hit, crisis=self._is_crisis(owner[3:]))
                found.append(Found(owner[3:], hit, message.quote(hit.first, hit.last), entry.text, decision, cued))
        return Reading(message, tuple(found), cues, part, tuple(around.clause))

    def _decided(self, rule: str, hit: Hit, own: bool, around: Surroundings) -> Decision:
        concept = self.book.concepts.get(rule)
        known = concept or self.book.signs[rule]
        return around.decide(
            hit,
            negative=own,
            lasting=known.lasting,
            past=known.past_counts,
            crisis=self._is_crisis(rule),
        )

    def _is_crisis(self, rule: str) -> bool:
        concept = self.book.concepts.get(rule)
        return concept is not None and concept.tier == "crisis"

    def _negates(self, board: Board, message: text.Message, entry: Entry, hit: Hit) -> bool:
        """Whether the words that the pattern matched hold a negation themselves ("no feeling", "cannot stand")."""
        elements = sum(1 << element for group in entry.groups for element, _, _ in group)
        return any(
            self._negations.intersection(word.text for word in message.words[start:end])
            for start in range(hit.first, hit.last + 1)
            for held, end in board.at[start]
            if held & elements
        )

    def _candidates(self, board: Board) -> Iterator[Entry]:
        """The patterns whose elements all occur, found by the rarest element of each."""
        present = board.present
        anchors = present & self._anchors
        while anchors:
            lowest = anchors & -anchors
            anchors ^= lowest
            for required, entry in self._by_anchor[lowest.bit_length() - 1]:
                if required & present == required:
                    yield entry

    def _board(self, message: text.Message, part: tuple[int, ...]) -> tuple[Board, tuple[int, ...], frozenset[int]]:
        words = [word.text for word in message.words]
        board = Board(message.sentence, [word in self.book.fillers for word in words])
        readings = self._speller.readings(words)
        tags: dict[int, list[tuple[str, int]]] = {}
        for tag, first, past in number.tags(message, self._today()):
            tags.setdefault(first, []).append((tag, min(past, len(words))))
        for i, (word, following) in enumerate(pairwise(words)):
            if following == "not" and word in _CONTRACTED:
                tags.setdefault(i, []).append((_CONTRACTED[word], i + 2))
            elif word == "me" and following in BODY_WORDS:
                tags.setdefault(i, []).append(("my", i + 1))
        for i, word in enumerate(words):
            spoken = 0
            for elements, end in self._occurrences(words, readings, tags, i):
                board.add(elements, i, end)
                spoken |= elements
            if word in _PRONOUNS:
                for elements in part:
                    board.add(elements, i, i + 1)
            elif spoken & self._body:
                part = (spoken,)
        return board, part, frozenset(i for i, word in enumerate(words) if word in readings)

    def _occurrences(
        self,
        words: Sequence[str],
        readings: Mapping[str, tuple[str, ...]],
        tags: Mapping[int, list[tuple[str, int]]],
        start: int,
    ) -> list[tuple[int, int]]:
        """The sets of elements that begin at word `start`, each with the place past its end."""
        found: list[tuple[int, int]] = []
        open_ends = [(self.book.trie, start)]
        while open_ends:
            node, i = open_ends.pop()
            if i == len(words):
                continue
            word = words[i]
            steps = [(word, i + 1)]
            if word in readings:
                steps += [(reading, i + 1) for reading in readings[word]]
            if i in tags:
                steps += tags[i]
            for reading, past in steps:
                after = node.get(reading, _NOWHERE) if " " not in reading else _through(node, reading)
                if after:
                    if "" in after:
                        found.append((_elements(after), past))
                    open_ends.append((after, past))
        return found


_CONTRACTED = {"can": "cant", "could": "couldnt"}
"""What patterns spell as one word; "is not" and the like need none, for the negation alone says enough."""


def _through(node: dict[str, Any], reading: str) -> dict[str, Any]:
    """Where the words of a reading lead to."""
    for piece in reading.split(" "):
        node = node.get(piece, _NOWHERE)
    return node


def _own_word(cues: Sequence[Hit], hearsay: Sequence[Hit]) -> tuple[Hit, ...]:
    """The cues that are not part of what somebody else is said to have said."""
    return tuple(c for c in cues if not any(h.first <= c.last and c.first <= h.last for h in hearsay))


def _as_typed(hit: Hit, guessed: frozenset[int]) -> bool:
    """Whether no word of a hit is one that spelling guessed at."""
    return guessed.isdisjoint(range(hit.first, hit.last + 1))


def _elements_of(entries: Sequence[Entry]) -> int:
    """All elements that some patterns name."""
    named = {element for entry in entries for group in entry.groups for element, _, _ in group}
    return sum(1 << element for element in named)


def _elements(node: dict[str, Any]) -> int:
    """The elements of a phrase as one integer; a list of numbers as it lies in the file becomes it on first use."""
    held = node[""]
    if not isinstance(held, int):
        held = node[""] = sum(1 << element for element in held)
    return int(held)


def _required(entry: Entry) -> int:
    required = 0
    for group in entry.groups:
        for element, optional, _ in group:
            if not optional:
                required |= 1 << element
    return required


Veto = tuple[Hit, bool]


def _pauses(message: text.Message, hit: Hit) -> bool:
    """Whether a comma parts the words of a hit."""
    return any(word.pause for word in message.words[hit.first + 1 : hit.last + 1])


def _by_sentence(message: text.Message, vetoes: Sequence[Veto]) -> dict[int, list[Veto]]:
    placed: dict[int, list[Veto]] = {}
    for veto in vetoes:
        placed.setdefault(message.sentence[veto[0].first], []).append(veto)
    return placed


def _vetoed(hit: Hit, idioms: Sequence[Veto], traps: Sequence[Veto], around: Surroundings) -> Decision | None:
    """What takes a finding away: an idiom or a trap over its words, or a trap that counts anywhere in its sentence."""
    for span, _ in idioms:
        if span.first <= hit.last and hit.first <= span.last:
            return Decision("idiom", around.message.quote(span.first, span.last))
    for span, anywhere in traps:
        if anywhere or (span.first <= hit.last and hit.first <= span.last):
            return Decision("trap", around.message.quote(span.first, span.last))
    return None


_NOWHERE: dict[str, Any] = {}
