"""A visitor's message as words that know where they stand.

Spelling is made plain (no apostrophes, capitals, accents or stretched letters) so that "Caaan't" and "cant" are one
word; each word keeps its place in the message as it was typed, because an escalation quotes the visitor's own words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

Break = Literal[0, 1, 2]
"""What stands before a word: 0 nothing, 1 a comma, dash or bracket, 2 the end of a sentence or line."""

_LONGEST_SENTENCE = 90
"""Words after which a sentence without an end is cut: what is near a finding must stay a bounded number of words."""
_PIECE = re.compile(r"\d+[.,]\d{1,2}(?!\d)|[^\W_]+(?:[*'’‘`´ʼ＇][^\W_]+)*[*]*|[^\w\s]|[\n\r\u2028\u2029]|_", re.UNICODE)
_DIGITS = re.compile(r"\d+(?:[.,]\d+)?|\D+")
_APOSTROPHES = re.compile(r"[*'’‘`´ʼ＇]")
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_SENTENCE_ENDS = frozenset(".!?;…\n\r\u2028\u2029。！？")
_LINE_ENDS = frozenset("\n\r\u2028\u2029")
_GOES_ON = re.compile(r"[^\S\n\r\u2028\u2029]*(?:and|or|with|when|since|because|which|but|so)\b")
_SOFT = frozenset(',:-–—()[]/"“”|~>')
# Letters of other alphabets that look like Latin ones; used to slip words past filters.
_LOOKALIKES = str.maketrans("асеорхуіѕјһԁԛԝοανικη", "aceopxyisjhdqwoavikn")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\u20e3]")
_KEEPS_ITS_S = frozenset("it he she that what there who how where let here whats thats this everything".split())


@dataclass(frozen=True, slots=True)
class Word:
    """One word: `text` as the rules see it, `start:end` in the message as typed, and the `pause` before it."""

    text: str
    start: int
    end: int
    pause: Break = 0


@dataclass(frozen=True, slots=True)
class Message:
    """The words of one message; `questions` holds the numbers of the sentences that end in a question mark.

    `sentence[i]` is the number of the sentence that word `i` stands in.
    """

    raw: str
    words: tuple[Word, ...]
    sentence: tuple[int, ...]
    questions: frozenset[int]

    def quote(self, first: int, last: int) -> str:
        """The visitor's own words from word `first` up to and including word `last`."""
        return " ".join(self.raw[self.words[first].start : self.words[last].end].split())


def windows(message: Message, least: int = 10, most: int = 6, long: int = 40) -> list[tuple[int, int]]:
    """First and last word of the sentences of a long message one by one, short ones joined to the next; empty for up to
    `long` words.

    A danger sign in one sentence of a long message is not diluted by the others. At most `most`: of more, the sentences
    are joined in as many pieces.
    """
    spans: list[list[int]] = []
    if len(message.words) <= long:
        return []
    for i, number in enumerate(message.sentence):
        if spans and (number == message.sentence[i - 1] or spans[-1][1] - spans[-1][0] + 1 < least):
            spans[-1][1] = i
        else:
            spans.append([i, i])
    step = -(-len(spans) // most)
    joined = [(spans[i][0], spans[min(i + step, len(spans)) - 1][1]) for i in range(0, len(spans), max(step, 1))]
    return joined if len(joined) > 1 else []


TOGETHER = 6
"""Messages that the second layer reads as one, for what is told in drops."""


def joined(messages: Sequence[str]) -> str:
    """The last messages of a conversation as one text, which is how the second layer reads and learns them."""
    return ". ".join(message.strip() for message in messages[-TOGETHER:])


def plain(word: str) -> str:
    """One word in the spelling that rules are written in: lower case, no apostrophe, accent or stretched letters."""
    if word.isascii():
        text = word.lower()
        if text.isalpha():
            return _STRETCHED.sub(r"\1\1", text) if _STRETCHED.search(text) else text
    else:
        text = unicodedata.normalize("NFKC", word).casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFD", text.translate(_LOOKALIKES))
        text = "".join(c for c in text if not unicodedata.combining(c))
    return _STRETCHED.sub(r"\1\1", _APOSTROPHES.sub("", text))


def read(raw: str, short: Mapping[str, str], signs: Mapping[str, str]) -> Message:  # noqa: C901 one loop, one table
    """Cut a message into words; total and linear in its length.

    `short` spells abbreviations out ("w8" -> "weight"), `signs` gives emoji a word. Both give one or more plain words.
    """
    words: list[Word] = []
    sentence: list[int] = []
    questions: set[int] = set()
    number = 0
    pause: Break = 0
    text, origin = _visible(raw)

    def add(word: str, start: int, end: int) -> None:
        nonlocal pause, number
        if word:
            if len(sentence) >= _LONGEST_SENTENCE and sentence[-_LONGEST_SENTENCE] == number:
                number, pause = number + 1, 2
            words.append(Word(word, origin[start], origin[end - 1] + 1, pause))
            sentence.append(number)
            pause = 0

    for piece in _PIECE.finditer(text):
        token, start, end = piece.group(), piece.start(), piece.end()
        if token in signs:
            for word in signs[token].split():
                add(word, start, end)
        elif token[0].isalnum():
            if token.isascii() and token.isalpha() and (spelled := plain(token)) not in short:
                add(spelled, start, end)  # as `_spelled` would, for most words
                continue
            for spelled, first, past in _spelled(token, short):
                add(spelled, start + first, start + past)
        elif token in _LINE_ENDS and _GOES_ON.match(text, end):
            pause = max(pause, 1)  # who writes on a phone presses enter in the middle of a sentence
        elif token in _SENTENCE_ENDS:
            if token == "?" and words:
                questions.add(number)
            number += pause < 2 and bool(words)
            pause = 2
        elif pause == 0 and _pauses(token, text, start):
            pause = 1
    return Message(raw, tuple(words), tuple(sentence), frozenset(questions))


def _pauses(token: str, text: str, start: int) -> bool:
    """Whether a sign parts two clauses; a slash and the hyphen of a compound do not."""
    return token in _SOFT and token != "/" and not (token == "-" and text[start - 1 : start].isalnum())


def _visible(raw: str) -> tuple[str, list[int] | range]:
    """The text without invisible characters, and for each remaining character its place in the original."""
    if raw.isascii() or not _INVISIBLE.search(raw):
        return raw, range(len(raw))
    kept = [i for i, c in enumerate(raw) if not _INVISIBLE.match(c)]
    return "".join(raw[i] for i in kept), kept


def _spelled(token: str, short: Mapping[str, str]) -> list[tuple[str, int, int]]:
    """The plain words of one run of letters and digits, each with its place in the run."""
    whole = plain(token)
    if whole in short:
        return [(word, 0, len(token)) for word in short[whole].split()]
    if not token.isalpha() and any(c.isdigit() for c in token):
        return [
            (word, part.start(), part.end())
            for part in _DIGITS.finditer(token)
            for word in short.get(plain(part.group()), plain(part.group())).split()
        ]
    if len(token) > 2 and whole.endswith("s") and token[-2] in "'’‘`´ʼ＇" and whole[:-1] not in _KEEPS_ITS_S:
        return [(whole[:-1], 0, len(token) - 2), ("s", len(token) - 1, len(token))]
    return [(whole, 0, len(token))]
