"""The screen that stands in front of everything: a conversation in, a verdict out, never an exception."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from bot.reply import Escalation, Finding, Tier
from bot.safety import message
from bot.safety.context import Decision
from bot.safety.known import Known
from bot.safety.reading import Reader, Reading
from bot.safety.rulebook import LEVELS, Level, Rulebook
from bot.safety.state import Ledger, Noted, alone, highest
from bot.safety.text import TOGETHER, joined, windows

if TYPE_CHECKING:
    from bot.safety.classifier import TierModel
    from bot.safety.meaning import Meaning, Opinion

Refusal = Literal["diagnosis", "dose", "clearance"]
_REFUSALS: tuple[Refusal, ...] = ("dose", "clearance", "diagnosis")


_MARGIN = 0.12
"""By how much a sentence or a joined conversation must pass a threshold that was set for whole messages."""
_TOLD = 0.06
"""As _MARGIN, for what a short message tells apart from what it asks. With a harmless sentence beside them 20 of 628
dangers of the independent suite are shown as less, without this 35 (`python -m benchmarks.asides`); one of 281 harmless
messages of the tuned and the independent suite more is alarmed at, with 0 to 0.2 alike."""
_CERTAIN = 0.9
"""How likely an urgent finding must be in a later message alone, where all messages together say less. With it the last
turns of the tuned conversations are right in .92, without in .84; no danger was missed for it there."""
_LOUD, _FEW = 3, 2
"""Letters of a word that counts as written in capitals, and how many such words an amendment has; set by hand."""
_OTHERS = ("story", "history", "idiom", "trap")
_TAKEN_BACK = ("typo", "well", "perhaps_typo", "perhaps_well")
UNNAMED = {"crisis": "crisis", "assessment": "load"}
"""The situations of tiers that the second layer raises by itself, and so names no concept; "general" for the others."""


@dataclass(frozen=True, slots=True)
class SecondLayer:
    """What catches wordings that no rule foresaw: the adapted encoder, and what weighs its word with the rules'."""

    meaning: Meaning
    model: TierModel


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

    `escalation` is None only when the screen worked and found nothing. `refusal` names a request for personal advice
    that must be declined. `degraded` says that the rules ran alone. `full_form` is False where the message is repeated
    in short.
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


@dataclass(frozen=True, slots=True)
class _Unit:
    """A text that the second layer judged: the words to quote, and whether it is a part or a sum of messages."""

    evidence: str
    opinion: Opinion
    part: bool


class Screen:
    """Checks conversations by the rules of one rulebook and, where there is one, the meaning layer. Thread-safe."""

    def __init__(self, book: Rulebook, layer: SecondLayer | None = None) -> None:
        self._reader = Reader(book)
        self._book = book
        self._layer = layer
        self._known = Known()

    @property
    def degraded(self) -> bool:
        """Whether the rules run alone."""
        return self._layer is None

    def check(self, messages: Sequence[str], region: str | None = None) -> Verdict:
        """The verdict on a conversation, given all messages of the visitor, oldest first; never raises."""
        try:
            return self._check(messages, region)
        except Exception as error:  # noqa: BLE001 the one boundary: whatever fails inside, the visitor is told what to do
            trace = Fired("screen", "urgent", "", "", f"failed: {type(error).__name__}", "boundary", len(messages) - 1)
            return Verdict(message.FAILED, fired=(trace,), failed=True)

    def asked_for(self, text: str) -> Refusal | None:
        """The personal advice that a text of ours would ask for, were it a message; says nothing of red flags."""
        return _refusal(self._reader.read(text))

    def alarms(self, text: str) -> bool:
        """Whether a text of ours would be shown an urgent message or a higher one by the rules, were it a message."""
        return LEVELS.index(alone(self._book, self._reader.read(text))) >= LEVELS.index("urgent")

    def _check(self, messages: Sequence[str], region: str | None) -> Verdict:
        ledger = Ledger(self._book)
        fired: list[Fired] = []
        before: Mapping[str, Noted] = {}
        standing: Mapping[str, Noted] = {}
        part: tuple[int, ...] = ()
        readings: list[Reading] = []
        for turn, text in enumerate(messages):
            before_it = part
            reading = self._reader.read(text, part)
            part = reading.part
            readings.append(reading)
            opinions: Sequence[_Unit] = ()
            if self._layer and (_clearable(reading) or _says_so(reading)):
                opinions = self._opinions(self._layer, readings, before_it, again=turn + 1 < len(messages))
                reading = _cleared(reading, opinions[: -1 if turn else None])
            ledger.hear(turn, reading)
            # Above an emergency there is nothing: where the rules see one and nothing could take it away, the second
            # layer need not be asked.
            if self._layer and not opinions and highest(ledger.standing(turn)) != LEVELS[-1]:
                opinions = self._opinions(self._layer, readings, before_it, again=turn + 1 < len(messages))
            if opinions:
                if self._takes_back(reading, opinions):
                    mistaken = any(reading.cues.get(f"correction.{name}") for name in ("typo", "perhaps_typo"))
                    mistaken = mistaken or _amends(text)
                    ledger.take_back(lasting=bool(mistaken))
                fired += self._weigh(ledger, opinions, turn)
            before, standing = standing, ledger.standing(turn)
            fired += _trace(self._book, reading, turn)
        tier = highest(standing)
        degraded = self.degraded
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

    def _opinions(
        self, layer: SecondLayer, readings: Sequence[Reading], part: tuple[int, ...], *, again: bool
    ) -> list[_Unit]:
        """What the second layer says of the last message: whole, by its sentences or without what it asks, and together
        with the messages before it.

        `part` is the body part with which the message was read; `again` says that it was the last message of an earlier
        request, which is where an opinion may be known already.
        """
        last = readings[-1]
        raw = last.message.raw.strip()
        if not raw:
            return []
        together = [r.message.raw.strip() for r in readings[-TOGETHER:]]
        spans = windows(last.message)
        least = _MARGIN if spans else _TOLD
        spans = spans or _told(last)
        evidence = [raw, *(last.message.quote(*span) for span in spans), *([raw] if len(together) > 1 else [])]
        key = self._known.key(last.message.raw, repr(part), *together)
        opinions = self._known.get(key) if again else None
        if opinions is None:
            units = [(raw, last), *((last.message.quote(*span), last.between(*span)) for span in spans)]
            if len(together) > 1:
                whole = joined(together)
                units.append((whole, self._reader.read(whole)))
            first, other = (0.0, least) if len(together) == 1 else (_MARGIN, _MARGIN)
            opinions = self._judged(layer, units, [first, *(other for _ in units[1:])])
            self._known.put(key, opinions)
        return [
            _Unit(text, opinion, place > 0)
            for place, (text, opinion) in enumerate(zip(evidence, opinions, strict=True))
        ]

    def _judged(
        self, layer: SecondLayer, units: Sequence[tuple[str, Reading]], margins: Sequence[float]
    ) -> tuple[Opinion, ...]:
        """The opinions on texts, each with its margin; only the whole message that begins a conversation has none."""
        heard = layer.model.tiers([text for text, _ in units])
        return tuple(
            layer.meaning.judge(unit, alone(self._book, unit), said, margin, elsewhere=self._elsewhere(unit))
            for (_, unit), said, margin in zip(units, heard, margins, strict=True)
        )

    def _elsewhere(self, reading: Reading) -> bool:
        """Whether the rules found dangers, and an explicit cue says of each that it is none of the visitor's."""
        least, concepts = LEVELS.index("urgent"), self._book.concepts
        found = [f for f in reading.found if f.rule in concepts and LEVELS.index(concepts[f.rule].tier) >= least]
        return bool(found) and all(f.decision.standing in _OTHERS for f in found)

    def _takes_back(self, reading: Reading, opinions: Sequence[_Unit]) -> bool:
        """Whether the last message takes the earlier ones back: it says so in words, and neither it alone nor all
        messages read together leave either layer with anything."""
        present = any(f.decision.standing == "present" and f.rule in self._book.concepts for f in reading.found)
        return _says_so(reading) and not present and len(opinions) > 1 and all(u.opinion.calm for u in opinions)

    def _weigh(self, ledger: Ledger, opinions: Sequence[_Unit], turn: int) -> list[Fired]:
        """Let the second layer raise what the rules made of the last message."""
        level = highest(ledger.standing(turn))
        fired = []
        for unit in opinions:
            said = _in_context(unit.opinion, opinions[-1].opinion) if turn else unit.opinion.level
            scores = ", ".join(f"{step} {score:.2f}" for step, score in unit.opinion.scores.items())
            fired.append(Fired("wording", said, unit.evidence, unit.evidence, scores, "meaning", turn))
            if LEVELS.index(said) > LEVELS.index(level) and not (unit.part and said == "assessment"):
                # Under a name of its own, so that nothing said later takes the place of a crisis.
                rule = "wording_crisis" if said == "crisis" else "wording"
                ledger.note(Noted(rule, said, unit.evidence, turn, UNNAMED.get(said, "general"), "meaning"))
        return fired

    def _escalation(
        self, tier: Level, counted: Sequence[Noted], readings: Sequence[Reading], region: str | None, full: bool
    ) -> Escalation:
        assert tier != "none"
        crisis = [n for n in counted if n.level == "crisis"]
        today = _seen_today(counted, crisis) if tier in ("emergency", "crisis") else []
        also: tuple[Tier, ...] = ("crisis",) if crisis and tier == "emergency" else ()
        findings = tuple(Finding(n.rule, n.evidence, n.turn) for n in counted)
        return message.compose(
            tier,
            findings,
            [n.situation for n in counted],
            also=(*also, "urgent") if today else also,
            today=tuple(Finding(n.rule, n.evidence, n.turn) for n in today),
            region=region,
            other=_of_another(readings),
            clinician=any(r.cues.get("other_person.clinician") for r in readings),
            full=full,
            crisis_kind=crisis[0].situation if crisis else "crisis",
        )


def _seen_today(counted: Sequence[Noted], crisis: Sequence[Noted]) -> list[Noted]:
    """The urgent findings. What only the second layer found in a message of despair is about the despair, and none."""
    turns = {n.turn for n in crisis}
    return [n for n in counted if n.level == "urgent" and not (n.layer == "meaning" and n.turn in turns)]


def _told(reading: Reading) -> list[tuple[int, int]]:
    """First and last word of what a message tells, where it begins or ends with a question in which the rules find
    nothing: who tells of a danger may ask about socks in the same breath. Empty where there is no such question, or
    nothing else."""
    message = reading.message
    findings = {message.sentence[found.hit.first] for found in reading.found}
    kept = [i for i, n in enumerate(message.sentence) if n not in message.questions or n in findings]
    if not kept or (kept[0] == 0 and kept[-1] == len(message.sentence) - 1):
        return []
    return [(kept[0], kept[-1])]


def _says_so(reading: Reading) -> bool:
    """Whether the message says in words, or in the way people amend a slip, that earlier ones do not hold."""
    return _amends(reading.message.raw) or any(reading.cues.get(f"correction.{name}") for name in _TAKEN_BACK)


def _amends(raw: str) -> bool:
    """Whether a message is written as an amendment: "*brace", or one word or two in capitals among small letters."""
    words = [word.strip(".,;:!?()'\"") for word in raw.split()]
    loud = sum(len(word) >= _LOUD and word.isalpha() and word.isupper() for word in words)
    return raw.lstrip().startswith("*") or (0 < loud <= _FEW and any(word.islower() for word in words))


def _in_context(opinion: Opinion, together: Opinion) -> Level:
    """What is made of a later message, or a sentence of it, beside what all messages say together: "he's 11" and "it
    came back" mean nothing by themselves. What is all but certain stands whatever was said before."""
    if opinion.scores["urgent"] >= _CERTAIN:
        return opinion.level
    return min(opinion.level, together.level, key=LEVELS.index)


def _clearable(reading: Reading) -> bool:
    """Whether the second layer could clear a finding of the message."""
    return any(found.cued and found.decision.standing == "present" for found in reading.found)


def _cleared(reading: Reading, opinions: Sequence[_Unit]) -> Reading:
    """The reading without findings that an explicit cue beside them and the second layer both speak against: it must be
    all but certain of the whole message, and no sentence of it may leave it with a doubt."""
    if not opinions or not opinions[0].opinion.clear or not all(unit.opinion.calm for unit in opinions):
        return reading
    found = tuple(
        replace(f, decision=Decision("cleared", "cue and meaning"))
        if f.cued and f.decision.standing == "present"
        else f
        for f in reading.found
    )
    return replace(reading, found=found)


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
    bounds: dict[int, list[int]] = {}
    for i, clause_number in enumerate(reading.clauses):
        bounds.setdefault(clause_number, [i, i])[1] = i
    for found in reading.found:
        concept = book.concepts.get(found.rule)
        first, last = bounds[reading.clauses[found.hit.first]]
        standing = found.decision.standing + (f" ({found.decision.cue})" if found.decision.cue else "")
        tier: Level = concept.tier if concept else "none"
        clause = reading.message.quote(first, last)
        fired.append(Fired(found.rule, tier, clause, found.evidence, standing, f"rule: {found.pattern}", turn))
    return fired
