"""The closed lists of `followup.toml`, compiled, and the few questions about words that they answer."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from index.words import STOP_WORDS, Word, stem, words

_ASKS = re.compile(
    r"^(?:what|whats|why|when|where|who|whom|whose|which|how|hows|is|are|do|does|did|can|could|should|would|will|may|has"
    r"|have|am|must|was|were|any)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Forms:
    """What `followup.toml` holds."""

    openers: re.Pattern[str]
    correction: re.Pattern[str]
    parallel: re.Pattern[str]
    attributes: frozenset[str]
    light: frozenset[str]
    contrasts: tuple[frozenset[str], ...]
    ordinals: dict[str, int]


@cache
def forms() -> Forms:
    """The lists, read once."""
    data = tomllib.loads(files("bot.understanding").joinpath("followup.toml").read_text(encoding="utf-8"))
    attributes = frozenset(stem(word) for word in data["attributes"])
    demands = frozenset(stem(word) for word in data["demands"])
    return Forms(
        openers=re.compile(rf"^(?:(?:{'|'.join(data['openers'])})\b[\s,.:!-]*)+", re.IGNORECASE),
        correction=re.compile(
            rf"(?:^|[.,;!]\s*)(?:{'|'.join(data['corrections'])})\b[\s,:]*(?P<rest>.+)$", re.IGNORECASE
        ),
        parallel=re.compile(rf"^(?:{'|'.join(data['parallels'])})\b[\s,:]*(?P<rest>.+)$", re.IGNORECASE),
        attributes=attributes | demands,
        light=attributes - demands,
        contrasts=tuple(frozenset(stem(word) for word in group) for group in data["contrasts"]),
        ordinals=dict(data["ordinals"]),
    )


def topical(word: Word) -> bool:
    """Whether the word names something: no stop word, no attribute, no number."""
    return word.text not in STOP_WORDS and word.stem not in forms().attributes and not word.text.isdigit()


def topic(text: str) -> tuple[str, ...]:
    """The folded words of a text that name something."""
    return tuple(word.text for word in words(text) if topical(word))


def stems(text: str) -> frozenset[str]:
    """The stems of the words that are no stop words."""
    return frozenset(word.stem for word in words(text) if word.text not in STOP_WORDS)


def light(text: str) -> frozenset[str]:
    """The stems of words that ask something of a subject, and that no article need hold."""
    return frozenset(word.stem for word in words(text) if word.stem in forms().light)


def asks(text: str) -> bool:
    """Whether the text begins as a question does."""
    return bool(_ASKS.match(text.strip()))
