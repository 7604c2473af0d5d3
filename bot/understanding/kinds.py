"""What kind of answer a question asks for, read from its form alone.

A question can be of several kinds ("how often and for how long?"). The kinds that ask for a *value* (a number, a price,
a place, a person, a time) can only be answered by a sentence that holds such a value; this is evidence for abstaining.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from typing import Literal

from index.words import fold

Kind = Literal[
    "count", "share", "duration", "frequency", "time", "amount", "price", "place", "person", "contact",
    "yes_no", "list", "comparison", "definition", "reason", "method", "summary", "seek_care",
]  # fmt: skip

VALUE_KINDS: frozenset[Kind] = frozenset(
    {"count", "share", "duration", "frequency", "amount", "price", "place", "person", "contact"}
)
"""Kinds that only a sentence holding such a value can answer."""

LIST_KINDS: frozenset[Kind] = frozenset({"list", "summary"})
"""Kinds that an overview answers: a list, or a sentence that names many things."""

_CASED: frozenset[Kind] = frozenset({"place", "person"})


def kinds(question: str) -> frozenset[Kind]:
    """Every kind that the form of the question fits; empty for a bare statement or keywords."""
    folded = fold(question).strip()
    return frozenset(kind for kind, pattern in _patterns()[0].items() if pattern.search(folded))


def holds_value(text: str, kind: Kind) -> bool:
    """Whether the text holds a value of that kind; True for a kind that needs none."""
    pattern = _patterns()[1].get(kind)
    return pattern is None or pattern.search(text if kind in _CASED else fold(text)) is not None


@cache
def _patterns() -> tuple[dict[Kind, re.Pattern[str]], dict[Kind, re.Pattern[str]]]:
    data = tomllib.loads(files("bot.understanding").joinpath("kinds.toml").read_text(encoding="utf-8"))
    return (
        {kind: _any_of(patterns, {}) for kind, patterns in data["asks"].items()},
        {kind: _any_of(patterns, data["words"]) for kind, patterns in data["values"].items()},
    )


def _any_of(patterns: Iterable[str], named: dict[str, str]) -> re.Pattern[str]:
    joined = "|".join(patterns)
    for name, pattern in named.items():
        joined = joined.replace("{" + name + "}", pattern)
    return re.compile(joined)
