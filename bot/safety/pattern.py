"""The language that wordings are described in, and its matcher.

    cant feel .. <limb>         words in this order; small words ("really", "my", "the") may stand between
    swell~                      the word with its regular endings: swells, swelled, swelling, swellin
    <limb>                      a family of words or phrases, listed in lexicon.toml
    (put|take|any weight)       one of these; brackets may stand in brackets
    no?                         may be missing
    ..   ...                    up to 4, up to 9 other words may stand between, in the same sentence
    <limb> + blue               both, in any order, at most 7 words apart, in the same sentence
    #fever                      a measured value, see number.py

A pattern is matched against words, never characters, and each step looks at a fixed number of words ahead: the time is
linear in the length of the message whatever the message is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

Phrase = tuple[str, ...]

NEAR = 4
FAR = 9
APART = 7
_FILLERS_BETWEEN = 4
_DETERMINERS = ("", "my", "the", "his", "her", "a")
_ATOM = re.compile(r"<[a-z0-9_]+>|#[a-z0-9_]+|\.{2,3}|[^\s()<>#+?|.]+")
_WORD = re.compile(r"[a-z0-9àâçéèêëîïôûùüÿñæœäößíóúáãõ%]+~?\Z")


class PatternError(ValueError):
    """A pattern is not in the language; the message says which piece and why."""


@dataclass(frozen=True, slots=True)
class Step:
    """One element of a sequence: `key` is its canonical text, `gap` how many words may stand before it."""

    key: str
    optional: bool
    gap: int


Sequence_ = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Pattern:
    """Sequences that must all occur near each other (just one, if the pattern has no `+`)."""

    text: str
    groups: tuple[Sequence_, ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """Words `first` to `last` (inclusive) of a message match a pattern."""

    first: int
    last: int


def parse(text: str) -> Pattern:
    """Read one pattern; PatternError when it is not in the language."""
    groups: list[Sequence_] = []
    steps: list[Step] = []
    gap = 0
    for piece, optional in _pieces(text):
        if piece == "+":
            groups.append(_closed(steps, gap, text))
            steps, gap = [], 0
        elif piece in ("..", "..."):
            if not steps:
                raise PatternError(f"{text!r} begins with a gap")
            gap = NEAR if piece == ".." else FAR
        else:
            steps.append(
                Step(
                    "|".join(sorted(set(_options(piece, text)))) if piece[0] == "(" else _checked(piece, text),
                    optional,
                    gap,
                )
            )
            gap = 0
    groups.append(_closed(steps, gap, text))
    return Pattern(text, tuple(groups))


def _closed(steps: list[Step], gap: int, text: str) -> Sequence_:
    if not steps or gap or all(step.optional for step in steps):
        raise PatternError(f"{text!r} has an empty part or ends in a gap")
    return tuple(steps)


def _pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The top-level pieces of a pattern, each with whether it is optional."""
    i = 0
    while i < len(text):
        if text[i].isspace():
            i += 1
            continue
        if text[i] == "+":
            piece = "+"
        elif text[i] == "(":
            piece = _bracketed(text, i)
        else:
            found = _ATOM.match(text, i)
            if not found:
                raise PatternError(f"{text!r}: {text[i]!r} at place {i + 1} is not in the language")
            piece = found.group()
        i += len(piece)
        optional = i < len(text) and text[i] == "?"
        i += optional
        yield piece, optional


def _bracketed(text: str, start: int) -> str:
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] == "(") - (text[i] == ")")
        if depth == 0:
            return text[start : i + 1]
    raise PatternError(f"{text!r}: a bracket is not closed")


def _options(piece: str, text: str) -> list[str]:
    """The alternatives of a bracket; inner brackets are multiplied out, and `..` inside stands for one small word or
    none."""
    made: list[str] = []
    for option in _split(piece[1:-1]):
        built = [""]
        for part, optional in _pieces(option):
            if part[0] == "(":
                tails = _options(part, text)
            elif part == "..":
                tails = list(_DETERMINERS)
            else:
                tails = [_checked(part, text)]
            tails = [*tails, ""] if optional else tails
            built = [f"{head} {tail}".strip() for head in built for tail in tails]
        made += [phrase for phrase in built if phrase]
    if not made:
        raise PatternError(f"{text!r} has an empty bracket")
    return made


def _split(inner: str) -> list[str]:
    options, depth = [""], 0
    for c in inner:
        depth += (c == "(") - (c == ")")
        if c == "|" and depth == 0:
            options.append("")
        else:
            options[-1] += c
    return options


def _checked(piece: str, text: str) -> str:
    if not (piece[0] in "<#" or _WORD.match(piece)):
        raise PatternError(f"{piece!r} in {text!r} is not a plain word (lower case, no apostrophe)")
    return piece


def phrases(key: str, families: Mapping[str, Sequence[str]]) -> Iterator[Phrase]:
    """All phrases that an element stands for, with the regular endings of words marked `~`."""
    for option in key.split("|"):
        yield from expand(option, families)


def expand(entry: str, families: Mapping[str, Sequence[str]]) -> Iterator[Phrase]:
    """The phrases of one entry of a family or one alternative of a pattern."""
    if entry.startswith("<") and " " not in entry:
        for inner in families[entry[1:-1]]:
            yield from expand(inner, families)
        return
    built: list[Phrase] = [()]
    for word in entry.split():
        if word.startswith("<"):
            tails = [tail for inner in families[word[1:-1]] for tail in expand(inner, families)]
        else:
            tails = [(form,) for form in (forms(word[:-1]) if word.endswith("~") else (word,))]
        built = [head + tail for head in built for tail in tails]
    yield from built


def forms(word: str) -> tuple[str, ...]:
    """A word with its regular endings, as people type them ("swellin" too)."""
    if word.endswith("e"):
        made = [word + "s", word + "d", word[:-1] + "ing", word[:-1] + "in"]
    elif word.endswith("y") and word[-2:-1] not in "aeiou":
        made = [word[:-1] + "ies", word[:-1] + "ied", word + "ing", word + "in"]
    else:
        made = [word + "s", word + "ed", word + "ing", word + "in"]
        if word.endswith(("s", "x", "z", "ch", "sh")):
            made.append(word + "es")
        if re.fullmatch(r"[a-z]*[^aeiou][aeiou][bdgklmnprtv]", word) or word in ("quit",):
            double = word + word[-1]
            made += [double + "ed", double + "ing", double + "in"]
    return (word, *made)


class Board:
    """Where the elements of patterns occur in one message.

    A set of elements is one integer with a bit for each. `at[i]` holds, for each phrase that begins at word i, the
    elements that it belongs to and the place past its end; `present` is the union of all.
    """

    def __init__(self, sentence: Sequence[int], filler: Sequence[bool]) -> None:
        self.at: list[list[tuple[int, int]]] = [[] for _ in sentence]
        self.present = 0
        self._sentence = sentence
        self._reach = _reach(sentence, filler)
        self._where: dict[int, dict[int, list[int]]] = {}

    def add(self, elements: int, start: int, end: int) -> None:
        """Note that the words from `start` up to, not including, `end` are each of `elements`."""
        self.at[start].append((elements, end))
        self.present |= elements

    def look_for(self, elements: int) -> None:
        """Write down where each of these elements begins and ends; before `find`, for all that its patterns name."""
        numbers: dict[int, list[int]] = {}  # words come twice
        for start, held in enumerate(self.at):
            for found, end in held:
                if found not in numbers:
                    numbers[found] = list(_numbers(found & elements))
                for number in numbers[found]:
                    self._where.setdefault(number, {}).setdefault(start, []).append(end)

    def find(self, groups: Sequence[Sequence[tuple[int, bool, int]]], *, loose: bool = True) -> list[Hit]:
        """All hits of a compiled pattern, by their first word; small words are skipped only when `loose`."""
        hits: list[_Span] | None = None
        for group in groups:
            found = self._sequence(group, loose)
            hits = found if hits is None else self._joined(hits, found)
            if not hits:
                return []
        return [Hit(first, last) for first, last in sorted(set(hits or ()))]

    def _sequence(self, steps: Sequence[tuple[int, bool, int]], loose: bool) -> list[_Span]:
        starts: set[int] = set()
        for element, optional, _ in steps:
            starts.update(self._where.get(element, ()))
            if not optional:
                break
        return [(start, end - 1) for start in sorted(starts) for end in self._ends(start, steps, loose)]

    def _ends(self, start: int, steps: Sequence[tuple[int, bool, int]], loose: bool) -> set[int]:
        """The ends of all matches that begin at word `start`."""
        ends: set[int] = set()
        for element, optional, gap in steps:
            places = self._where.get(element, _NOWHERE)
            after = self._after(ends, places, gap, loose) if ends else set(places.get(start, ()))
            if optional:
                ends = ends | after
            elif not after:
                return after
            else:
                ends = after
        return ends

    def _after(self, ends: set[int], places: Mapping[int, Sequence[int]], gap: int, loose: bool) -> set[int]:
        found: set[int] = set()
        if not places:
            return found
        for end in ends:
            limit = max(self._reach[end - 1] if loose else end, end + gap)
            number = self._sentence[end - 1]
            for i in range(end, min(limit + 1, len(self.at))):
                if self._sentence[i] != number:
                    break
                if i in places:
                    found.update(places[i])
        return found

    def _joined(self, hits: list[_Span], others: list[_Span]) -> list[_Span]:
        starts: dict[int, list[_Span]] = {}
        for other in others:
            starts.setdefault(other[0], []).append(other)
        joined: list[_Span] = []
        for first, last in hits if starts else ():
            number = self._sentence[first]
            for i in range(max(0, first - APART - 4), min(len(self.at), last + APART + 1)):
                if i not in starts or self._sentence[i] != number:
                    continue
                for begins, ends in starts[i]:
                    apart = begins - last <= APART and first - ends <= APART
                    if apart and not (first <= ends and begins <= last):
                        joined.append((min(first, begins), max(last, ends)))
        return joined


def _numbers(elements: int) -> Iterator[int]:
    """The numbers of a set of elements."""
    while elements:
        lowest = elements & -elements
        elements ^= lowest
        yield lowest.bit_length() - 1


_Span = tuple[int, int]
_NOWHERE: Mapping[int, Sequence[int]] = {}


def _reach(sentence: Sequence[int], filler: Sequence[bool]) -> list[int]:
    """For each word the last place where the next element may begin when only small words stand between."""
    reach = list(range(1, len(sentence) + 1))
    for i in range(len(sentence)):
        j = i + 1
        while j < len(sentence) and j - i <= _FILLERS_BETWEEN and filler[j] and sentence[j] == sentence[i]:
            j += 1
        reach[i] = j
    return reach
