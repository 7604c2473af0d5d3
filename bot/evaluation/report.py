"""The report of a run: as data (JSON) and as one page that a person reads or prints."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from bot.bot import Bot
from bot.evaluation import measures
from bot.evaluation.measures import Calibration, Point, Share
from bot.evaluation.questions import Part
from bot.evaluation.run import Played, Trial
from bot.evaluation.score import figures
from bot.evaluation.worst import Worst, worst
from corpus.errors import FootnoteError

JSON_FILE, HTML_FILE = "report.json", "report.html"


class ReportError(FootnoteError):
    """A report cannot be written."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What was measured: the files, which part of their questions, on which generation."""

    files: tuple[str, ...]
    part: Part
    generation: str
    encoder: str
    articles: int
    made: str


@dataclass(frozen=True, slots=True)
class TurnRow:
    """One turn in short; `gold_place` is the place of the first candidate that holds a gold piece."""

    id: str
    turn: int
    group: str
    label: str
    asked: str
    expected: str
    understood_as: str | None
    kind: str
    reason: str | None
    confidence: float | None
    right: bool
    cited: bool
    first: bool
    said: float
    verbatim: bool
    gold_place: int | None


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was measured; docs/evaluation.md says what each figure means.

    `tables` are shares with their counts, by subject. `calibration` is over every single question as it would be
    answered come what may, `calibration_answered` over the answers that were given. `operating` is the share of the
    single-message questions that were answered, and the share of those answers that was wrong.
    """

    scope: Scope
    figures: dict[str, float]
    tables: dict[str, tuple[Share, ...]]
    calibration: Calibration
    calibration_answered: Calibration
    separation: float | None
    operating: tuple[float, float] | None
    curve: tuple[Point, ...]
    worst: tuple[Worst, ...]
    turns: tuple[TurnRow, ...]

    def encoded(self) -> bytes:
        """The report as JSON, indented."""
        tables = {
            name: [
                {"name": row.name, "right": row.right, "of": row.of, "share": row.value, "interval": row.interval}
                for row in rows
            ]
            for name, rows in self.tables.items()
        }
        data = {field.name: getattr(self, field.name) for field in fields(self)}
        return msgspec.json.format(msgspec.json.encode({**data, "tables": tables}), indent=2) + b"\n"

    def write(self, folder: Path) -> tuple[Path, Path]:
        """Write `report.json` and `report.html` into the folder and return their paths; raises ReportError."""
        from bot.evaluation.page import page

        try:
            folder.mkdir(parents=True, exist_ok=True)
            (folder / JSON_FILE).write_bytes(self.encoded())
            (folder / HTML_FILE).write_text(page(self), encoding="utf-8")
        except OSError as error:
            raise ReportError(
                f"{folder}: the report cannot be written ({error.strerror or error}); name a folder with --out"
            ) from error
        return folder / JSON_FILE, folder / HTML_FILE


def make(
    played: Sequence[Played], trials: Sequence[Trial], bot: Bot, files: Sequence[str], part: Part, most_worst: int
) -> Report:
    """The report of a run; `trials` are the same single-message cases answered come what may."""
    known = [(t.confidence, t.right) for t in trials if t.confidence is not None]
    given = [
        (p.mark.reply.confidence, p.mark.right)
        for p in played
        if p.mark.answered and p.mark.reply.confidence is not None
    ]
    return Report(
        scope=Scope(
            files=tuple(files),
            part=part,
            generation=bot.generation.name,
            encoder=f"{bot.generation.manifest.encoder.model}, {bot.generation.manifest.encoder.precision}",
            articles=len(bot.generation.articles),
            made=datetime.now(UTC).isoformat(timespec="seconds"),
        ),
        figures=_figures(played, trials),
        tables={name: rows for name, rows in _tables(played).items() if rows},
        calibration=measures.calibration(known),
        calibration_answered=measures.calibration(given),
        separation=measures.separation(trials),
        operating=_operating(played),
        curve=tuple(measures.curve(trials)),
        worst=tuple(worst(played, most_worst)),
        turns=tuple(map(_row, played)),
    )


def _figures(played: Sequence[Played], trials: Sequence[Trial]) -> dict[str, float]:
    found = figures([p.mark for p in played])
    found |= {row.name: row.value for row in measures.hits(played) if row.of}
    known = [(t.confidence, t.right) for t in trials if t.confidence is not None]
    if known:
        calibration = measures.calibration(known)
        found |= {"calibration_error": calibration.error, "calibration_by_chance": calibration.chance}
    separated = measures.separation(trials)
    if separated is not None:
        found["separation"] = separated
    return {name: round(value, 4) for name, value in found.items()}


def _tables(played: Sequence[Played]) -> dict[str, tuple[Share, ...]]:
    marks = [p.mark for p in played]
    single = [m for m in marks if m.case.group == "single"]
    none = [m for m in marks if m.case.group == "unanswerable"]
    later = [m for m in marks if m.case.group == "dialogue" and m.turn > 0]
    lists = [m for m in marks if m.case.group == "list"]
    whole: dict[str, bool] = {}
    for m in marks:
        if m.case.group == "dialogue":
            whole[m.case.id] = whole.get(m.case.id, True) and m.right
    share = measures.share
    return {
        "hits": tuple(row for row in measures.hits(played) if row.of),
        "single": (
            share("answered", (m.answered for m in single)),
            share("gold cited", (m.answered and m.cited for m in single)),
            share("gold cited first", (m.first for m in single)),
            share("cited and said", (m.right for m in single)),
        )
        if single
        else (),
        "styles": tuple(
            share(style, (m.right for m in single if m.case.label == style))
            for style in sorted({m.case.label for m in single})
        ),
        "declined": tuple(
            share(kind, (m.right for m in none if m.case.label == kind))
            for kind in sorted({m.case.label for m in none})
        ),
        "dialogues": (
            share("follow-ups, all", (m.right for m in later)),
            share("to be answered", (m.right for m in later if m.expected.expect == "answer")),
            share("to be declined", (m.right for m in later if m.expected.expect == "abstain")),
            share("whole dialogues", whole.values()),
        )
        if later
        else (),
        "lists": (share("lists", (m.right for m in lists)),) if lists else (),
        "verbatim": (share("verbatim", (m.verbatim for m in marks)),),
    }


def _operating(played: Sequence[Played]) -> tuple[float, float] | None:
    marks = [p.mark for p in played if len(p.mark.case.turns) == 1]
    answered = [m for m in marks if m.answered]
    if not marks or not answered:
        return None
    return len(answered) / len(marks), sum(not m.right for m in answered) / len(answered)


def _row(played: Played) -> TurnRow:
    mark = played.mark
    reply = mark.reply
    return TurnRow(
        id=mark.case.id,
        turn=mark.turn + 1,
        group=mark.case.group,
        label=mark.case.label,
        asked=mark.expected.user,
        expected=mark.expected.expect,
        understood_as=reply.understood_as,
        kind=reply.kind,
        reason=reply.reason,
        confidence=reply.confidence,
        right=mark.right,
        cited=mark.answered and mark.cited,
        first=mark.first,
        said=round(mark.said, 4),
        verbatim=mark.verbatim,
        gold_place=measures.gold_place(mark.expected, played.thought) if mark.expected.gold else None,
    )
