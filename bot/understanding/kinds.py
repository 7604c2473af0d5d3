"""What kind of answer a question asks for, read from its form alone.

A question can be of several kinds ("how often and for how long?"). The kinds that ask for a *value* (a number, a price,
a place, a person, a time) can only be answered by a sentence that holds such a value; this is evidence for abstaining.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from index.words import fold

Kind = Literal[
    "count", "share", "duration", "frequency", "time", "amount", "price", "place", "person", "contact",
    "yes_no", "list", "comparison", "definition", "reason", "method", "summary", "seek_care",
]  # fmt: skip

_Forms = dict[Kind, re.Pattern[str]]

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


@lru_cache(maxsize=16384)
def holds_value(text: str, kind: Kind) -> bool:
    """Whether a text of the articles holds a value of that kind; True for a kind that needs none.

    Remembered, because every question looks at the same passages.
    """
    pattern = _patterns()[1].get(kind)
    return pattern is None or pattern.search(text if kind in _CASED else fold(text)) is not None


def instructs(heading: str) -> bool:
    """Whether a heading announces what to do."""
    return _patterns()[2]["method"].search(fold(heading)) is not None


_UNITS = re.compile(
    r"how many (?:more )?"
    r"(second|minute|hour|day|week|month|year|time|rep|set|mile|kilometre|km|mm|cm|mg|degree|step)s?\b"
    r"|\b(percent|mmhg|mg|bmi|mm)\b"
)


def unit(question: str) -> str | None:
    """The unit in which a question wants its answer ("how many seconds"), as a singular; None if it names none."""
    match = _UNITS.search(fold(question))
    return (match[1] or match[2]) if match else None


def holds_unit(text: str, wanted: str) -> bool:
    """Whether the text has a number of that unit; short forms count ("min", "%")."""
    short = {"minute": "mins?", "second": "secs?", "hour": "hrs?", "percent": "%", "kilometre": "km", "year": "yrs?"}
    forms = f"{wanted}s?" + (f"|{short[wanted]}" if wanted in short else "")
    return re.search(rf"\d\s*(?:{forms})|\b(?:{forms})\b", fold(text)) is not None


@cache
def _patterns() -> tuple[_Forms, _Forms, dict[str, re.Pattern[str]]]:
    data = tomllib.loads(files("bot.understanding").joinpath("kinds.toml").read_text(encoding="utf-8"))
    return (
        {kind: _any_of(patterns, {}) for kind, patterns in data["asks"].items()},
        {kind: _any_of(patterns, data["words"]) for kind, patterns in data["values"].items()},
        {name: _any_of(patterns, {}) for name, patterns in data["headings"].items()},
    )


def _any_of(patterns: Iterable[str], named: dict[str, str]) -> re.Pattern[str]:
    joined = "|".join(patterns)
    for name, pattern in named.items():
        joined = joined.replace("{" + name + "}", pattern)
    return re.compile(joined)
