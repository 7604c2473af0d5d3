"""Follow-ups: a message that leans on what was said before becomes a stand-alone question.

Nobody can tell from the words of a message alone what it leans on, so several readings of it are made, each with the
probability that it is meant so (`Reading.prior`), and the search decides between them (`bot/turn.py`):

    alone        as typed
    context      with the subject of the last answer: "how deep?" (garlic)
    core         with the heaviest word of that subject, whole with every word of the last question
    heading      with the heading under which the last answer stood
    parallel     the last question with the contrasting words exchanged: "and mild?"
    correction   the same, announced: "sorry, I meant the inside"
    reference    an item of what was listed: "the second one", "the other one"

How likely it is that a message leans at all is read from its grammar (`signs.py`). History may complete a question; it
never lends evidence: a reading keeps apart the words that the visitor wrote now from those taken over.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import cast

from bot.understanding.exchange import Alike, clear, exchange
from bot.understanding.forms import asks, forms, light, stems, topic, topical
from bot.understanding.past import Past
from bot.understanding.reading import How, Reading
from bot.understanding.reference import points, references
from bot.understanding.signs import Signs, signs
from index.words import words

_SURE = 3.5
_ALONE = 2.4
"""Log odds from which a message is not read as leaning, or not as standing alone: 3 and 8 in 100."""

_RETURNS = re.compile(r"\b(?:back to|return(?:ing)? to|going back|earlier|before|previous|my first)\b", re.IGNORECASE)


def _no_likeness(new: str, places: Sequence[str]) -> Sequence[float]:
    return ()


class Resolver:
    """Makes the readings of a message with the word statistics of one corpus; pure.

    `rarity` gives the weight of a stem (its idf); `alike` compares texts by meaning.
    """

    def __init__(self, rarity: Callable[[str], float], alike: Alike = _no_likeness) -> None:
        self._rarity = rarity
        self._alike = alike

    def complete(self, message: str) -> bool:
        """Whether the message is a question by itself beyond doubt: nothing before it is needed to understand it."""
        leans = points(message) or _RETURNS.search(message) or forms().correction.search(message)
        return not leans and signs(message).lean <= -_ALONE

    def readings(self, message: str, past: Sequence[Past]) -> list[Reading]:
        """Every plausible reading, the likeliest first; the first message of a conversation has only one."""
        alone = Reading(message, "alone", light(message))
        grounds = [turn for turn in past if _about(turn)]
        if not grounds:
            return [alone]
        bare = forms().openers.sub("", message).strip() or message
        corrected = self._correction(message, grounds[-1])
        if corrected:
            return corrected
        pointed = references(bare, past)
        if pointed:
            return pointed
        shown = signs(message)
        found = [replace(alone, prior=-_softplus(shown.lean))] if shown.lean < _SURE else []
        if shown.lean > -_ALONE:
            leaning = self._leaning(message, bare, shown, grounds)
            found += [replace(reading, prior=reading.prior - _softplus(-shown.lean)) for reading in leaning]
        found = [_marked(reading, shown) for reading in found or [alone]]
        return sorted(found, key=lambda reading: -reading.prior)

    def _correction(self, message: str, last: Past) -> list[Reading]:
        match = forms().correction.search(message)
        if not match:
            return []
        rest = match["rest"].strip()
        if asks(rest) and topic(rest):
            return [Reading(rest, "correction", light(rest))]
        found = exchange(rest, last, self._alike, self._rarity)
        if found is None:
            return []
        return [Reading(found.text, "correction", stems(found.text) - stems(rest), (found.new,), prior=0.0)]

    def _leaning(self, message: str, bare: str, shown: Signs, grounds: Sequence[Past]) -> list[Reading]:
        last = grounds[-1]
        found: list[Reading] = []
        parallel, old = self._parallel(message, bare, shown, last)
        if parallel:
            found.append(parallel)
        found += _contexts(bare, last, self._rarity, old)
        if not last.answered:
            earlier = next((turn for turn in reversed(grounds[:-1]) if turn.answered), None)
            if earlier is not None:
                # What was not covered stays the subject of a bare "why?"; words of its own may have left it.
                doubt = 2.5 if shown.own == 0 and not shown.joined else 0.3
                trait = ("earlier_bare" if doubt > 1 else "earlier", 1.0)
                found += [
                    replace(reading, prior=reading.prior - doubt, traits=(trait,))
                    for reading in _contexts(bare, earlier, self._rarity)
                ]
        elif _RETURNS.search(message) and len(grounds) > 1:
            found += [
                replace(reading, prior=reading.prior + 0.5, traits=(("returned", 1.0),))
                for reading in _contexts(bare, grounds[-2], self._rarity)
            ]
        return found

    def _parallel(self, message: str, bare: str, shown: Signs, last: Past) -> tuple[Reading | None, str]:
        """The last question with the new words in it, where the message is no more than a name for something; and the
        words that clearly gave way to them."""
        match = forms().parallel.match(message.strip())
        rest = match["rest"].strip() if match else bare
        if (match is None and not shown.fragment) or not _name(rest):
            return None, ""
        found = exchange(rest, last, self._alike, self._rarity)
        if found is None:
            return None, ""
        prior = 0.5 if clear(found) else -0.7
        sides = (*(last.items if last.slot else (found.old,)), found.new)
        taken = stems(found.text) - stems(rest)
        reading = Reading(found.text, "parallel", taken, sides, prior=prior, traits=(("likeness", found.likeness),))
        return reading, found.old if clear(found) else ""


def _marked(reading: Reading, shown: Signs) -> Reading:
    """The reading with its traits: what kind it is, and for one as typed what the message lacks."""
    traits = ((reading.how, 1.0), *reading.traits)
    if reading.how == "alone":
        traits += tuple((f"alone_{name}", value) for name, value in shown.traits())
    if reading.how == "parallel":
        traits += tuple((f"parallel_{name}", value) for name, value in shown.traits() if name in ("joined", "fragment"))
    return replace(reading, traits=traits)


def _contexts(bare: str, last: Past, rarity: Callable[[str], float], old: str = "") -> list[Reading]:
    """The message with what the last turn was about, as narrowly or widely as that can be taken; without the `old`
    words that its own stand in for.
    """
    own = stems(bare) | stems(old)
    about = [word for word in _about(last) if not stems(word) & own]
    found = {"context": about}
    if last.answered:
        named = [last.heading[w.start : w.end] for w in words(last.heading) if topical(w)]
        headed = [word for word in named if not stems(word) & own and _tells(word, rarity)]
        found["heading"] = [*headed, *(word for word in about if not stems(word) & stems(" ".join(headed)))][:_WIDEST]
    found["core"] = [word for word in last.core if not stems(word) & own]
    asked = [last.question[w.start : w.end] for w in words(last.question) if topical(w) and w.stem not in own]
    found["whole"] = list(dict.fromkeys(asked))[:_WIDEST]
    readings: dict[frozenset[str], Reading] = {}
    for how, taken in found.items():
        joined = " ".join(taken)
        kept = stems(joined) if last.answered else frozenset()
        reading = Reading(_with(bare, taken), cast(How, how), kept | light(bare), prior=_FIRST[how])
        if taken or how == "context":
            readings.setdefault(stems(joined), reading)
    return list(readings.values())


_WIDEST = 7
"""Words taken over at most: more would be a question of their own."""

_FIRST = {"context": 0.0, "heading": -0.4, "core": -0.5, "whole": -0.5}


def _tells(word: str, rarity: Callable[[str], float]) -> bool:
    """Whether a word tells one part of the site from another, as "ankle" does not on a site about ankles."""
    return all(rarity(stem) >= _TELLING for stem in stems(word))


_TELLING = 0.9
"""The idf of a word that about four in ten passages hold."""


def _about(turn: Past) -> tuple[str, ...]:
    if turn.subject is not None:
        return turn.subject
    found = [turn.question[w.start : w.end] for w in words(turn.question) if topical(w)]
    return tuple(dict.fromkeys(found))


def _name(text: str) -> bool:
    """Whether the text is a name and nothing more: no question, no pronoun, few words."""
    read = words(text)
    return 0 < len(read) <= 7 and not asks(text) and bool(topic(text) or _opposes(text)) and not signs(text).pronoun


def _opposes(text: str) -> bool:
    """Whether the text has a word of the lists of opposites: "and long?" after a short one."""
    if any(word.text in ("how", "what", "why", "when", "where", "who", "which") for word in words(text)):
        return False
    return any(stems(text) & group for group in forms().contrasts)


def _with(text: str, about: Sequence[str]) -> str:
    """The message with its subject, in the order in which an encoder understands it best: last, in brackets."""
    return f"{text.strip(' ?.!')} ({' '.join(about)})?" if about else text


def _softplus(value: float) -> float:
    return math.log1p(math.exp(-abs(value))) + max(value, 0.0)
