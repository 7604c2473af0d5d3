"""Question files: JSON Lines of single questions, unanswerable ones, dialogues and lists (docs/evaluation.md)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from bot.aside import is_set_aside
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
        """Whether the case belongs to the third that is never tuned on."""
        return is_set_aside(self.id)


def load(paths: list[Path], part: Part = "all") -> list[Case]:
    """The cases of these files (or of every `*.jsonl` in these folders); raises QuestionFileError."""
    found = [file for path in paths for file in (sorted(path.glob("*.jsonl")) if path.is_dir() else [path])]
    if not found:
        raise QuestionFileError(
            f"{', '.join(map(str, paths))}: no .jsonl file there; name a question file or its folder"
        )
    cases = [case for path in found for case in _read(path)]
    if not cases:
        raise QuestionFileError(
            f"{', '.join(map(str, found))}: holds no question; see docs/evaluation.md for the format"
        )
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise QuestionFileError(
                f"{', '.join(map(str, found))}: the id {case.id!r} stands there twice; ids are unique"
            )
        seen.add(case.id)
    return [case for case in cases if part == "all" or case.aside == (part == "aside")]


def _read(path: Path) -> list[Case]:
    try:
        # Not splitlines(): a question may hold U+2028, which ends a line of text but not one of JSON Lines.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise QuestionFileError(f"{path}: cannot be read ({error.strerror or error}); check the name") from error
    except UnicodeDecodeError as error:
        raise QuestionFileError(f"{path}: not UTF-8 (byte {error.start}); save it as UTF-8") from error
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
    if not line.id.strip():
        raise ValueError("needs an id")
    for turn in line.turns or (Turn(line.question or "", "answer", line.gold, line.must_mention),):
        _check(turn)
    if line.turns:
        return Case(line.id, "dialogue", line.kind or "dialogue", line.turns)
    question = line.question or ""
    if line.min_items is not None:
        turn = Turn(question, "answer", (), line.must_mention)
        return Case(line.id, "list", "list", (turn,), line.min_items)
    if line.gold or line.must_mention:
        return Case(line.id, "single", line.style or "plain", (Turn(question, "answer", line.gold, line.must_mention),))
    return Case(line.id, "unanswerable", line.kind or "not covered", (Turn(question, "abstain"),))


def _check(turn: Turn) -> None:
    """What the types do not say; a blank gold would be found in every passage."""
    if not turn.user.strip():
        raise ValueError("needs a question or turns; a turn needs a `user`")
    if turn.expect == "abstain" and (turn.gold or turn.must_mention):
        raise ValueError("a turn that expects `abstain` has neither `gold` nor `must_mention`")
    if not all(gold.strip() for gold in turn.gold):
        raise ValueError("a `gold` is empty")
    if not all(words and all(word.strip() for word in words) for words in turn.must_mention):
        raise ValueError("a list or a word in `must_mention` is empty")
