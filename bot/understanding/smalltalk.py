"""Small talk and attempts to turn the bot into something else, recognised by closed lists (`smalltalk.toml`)."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from index.words import fold

_EDGE = re.compile(r"^[\W_]+|[\W_]+$")


def smalltalk(message: str) -> str | None:
    """The name of the text that replies to the message, or None; the whole message must be small talk."""
    folded = _EDGE.sub("", re.sub(r"\s+", " ", fold(message)))
    for name, pattern in _patterns("whole").items():
        if pattern.fullmatch(folded):
            return name
    for name, pattern in _patterns("part").items():
        if pattern.search(folded):
            return name
    return None


def is_instruction(message: str) -> bool:
    """Whether the message tells the bot to leave the articles: invent, repeat, reveal, play a part, drop its rules."""
    return any(pattern.search(fold(message)) for pattern in _patterns("instruction").values())


@cache
def _patterns(table: str) -> dict[str, re.Pattern[str]]:
    data = tomllib.loads(files("bot.understanding").joinpath("smalltalk.toml").read_text(encoding="utf-8"))
    return {name: re.compile("|".join(f"(?:{form})" for form in forms)) for name, forms in data[table].items()}
