"""One message read: every finding in it, where it stands, and what the words around it make of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.safety import number, text
from bot.safety.context import Decision, Surroundings
from bot.safety.pattern import Board, Hit
from bot.safety.rulebook import Entry, Rulebook
from bot.safety.spelling import Speller

_PRONOUNS = frozenset("it its they theyre them that thats this".split())
_SIGN_OF_CRISIS = "crisis"


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that matched: its id, the words it matched, the pattern, and how it stands."""

    rule: str
    hit: Hit
    evidence: str
    pattern: str
    decision: Decision


@dataclass(frozen=True, slots=True)
class Reading:
    """What one message holds; `cues` are the context cues by name, `part` the body part spoken of last."""

    message: text.Message
    found: tuple[Found, ...]
    cues: Mapping[str, Sequence[Hit]]
    part: tuple[int, ...]
    clauses: tuple[int, ...]


class Reader:
    """Reads messages by one rulebook."""

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self._speller = Speller(book.vocabulary, book.lexicon.autocorrect)
        self._body = sum(1 << element for element in book.body)
        self._by_anchor: dict[int, list[tuple[int, Entry]]] = {}
        for entry in book.entries:
            self._by_anchor.setdefault(entry.anchor, []).append((_required(entry), entry))
        self._anchors = sum(1 << anchor for anchor in self._by_anchor)

    def read(self, raw: str, part: tuple[int, ...] = ()) -> Reading:
        """All findings of one message; `part` is the body part that a first "it" may mean."""
        message = text.read(raw, self.book.lexicon.short, self.book.lexicon.signs)
        board, part = self._board(message, part)
        hits: dict[str, list[tuple[Hit, Entry]]] = {}
        for entry in self._candidates(board):
            for hit in board.find(entry.groups):
                hits.setdefault(entry.owner, []).append((hit, entry))
        cues = {owner[4:]: tuple(hit for hit, _ in found) for owner, found in hits.items() if owner.startswith("cue:")}
        surroundings = Surroundings(message, cues)
        idioms = [hit for hit, _ in hits.get("idiom:", ())]
        found = [
            self._judged(
                owner[3:], hit, entry, surroundings, idioms, [h for h, _ in hits.get(f"unless:{owner[3:]}", ())]
            )
            for owner, pairs in hits.items()
            if owner.startswith("is:")
            for hit, entry in pairs
        ]
        return Reading(message, tuple(found), cues, part, tuple(surroundings.clause))

    def _judged(
        self, rule: str, hit: Hit, entry: Entry, around: Surroundings, idioms: Sequence[Hit], traps: Sequence[Hit]
    ) -> Found:
        concept = self.book.concepts.get(rule)
        evidence = around.message.quote(hit.first, hit.last)
        for kind, spans in (("idiom", idioms), ("trap", traps)):
            for span in spans:
                if span.first <= hit.last and hit.first <= span.last:
                    decision = Decision(
                        "idiom" if kind == "idiom" else "trap", around.message.quote(span.first, span.last)
                    )
                    return Found(rule, hit, evidence, entry.text, decision)
        decision = around.decide(
            hit,
            negative=entry.negative,
            lasting=concept.lasting if concept else self.book.signs[rule].lasting,
            crisis=bool(concept and concept.tier == _SIGN_OF_CRISIS),
        )
        return Found(rule, hit, evidence, entry.text, decision)

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

    def _board(self, message: text.Message, part: tuple[int, ...]) -> tuple[Board, tuple[int, ...]]:
        words = [word.text for word in message.words]
        board = Board(message.sentence, [word in self.book.fillers for word in words])
        readings = self._speller.readings(words)
        tags: dict[int, list[tuple[str, int]]] = {}
        for tag, first, past in number.tags(message):
            tags.setdefault(first, []).append((tag, min(past, len(words))))
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
        return board, part

    def _occurrences(
        self,
        words: Sequence[str],
        readings: Mapping[str, tuple[str, ...]],
        tags: Mapping[int, list[tuple[str, int]]],
        start: int,
    ) -> Iterator[tuple[int, int]]:
        """The sets of elements that begin at word `start`, each with the place past its end."""
        open_ends = [(self.book.trie, start)]
        while open_ends:
            node, i = open_ends.pop()
            if i == len(words):
                continue
            steps = [(reading, i + 1) for reading in (words[i], *readings.get(words[i], ()))]
            for reading, past in (*steps, *tags.get(i, ())):
                after = node
                for piece in reading.split(" "):
                    after = after.get(piece, _NOWHERE)
                if after:
                    if "" in after:
                        yield _elements(after), past
                    open_ends.append((after, past))


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


_NOWHERE: dict[str, Any] = {}
