"""The written messages that the second layer learns from; they lie in the folder beside this file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from bot.safety.errors import RuleError
from bot.safety.rulebook import Level
from bot.safety.text import joined

FOLDER = Path(__file__).with_name("exemplars")
CONVERSATIONS = "conversations"
"""The folder below it whose lines are conversations."""

_Line = TypeVar("_Line", bound=msgspec.Struct)


class Exemplar(msgspec.Struct, frozen=True):
    """A written message with the tier that it must get, and the concepts in it.

    `style` is for the reader of the file, `author` the name of the file; neither changes what is learnt from it, but
    authors are held out whole where thresholds are set.
    """

    text: str
    tier: Level
    concepts: tuple[str, ...] = ()
    style: str = ""
    author: str = ""


class Talk(msgspec.Struct, frozen=True):
    """A written conversation: the visitor's messages, and the tier that must stand after each of them."""

    messages: tuple[str, ...]
    tiers: tuple[Level, ...]
    kind: str = ""

    def __post_init__(self) -> None:
        if not self.messages or len(self.messages) != len(self.tiers):
            raise ValueError("there must be a tier for each message")

    def exemplars(self) -> Iterator[Exemplar]:
        """The first message, and what the screen reads after each one more: the messages so far as one text."""
        for end, tier in enumerate(self.tiers, 1):
            yield Exemplar(joined(self.messages[:end]), tier, style=self.kind)


def read(folder: Path = FOLDER) -> list[Exemplar]:
    """All exemplars of a folder and of the conversations in it; RuleError names the file and line of a wrong one."""
    found = [replace(one, author=author) for author, one in _lines(folder, Exemplar)]
    for author, talk in _lines(folder / CONVERSATIONS, Talk):
        found += [replace(one, author=author) for one in talk.exemplars()]
    return found


def _lines(folder: Path, kind: type[_Line]) -> Iterator[tuple[str, _Line]]:
    """Each line of each file, after the name of its author."""
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            try:
                yield path.stem, msgspec.json.decode(line, type=kind)
            except (msgspec.DecodeError, msgspec.ValidationError) as error:
                raise RuleError(path.name, number, f"is no exemplar: {error}") from error


def fingerprint(examples: Iterable[Exemplar]) -> str:
    """Equal for equal exemplars in equal order."""
    return hashlib.sha256(msgspec.json.encode(list(examples))).hexdigest()[:16]
