"""Reads "A, B, C and D" in a sentence as its items, so that "the second one" has something to point at."""

from __future__ import annotations

import re

_WORD = r"[^\s,;:.()]{1,40}"
_ITEM = rf"(?:{_WORD}(?:\s+{_WORD}){{0,4}}?)"
_ENUMERATION = re.compile(rf"({_ITEM}(?:,\s+{_ITEM})+,?\s+(?:and|or)\s+{_WORD}(?:\s+{_WORD}){{0,2}})")
_SEPARATOR = re.compile(r",\s+(?:and\s+|or\s+)?|\s+(?:and|or)\s+")
_LONGEST = 600
"""Characters that are read: an enumeration stands in one sentence; a long text must not cost more than a short one."""

_SUCH_AS = re.compile(
    r"^.*?\b(?:such as|like|including|particularly|especially|by|recommend|include|includes|are|using)\s+",
    re.IGNORECASE,
)
_LEADING = re.compile(
    r"^(?:(?:by|as|like|are|is|be|it|could|can|an?|the|such|using|particularly|including|especially|with|from|you|of|fix|pain)\s+)+",
    re.IGNORECASE,
)


def enumeration(text: str) -> tuple[str, ...]:
    """The items of the first enumeration of at least three; empty when there is none."""
    match = _ENUMERATION.search(text[:_LONGEST]) if "," in text else None
    if not match:
        return ()
    raw = [item.strip() for item in _SEPARATOR.split(match.group()) if item.strip()]
    # What comes before "particularly" or "such as" is what the items are examples of.
    first = next((i for i, item in enumerate(raw) if _SUCH_AS.match(item)), 0)
    items = [_LEADING.sub("", _SUCH_AS.sub("", item)) for item in raw[first:]]
    return tuple(item for item in items if item) if len(items) >= 3 else ()


_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}


def number_word(text: str) -> int | None:
    """The first number from two to ten that the text spells or writes; None if there is none."""
    for word in re.findall(r"[a-z]+|\d+", text.lower()):
        if word in _NUMBERS or (word.isdigit() and 2 <= int(word) <= 10):
            return _NUMBERS.get(word) or int(word)
    return None
