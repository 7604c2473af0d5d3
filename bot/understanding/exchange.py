"""Which words of the last question the new ones stand in for: "and mild?" after "how long does severe pain last?".

The words that mean the most similar kind of thing: "mild" is nearer to "severe" than to "pain", "inside" to "outside".
The encoder tells; without one, short lists of opposites do, and then the rarest word.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.understanding.forms import forms, stems, topical
from bot.understanding.past import Past
from index.words import STOP_WORDS, Word, words

Alike = Callable[[str, Sequence[str]], Sequence[float]]
"""How alike the first text is to each of the others, as a cosine; empty where there is no encoder to tell."""

_LEADING = re.compile(
    r"^(?:(?:on|in|at|for|with|to|of|about|the|a|an|only|just|it'?s|its|i'?s|is|as|if|my|from|by)\s+)+", re.IGNORECASE
)
_TRAILING = re.compile(r"[\s,]+(?:as well|too|also|then|instead|though|please|ones?|kind|type|sort)\W*$", re.IGNORECASE)

_CLEAR = 0.45
"""From this cosine on the new words clearly stand in for the old: mild for severe is 0.55, inside for outside 0.57,
physio for doctor 0.35, none of them for the other words of such questions more than 0.37."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """The last question with new words in the place of `old`; `likeness` says how sure the place is."""

    text: str
    old: str
    new: str
    likeness: float


def exchange(rest: str, last: Past, alike: Alike, rarity: Callable[[str], float]) -> Exchange | None:
    """The exchange that `rest` asks for; None where the last question already has these words, or no place for them."""
    new = _TRAILING.sub("", _LEADING.sub("", rest.strip(" ?.!,"))).strip(" ?.!,")
    if not new or stems(new) <= stems(last.question):
        return None
    old, likeness = _place(new, last, alike, rarity)
    if not old:
        return None
    text, count = re.subn(rf"\b{re.escape(old)}(?!\w)", lambda _: new, last.question, count=1, flags=re.IGNORECASE)
    if not count:
        return None
    return Exchange(text, old, new, likeness)


def clear(found: Exchange) -> bool:
    """Whether the place is beyond doubt."""
    return found.likeness >= _CLEAR


def _place(new: str, last: Past, alike: Alike, rarity: Callable[[str], float]) -> tuple[str, float]:
    fresh = stems(new)
    read = words(last.question)
    for group in forms().contrasts:
        old = [word for word in read if word.stem in group and word.stem not in fresh]
        if fresh & group and old:
            return last.question[old[0].start : old[0].end], 1.0
    slot = " ".join(last.slot)
    if slot and slot.lower() in last.question.lower():
        return slot, 0.8
    places = _places(read, last.question, fresh)
    if not places:
        return "", 0.0
    scores = alike(new, places)
    if not scores:
        rarest = max(places, key=lambda text: sum(rarity(stem) for stem in stems(text)) / max(1, len(text.split())))
        return rarest, 0.3
    best = max(range(len(places)), key=lambda i: scores[i])
    return places[best], float(scores[best])


def _places(read: Sequence[Word], text: str, fresh: frozenset[str]) -> list[str]:
    """Single words and runs of words that could be replaced."""
    found: dict[str, None] = {}
    run: list[Word] = []
    for word in [*read, None]:
        joined = word is not None and word.text not in STOP_WORDS and (not run or not _cut(text, run[-1], word))
        if word is not None and joined and word.stem not in fresh:
            run.append(word)
            continue
        for length in (3, 2, 1):
            for i in range(len(run) - length + 1):
                part = run[i : i + length]
                if all(topical(w) for w in part) or length == 1:
                    found.setdefault(text[part[0].start : part[-1].end])
        run = [word] if word is not None and word.text not in STOP_WORDS and word.stem not in fresh else []
    return list(found)


def _cut(text: str, first: Word, second: Word) -> bool:
    return text[first.end : second.start].strip() != ""
