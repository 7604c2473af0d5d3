"""Reads "A, B, C and D" in a sentence as its items, so that "the second one" has something to point at."""

from __future__ import annotations

import re

_ITEM = r"(?:[^\s,;:.()]+(?:\s+[^\s,;:.()]+){0,4}?)"
_ENUMERATION = re.compile(rf"({_ITEM}(?:,\s+{_ITEM})+,?\s+(?:and|or)\s+[^\s,;:.()]+(?:\s+[^\s,;:.()]+){{0,2}})")
_SEPARATOR = re.compile(r",\s+(?:and\s+|or\s+)?|\s+(?:and|or)\s+")
_LEADING = re.compile(
    r"^(?:(?:by|as|like|are|is|be|it|could|can|an?|the|such|using|particularly|including|especially|with|from|you|of|fix|pain)\s+)+",
    re.IGNORECASE,
)


def enumeration(text: str) -> tuple[str, ...]:
    """The items of the first enumeration of at least three; empty when there is none."""
    match = _ENUMERATION.search(text)
    if not match:
        return ()
    items = [_LEADING.sub("", item.strip()) for item in _SEPARATOR.split(match.group()) if item.strip()]
    return tuple(item for item in items if item) if len(items) >= 3 else ()


_NUMBERS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}


def number_word(text: str) -> int | None:
    """The first number from two to ten that the text spells or writes; None if there is none."""
    for word in re.findall(r"[a-z]+|\d+", text.lower()):
        if word in _NUMBERS or (word.isdigit() and 2 <= int(word) <= 10):
            return _NUMBERS.get(word) or int(word)
    return None
