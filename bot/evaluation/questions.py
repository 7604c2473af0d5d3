"""Question files: JSON Lines of single questions, unanswerable ones, dialogues and lists (docs/evaluation.md)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from corpus.errors import FootnoteError

Part = Literal["all", "tuned", "aside"]


class QuestionFileError(FootnoteError):
    """A question file cannot be read; the message names file and line."""


class Turn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One visitor message and what is expected: `answer` with a gold passage and words to mention, or `abstain`."""

    user: str
    expect: Literal["answer", "abstain"]
    gold: tuple[str, ...] = ()
    must_mention: tuple[tuple[str, ...], ...] = ()


class _Line(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    id: str
    question: str | None = None
    style: str = ""
    kind: str = ""
    why: str = ""
    gold: tuple[str, ...] = ()
    must_mention: tuple[tuple[str, ...], ...] = ()
    min_items: int | None = None
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One conversation to play. `group` is single, unanswerable, dialogue or list; `label` its style or kind."""

    id: str
    group: Literal["single", "unanswerable", "dialogue", "list"]
    label: str
    turns: tuple[Turn, ...]
    min_items: int = 0

    @property
    def aside(self) -> bool:
        """Whether the case belongs to the third that is never tuned on: sha256 of its id, modulo 3, is 0."""
        return int(hashlib.sha256(self.id.encode()).hexdigest(), 16) % 3 == 0


def load(paths: list[Path], part: Part = "all") -> list[Case]:
    """The cases of these files (or of every `*.jsonl` in these folders); raises QuestionFileError."""
    found = [file for path in paths for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])]
    if not found:
        raise QuestionFileError(
            f"{', '.join(map(str, paths))}: no .jsonl file there; name a question file or its folder"
        )
    cases = [case for path in found for case in _read(path)]
    return [case for case in cases if part == "all" or case.aside == (part == "aside")]


def _read(path: Path) -> list[Case]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionFileError(f"{path}: cannot be read: {error}") from error
    cases = []
    for number, raw in enumerate(lines, 1):
        if not raw.strip():
            continue
        try:
            cases.append(_case(msgspec.json.decode(raw, type=_Line)))
        except (msgspec.DecodeError, ValueError) as error:
            raise QuestionFileError(f"{path}, line {number}: {error}") from error
    return cases


def _case(line: _Line) -> Case:
    if line.turns:
        return Case(line.id, "dialogue", line.kind or "dialogue", line.turns)
    if line.question is None:
        raise ValueError("needs a question or turns")
    if line.min_items is not None:
        turn = Turn(line.question, "answer", (), line.must_mention)
        return Case(line.id, "list", "list", (turn,), line.min_items)
    if line.gold or line.must_mention:
        return Case(
            line.id, "single", line.style or "plain", (Turn(line.question, "answer", line.gold, line.must_mention),)
        )
    return Case(line.id, "unanswerable", line.kind or "not covered", (Turn(line.question, "abstain"),))
