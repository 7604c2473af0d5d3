"""References into what was listed or set side by side: "the second one", "number 4", "the latter", "the other one"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.understanding.forms import forms, light, stems, topic
from bot.understanding.past import Past
from bot.understanding.reading import Reading
from index.words import words

_ORDINALS = r"first|second|third|fourth|fifth|sixth|last|final|1st|2nd|3rd|4th|5th|6th|former|latter"
_KINDS = (
    r"one|ones|two|cause|reason|point|item|tip|step|option|sign|symptom|type|kind|sort|method|way|example"
    r"|question|group|variety|exercise|condition|injury"
)
_LATER = r"(?!\s+(?:time|aid|few|days?|weeks?|hours?|months?|years?|night|things?|question)\b)"
_PLACE = re.compile(
    r"\b(?:(?:about|tell me more about|more on) )?(?:the |that |those |your )"
    rf"(?:{_ORDINALS})(?: (?:{_KINDS}))?\b{_LATER}"
    rf"|\b(?:{_ORDINALS}) (?:{_KINDS})\b|^\W*(?:{_ORDINALS})\W*$|\b(?:number|no\.?|#) ?\d\b",
    re.IGNORECASE,
)
"""An ordinal with an article before or a noun behind it: "take it easy first" points at nothing."""

_OTHER = re.compile(
    r"\b(?:the|that) other(?: (?:one|ones|kind|type|sort|two|variety|group|thing))?\b(?! \w+ side)", re.IGNORECASE
)
_PAIR = re.compile(
    r"\b(?:between |an? |the )?([\w-]+(?: [\w-]+)?) (?:or|vs\.?|versus|and|&) (?:an? |the )?([\w-]+(?: [\w-]+)?)",
    re.IGNORECASE,
)
_MOST = 2
"""Lists that one ordinal is tried in: the last two that were shown."""


def references(message: str, past: Sequence[Past]) -> list[Reading]:
    """The readings in which the message points at one item; the list that was shown last comes first."""
    other = _OTHER.search(message)
    if other:
        return _others(message, other, past)
    match = _PLACE.search(message)
    place = _ordinal(match.group()) if match else None
    if match is None or place is None:
        return []
    found: list[Reading] = []
    for items in _lists(past):
        if -len(items) <= place < len(items) and not stems(items[place]) <= stems(message):
            again = _again(message, match, items[place], items, past[-1]) if not found else None
            found.append(again or _pointed(message, match, items[place], items, -1.5 * len(found)))
    return found[:_MOST]


def points(message: str) -> bool:
    """Whether the message points into something that was listed or set side by side."""
    return bool(_OTHER.search(message) or _PLACE.search(message))


def pair(question: str) -> tuple[str, ...]:
    """The two things that a question sets side by side; empty when it does not."""
    match = _PAIR.search(question)
    if not match or not topic(match[1]) or not topic(match[2]):
        return ()
    return match[1].split()[-1] if len(match[2].split()) == 1 else match[1], match[2].split()[0]


def _lists(past: Sequence[Past]) -> list[tuple[str, ...]]:
    """Every list of the conversation, the last first, each once."""
    found: dict[tuple[str, ...], None] = {}
    for turn in reversed(past):
        for items in (turn.items, *turn.lists):
            if len(items) >= 2:
                found.setdefault(items)
    return list(found)


def _again(message: str, match: re.Match[str], item: str, items: tuple[str, ...], last: Past) -> Reading | None:
    """A bare "and the third?" after a question about the second: the same question about the third."""
    slot = " ".join(last.slot)
    rest = f"{message[: match.start()]} {message[match.end() :]}"
    if (
        not slot
        or last.items != items
        or topic(rest)
        or _asks_something(rest)
        or slot.lower() not in last.question.lower()
    ):
        return None
    tidy = item.strip(" .,;:?!")
    text = re.sub(re.escape(slot), lambda _: tidy, last.question, count=1, flags=re.IGNORECASE)
    return Reading(text, "reference", stems(text), items=items, item=tidy)


def _others(message: str, match: re.Match[str], past: Sequence[Past]) -> list[Reading]:
    """Of two things the one that was not spoken of last."""
    for turn in reversed(past):
        items = turn.items if len(turn.items) == 2 else pair(turn.question)
        if len(items) != 2:
            continue
        said = stems(" ".join(turn.slot)) or stems(past[-1].question)
        if past[-1] is turn and not turn.slot:
            said = stems(items[0])
        rest = [item for item in items if not stems(item) <= said] or [items[-1]]
        return [_pointed(message, match, rest[-1], tuple(items), 0.0, turn)]
    return []


def _pointed(
    message: str, match: re.Match[str], item: str, items: tuple[str, ...], prior: float, about: Past | None = None
) -> Reading:
    """The message with the item in the place of what pointed at it."""
    tidy = item.strip(" .,;:?!")
    before, after = message[: match.start()], message[match.end() :]
    rest = f"{before} {after}"
    bare = not topic(rest) and not _asks_something(rest)
    text = (
        f"What about {tidy}?" if bare else f"{before}{'' if before.endswith(' ') or not before else ' '}{tidy}{after}"
    )
    if about is not None and about.subject:
        more = [
            word for word in about.subject if not stems(word) & stems(text) and not stems(word) & stems(" ".join(items))
        ]
        text = f"{text.strip(' ?.!')} ({' '.join(more)})?" if more else text
    own = stems(rest)
    return Reading(text, "reference", (stems(text) - own) | light(message), items=items, prior=prior, item=tidy)


def _asks_something(rest: str) -> bool:
    return bool(
        re.search(r"\b(?:what|why|how|where|when|who|which|is|are|does|do|can|should)\b(?! about)", rest, re.IGNORECASE)
    )


def _ordinal(text: str) -> int | None:
    for word in words(text):
        if word.text in forms().ordinals:
            return forms().ordinals[word.text]
        if word.text.isdigit():
            return int(word.text) - 1
    return None
