"""One message read: every finding in it, where it stands, and what the words around it make of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.safety import number, text
from bot.safety.context import Decision, Surroundings
from bot.safety.pattern import Board, Hit
from bot.safety.rulebook import Entry, Rulebook
from bot.safety.spelling import Speller

BODY = ("foot", "ankle", "calf", "shin", "knee", "hip", "groin", "thigh", "leg", "achilles", "upper_limb", "chest", "back", "head",
        "belly", "testicle")  # fmt: skip
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
        numbers = {name: n for n, name in enumerate(book.names)}
        self._body = frozenset(numbers[f"<{name}>"] for name in BODY)
        self._by_anchor: dict[int, list[tuple[frozenset[int], Entry]]] = {}
        shared: dict[int, int] = {}
        for entry in book.entries:
            for element in entry.required:
                shared[element] = shared.get(element, 0) + 1
        for entry in book.entries:
            anchor = min(entry.required, key=lambda element: shared[element])
            self._by_anchor.setdefault(anchor, []).append((frozenset(entry.required), entry))

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
        for element in board.where:
            for required, entry in self._by_anchor.get(element, ()):
                if required <= board.where.keys():
                    yield entry

    def _board(self, message: text.Message, part: tuple[int, ...]) -> tuple[Board, tuple[int, ...]]:
        words = [word.text for word in message.words]
        board = Board(message.sentence, [word in self.book.fillers for word in words])
        readings = self._speller.readings(words)
        tags: dict[int, list[tuple[str, int]]] = {}
        for tag, first, past in number.tags(message):
            tags.setdefault(first, []).append((tag, min(past, len(words))))
        for i, word in enumerate(words):
            if part and word in _PRONOUNS:
                for element in part:
                    board.add(element, i, i + 1)
            for element, end in self._occurrences(words, readings, tags, i):
                board.add(element, i, end)
            spoken = board.at[i]
            if word not in _PRONOUNS and not self._body.isdisjoint(spoken):
                part = tuple(spoken)
        return board, part

    def _occurrences(
        self,
        words: Sequence[str],
        readings: Mapping[str, tuple[str, ...]],
        tags: Mapping[int, list[tuple[str, int]]],
        start: int,
    ) -> Iterator[tuple[int, int]]:
        """The elements that begin at word `start`, each with the place past its end."""
        open_ends = [(self.book.trie, start)]
        while open_ends:
            node, i = open_ends.pop()
            if i == len(words):
                continue
            for reading in (words[i], *readings.get(words[i], ())):
                after = node
                for piece in reading.split(" "):
                    after = after.get(piece, _NOWHERE)
                if after:
                    yield from ((element, i + 1) for element in after.get("", ()))
                    open_ends.append((after, i + 1))
            for tag, past in tags.get(i, ()):
                after = node.get(tag, _NOWHERE)
                if after:
                    yield from ((element, past) for element in after.get("", ()))
                    open_ends.append((after, past))


_NOWHERE: dict[str, dict[str, object]] = {}
