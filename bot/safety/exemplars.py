"""The written messages that the second layer learns from; they lie in the folder beside this file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

import msgspec

from bot.safety.errors import RuleError
from bot.safety.rulebook import Level

FOLDER = Path(__file__).with_name("exemplars")


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


def read(folder: Path = FOLDER) -> list[Exemplar]:
    """All exemplars of a folder; RuleError names the file and line of a wrong one."""
    found = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
            try:
                exemplar = msgspec.json.decode(line, type=Exemplar)
            except (msgspec.DecodeError, msgspec.ValidationError) as error:
                raise RuleError(path.name, number, f"is no exemplar: {error}") from error
            found.append(msgspec.structs.replace(exemplar, author=path.stem))
    return found


def fingerprint(examples: Iterable[Exemplar]) -> str:
    """Equal for equal exemplars in equal order."""
    return hashlib.sha256(msgspec.json.encode(list(examples))).hexdigest()[:16]
