"""What a message lacks: the signs by which it shows that it leans on what was said before.

All of them are grammar, so that they hold on any site: pronouns with nothing in the message to stand for, a first word
that joins on, a fragment without a verb, no subject of its own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.understanding.forms import asks, forms, topical
from index.words import Word, words


@dataclass(frozen=True, slots=True)
class Signs:
    """The signs of one message.

    `own` is the number of words that name something; `pronoun` whether a pronoun points out of the message, `inside`
    whether one points at something within it; `joined` whether its first or last word joins it on ("and", "then");
    `fragment` whether it is short and has no verb; `fresh` whether it announces another subject.
    """

    own: int
    pronoun: bool
    inside: bool
    joined: bool
    fragment: bool
    fresh: bool

    @property
    def lean(self) -> float:
        """Log odds that the message leans.

        Set by hand: it only decides which readings are tried; `bot/belief.json` decides which is believed.
        """
        if self.fresh:
            return -4.0
        score = _OWN[min(self.own, len(_OWN) - 1)]
        score += 2.5 if self.pronoun else 0.7 if self.inside else 0.0
        score += 1.2 if self.joined else 0.0
        score += 1.0 if self.fragment else 0.0
        return score

    def traits(self) -> tuple[tuple[str, float], ...]:
        """The signs by name, as far as they are there."""
        found = {
            f"own_{min(self.own, 4)}": True, "pronoun": self.pronoun, "inside": self.inside, "joined": self.joined,
            "fragment": self.fragment, "fresh": self.fresh,
        }  # fmt: skip
        return tuple((name, 1.0) for name, there in found.items() if there)


_OWN = (4.5, 1.2, 0.0, -1.0, -1.8, -2.5)
"""By the number of words that name something: with none there is nothing to search for."""

_PERSONS = frozenset({"he", "she", "her", "him", "his", "hers"})
_THINGS = frozenset({"it", "its", "they", "them", "their", "theirs", "both", "either", "neither", "one", "ones"})
_POINTERS = frozenset({"that", "this", "these", "those"})
_TIMES = frozenset("week month year morning evening afternoon night time summer winter spring autumn weekend "
                   "page site website article chat bot".split())  # fmt: skip
_SAYING = frozenset(
    "know think say said tell told sure mean means so now true worry mind believe hear heard read such".split()
)
_VERBS = frozenset("is are was were has have had does do did will would can could should may might must s".split())
_FRESH = re.compile(
    r"\b(?:different|another|new|other|separate|unrelated|second) (?:question|topic|subject|thing|matter)\b"
    r"|\bunrelated\b|\bchang(?:e|ing) (?:of )?(?:the )?(?:topic|subject)\b"
    r"|\bsomething (?:completely |quite )?different\b"
    r"|\b(?:question|query) now\b|\bmoving on\b",
    re.IGNORECASE,
)
_ENDS = re.compile(r"\b(?:then|too|as well|also|instead|either|though|meanwhile|afterwards|again)\W*$", re.IGNORECASE)
_DUMMY = re.compile(
    r"^(?:is|was|s)?\W*(?:it|there)\b(?:'s)?(?: \w+){0,3} (?:to|that|if|whether|when|for)\b", re.IGNORECASE
)


def signs(message: str) -> Signs:
    """The signs of a message, after the words that merely open it ("ok so") were taken off."""
    bare = forms().openers.sub("", message).strip() or message
    read = words(bare)
    own = [word for word in read if topical(word)]
    outside, inside = _pronouns(read, bare)
    return Signs(
        own=len({word.stem for word in own}),
        pronoun=outside,
        inside=inside,
        joined=bool(forms().parallel.match(message.strip())) or bool(_ENDS.search(bare)),
        fragment=len(read) <= 5 and not asks(bare) and not any(word.text in _VERBS for word in read),
        fresh=bool(_FRESH.search(message)),
    )


def _pronouns(read: Sequence[Word], text: str) -> tuple[bool, bool]:
    """Whether a pronoun points out of the message, and whether one points at something inside it."""
    outside = inside = False
    for place, word in enumerate(read):
        if not _points(read, place, text):
            continue
        before = sum(topical(other) for other in read[:place])
        cut = any(mark in text[read[0].start : word.start] for mark in ",.;!?") or any(
            other.text in ("and", "but", "if", "when", "so") for other in read[1:place]
        )
        if before >= 1 and cut:
            inside = True
        else:
            outside = True
    return outside, inside and not outside


def _points(read: Sequence[Word], place: int, text: str) -> bool:
    word = read[place].text
    before = read[place - 1].text if place else ""
    after = read[place + 1].text if place + 1 < len(read) else ""
    if word in _PERSONS:
        return True
    if word in ("it", "its"):
        return not _DUMMY.match(text[read[max(0, place - 1)].start if before in _VERBS else read[place].start :])
    if word in ("one", "ones"):
        return before in ("that", "this", "which", "the", "a", "an") or not after or before in _VERBS | {"have", "get"}
    if word in _POINTERS:
        if after in _TIMES:
            return False
        if word == "that":
            noun = place > 0 and after != "" and topical(read[place - 1])
            relative = noun and (before.endswith("s") or not topical(read[place + 1]))
            return not (before in _SAYING and after != "") and not relative
        return True
    return word in _THINGS
