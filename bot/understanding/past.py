"""What earlier turns leave behind, and which of their words a follow-up is about.

The subject of a turn is a few of its words, chosen by evidence and not by lists: those that matter to what would answer
it (index/importance.py), that the articles have, and above all those that stand in the title or heading under which it
was answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Past:
    """What an earlier turn leaves for the next.

    `question` is its stand-alone question; `items` what it listed, or the things that it set side by side ("a physio",
    "and a doctor?"), and `lists` every list that an ordinal may point into; `slot` the words that it put in place of
    others: the place where the next contrast goes. `subject` are the words that it is about, in the order of the
    question (None: every word that names something), `core` the heaviest of them alone; `heading` is
    that of the passage which answered it best, `place` its article and section.
    A turn that was not `answered` lends its words, but an article must have them: what was not covered then is not
    covered now.
    """

    question: str
    items: tuple[str, ...] = ()
    slot: tuple[str, ...] = ()
    subject: tuple[str, ...] | None = None
    core: tuple[str, ...] = ()
    heading: str = ""
    answered: bool = True
    lists: tuple[tuple[str, ...], ...] = ()
    place: tuple[str, tuple[str, ...]] | None = None


@dataclass(frozen=True, slots=True)
class Weighed:
    """A word of a question with what speaks for its being what the question is about.

    `importance` is 0..1 (index/importance.py), `rarity` its idf: what every article is about tells nothing;
    `headed` whether it stands in the title or headings of the passage that answers, `said` whether
    it stands in that passage at all. `passing` are words by which a follow-up asked something of a subject that it
    took over: "which bones?" (stress fracture) is still about the fracture.
    """

    text: str
    importance: float
    rarity: float
    headed: bool
    said: bool
    light: bool
    passing: bool = False


_HEADED, _SAID, _UNSAID, _LIGHT, _PASSING = 1.3, 1.0, 0.5, 0.5, 0.5
_COMMON, _SPECIAL = 0.3, 2.0
"""A word of every passage weighs 0.3; one of at most every eighth (idf 2) weighs in full."""

_NEAR = 0.6
"""A word belongs to the subject if it weighs at least this share of the heaviest. Tried from 0.5 to 0.8 on the tuned
dialogues: with fewer words "how deep?" loses the garlic, with more "how is it treated?" is still about the bones."""

_MOST = 5


def subject(found: Sequence[Weighed]) -> tuple[str, ...]:
    """The words that a turn is about, at most five, in the order of the question; empty when there are none."""
    weights = [_weight(word) for word in found]
    least = _NEAR * max(weights, default=0.0)
    kept = sorted(range(len(found)), key=lambda i: -weights[i])[:_MOST]
    return tuple(found[i].text for i in sorted(kept) if weights[i] >= least)


def core(found: Sequence[Weighed]) -> tuple[str, ...]:
    """The heaviest word of the subject."""
    heaviest = max(found, key=_weight, default=None)
    return (heaviest.text,) if heaviest is not None else ()


def _weight(word: Weighed) -> float:
    place = _HEADED if word.headed else _SAID if word.said else _UNSAID
    special = _COMMON + (1.0 - _COMMON) * min(1.0, word.rarity / _SPECIAL)
    if word.passing and not word.headed:
        place *= _PASSING
    return word.importance * place * special * (_LIGHT if word.light else 1.0)
