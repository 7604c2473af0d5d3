"""The screen that stands in front of everything: a conversation in, a verdict out, never an exception."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

from bot.reply import Escalation, Finding, Tier
from bot.safety import message
from bot.safety.reading import Reader, Reading
from bot.safety.rulebook import LEVELS, Level, Rulebook
from bot.safety.state import Ledger, Noted, alone

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bot.safety.meaning import Meaning

Refusal = Literal["diagnosis", "dose", "clearance"]
_REFUSALS: tuple[Refusal, ...] = ("dose", "clearance", "diagnosis")


_SITUATIONS = {"crisis": "crisis", "assessment": "load"}
"""What to say when the second layer raises a tier by itself, and so names no concept."""


class SentenceEncoder(Protocol):
    """What turns texts into vectors; both the encoder of a generation and sentence-transformers fit."""

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """One L2-normalised row for each text."""
        ...


@dataclass(frozen=True, slots=True)
class Fired:
    """One step of the explanation: a rule that matched, the words, how they were read, and the layer that says so."""

    rule: str
    tier: Level
    clause: str
    evidence: str
    decision: str
    layer: str
    turn: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the screen decided about a conversation.

    `escalation` is None only when the screen worked and found nothing. `refusal` names a request for personal advice that must be
    declined. `degraded` says that the rules ran alone. `full_form` is False where the message is repeated in short.
    """

    escalation: Escalation | None = None
    refusal: Refusal | None = None
    fired: tuple[Fired, ...] = ()
    failed: bool = False
    degraded: bool = False
    full_form: bool = True

    @property
    def tier(self) -> Tier | None:
        """The tier of the escalation."""
        return self.escalation.tier if self.escalation else None


class Screen:
    """Checks conversations by the rules of one rulebook and, where there is one, the meaning layer. Thread-safe."""

    def __init__(self, book: Rulebook, meaning: Meaning | None = None, encoder: SentenceEncoder | None = None) -> None:
        self._reader = Reader(book)
        self._book = book
        self._meaning = meaning
        self._encoder = encoder

    def check(self, messages: Sequence[str], region: str | None = None) -> Verdict:
        """The verdict on a conversation, given all messages of the visitor, oldest first; never raises."""
        try:
            return self._check(messages, region)
        except Exception as error:  # noqa: BLE001 the one boundary: whatever fails inside, the visitor is told what to do
            trace = Fired("screen", "urgent", "", "", f"failed: {type(error).__name__}", "boundary", len(messages) - 1)
            return Verdict(message.FAILED, fired=(trace,), failed=True)

    def _check(self, messages: Sequence[str], region: str | None) -> Verdict:
        ledger = Ledger(self._book)
        fired: list[Fired] = []
        before: Mapping[str, Noted] = {}
        standing: Mapping[str, Noted] = {}
        part: tuple[int, ...] = ()
        readings: list[Reading] = []
        vectors = self._encoder.encode(list(messages)) if self._meaning and self._encoder and messages else None
        for turn, text in enumerate(messages):
            reading = self._reader.read(text, part)
            part = reading.part
            readings.append(reading)
            ledger.hear(turn, reading)
            if vectors is not None:
                fired += self._weigh(ledger, reading, turn, vectors[turn])
            before, standing = standing, ledger.standing(turn)
            fired += _trace(self._book, reading, turn)
        tier = max((noted.level for noted in standing.values()), key=LEVELS.index, default="none")
        degraded = self._meaning is None
        refusal = _refusal(readings[-1]) if readings else None
        if tier == "none":
            return Verdict(None, refusal, tuple(fired), degraded=degraded)
        counted = sorted(
            (n for n in standing.values() if n.level != "none"), key=lambda n: (-LEVELS.index(n.level), -n.turn, n.rule)
        )
        new = any(
            before.get(n.rule) is None or LEVELS.index(before[n.rule].level) < LEVELS.index(n.level) for n in counted
        )
        return Verdict(
            self._escalation(tier, counted, readings, region, new),
            refusal,
            tuple(fired),
            degraded=degraded,
            full_form=new,
        )

    def _weigh(self, ledger: Ledger, reading: Reading, turn: int, vector: NDArray[np.float32]) -> list[Fired]:
        """Let the second layer raise what the rules made of one message."""
        assert self._meaning is not None
        level = alone(self._book, reading)
        opinion = self._meaning.judge(reading, level, vector)
        scores = ", ".join(f"{step} {score:.2f}" for step, score in opinion.scores.items())
        text = reading.message.raw.strip()
        if LEVELS.index(opinion.level) > LEVELS.index(level):
            ledger.note(Noted("wording", opinion.level, text, turn, _SITUATIONS.get(opinion.level, "general"), "meaning"))
        return [Fired("wording", opinion.level, text, text, scores, "meaning", turn)]

    def _escalation(
        self, tier: Level, counted: Sequence[Noted], readings: Sequence[Reading], region: str | None, full: bool
    ) -> Escalation:
        assert tier != "none"
        crisis = [n for n in counted if n.level == "crisis"]
        also: tuple[Tier, ...] = ("crisis",) if crisis and tier == "emergency" else ()
        findings = tuple(Finding(n.rule, n.evidence, n.turn) for n in counted)
        return message.compose(
            tier,
            findings,
            [n.situation for n in counted],
            also=also,
            region=region,
            other=_of_another(readings),
            clinician=any(r.cues.get("other_person.clinician") for r in readings),
            full=full,
            crisis_kind=crisis[0].situation if crisis else "crisis",
        )


def _of_another(readings: Sequence[Reading]) -> bool:
    """Whether the visitor speaks for somebody else; the wording changes, never the tier."""
    return any(r.cues.get("other_person.other") and not r.cues.get("other_person.self") for r in readings[-1:])


def _refusal(reading: Reading) -> Refusal | None:
    return next(
        (
            kind
            for kind in _REFUSALS
            if any(f.rule == f"asks_{kind}" and f.decision.standing == "present" for f in reading.found)
        ),
        None,
    )


def _trace(book: Rulebook, reading: Reading, turn: int) -> list[Fired]:
    fired = []
    for found in reading.found:
        concept = book.concepts.get(found.rule)
        number = reading.clauses[found.hit.first]
        inside = [i for i, clause in enumerate(reading.clauses) if clause == number]
        standing = found.decision.standing + (f" ({found.decision.cue})" if found.decision.cue else "")
        fired.append(
            Fired(
                found.rule, concept.tier if concept else "none", reading.message.quote(inside[0], inside[-1]), found.evidence, standing,
                f"rule: {found.pattern}", turn,
            )
        )  # fmt: skip
    return fired
