"""The worst turns of a run, each with what every stage did: where to look first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.bot import Thought
from bot.evaluation.run import Played
from bot.evaluation.score import mentions, squeeze
from bot.turn import Part

_CANDIDATES = 5
_EXCERPT = 220


@dataclass(frozen=True, slots=True)
class Candidate:
    """One candidate passage; `gold` says whether it holds a gold piece, `cited` whether the answer cites it."""

    place: int
    score: float
    context: str
    excerpt: str
    gold: bool
    cited: bool


@dataclass(frozen=True, slots=True)
class Stage:
    """What was understood, found and decided about one question of the message."""

    understood_as: str
    rule: str
    kinds: tuple[str, ...]
    spelling: tuple[str, ...]
    vocabulary: tuple[str, ...]
    missing: tuple[str, ...]
    probability: float
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True)
class Worst:
    """A turn that is not right. `verdict` says in words what is wrong, `badness` how much (0..2)."""

    id: str
    turn: int
    label: str
    before: tuple[str, ...]
    asked: str
    expected: str
    gold: tuple[str, ...]
    verdict: str
    badness: float
    kind: str
    reason: str | None
    confidence: float | None
    said: str
    safety: tuple[str, ...]
    stages: tuple[Stage, ...]


def worst(played: Sequence[Played], most: int) -> list[Worst]:
    """Up to `most` turns, the worst first: what is not covered and yet answered, then wrong answers, each with the most
    confident first; then what could have been answered and was not, the least confident first."""
    found = [_worst(p) for p in played if not p.mark.right or not p.mark.verbatim]
    return sorted(found, key=lambda w: (-w.badness, w.id, w.turn))[:most]


def _worst(played: Played) -> Worst:
    mark, thought = played.mark, played.thought
    reply = mark.reply
    return Worst(
        id=mark.case.id,
        turn=mark.turn + 1,
        label=mark.case.label,
        before=tuple(turn.user for turn in mark.case.turns[: mark.turn]),
        asked=mark.expected.user,
        expected=mark.expected.expect,
        gold=mark.expected.gold,
        verdict=_verdict(played),
        badness=round(_badness(played), 4),
        kind=reply.kind,
        reason=reply.reason,
        confidence=reply.confidence,
        said=reply.text,
        safety=_safety(thought),
        stages=tuple(_stage(part, played) for part in (thought.turn.parts if thought.turn else ())),
    )


def _badness(played: Played) -> float:
    mark = played.mark
    confidence = mark.reply.confidence or 0.0
    if not mark.verbatim:
        return 2.0
    if not mark.answered:
        return 0.5 * (1.0 - confidence)
    return (1.0 if mark.expected.expect == "abstain" else 0.5) + 0.5 * confidence


def _verdict(played: Played) -> str:
    mark = played.mark
    reply = mark.reply
    if not mark.verbatim:
        return "something said does not stand in the articles"
    if mark.expected.expect == "abstain":
        return "answered, though the articles do not cover it"
    if not mark.answered:
        return f"not answered ({reply.reason or reply.kind}), though the articles answer it"
    if not mark.cited:
        return "answered from the wrong passage"
    text = " ".join(sentence.text for sentence in reply.sentences)
    unsaid = [words[0] for words in mark.expected.must_mention if not any(mentions(text, word) for word in words)]
    return f"not said: {', '.join(unsaid)}"


def _safety(thought: Thought) -> tuple[str, ...]:
    verdict = thought.verdict
    lines = [f"tier {verdict.tier}"] if verdict.tier else []
    lines += ["the screen failed"] if verdict.failed else []
    lines += [f"personal advice: {verdict.refusal}"] if verdict.refusal else []
    return (*lines, *(f"{f.rule} ({f.tier}): “{f.evidence}”, {f.decision}" for f in verdict.fired))


def _stage(part: Part, played: Played) -> Stage:
    question = part.question
    golds = [squeeze(gold) for gold in played.mark.expected.gold]
    cited = {(citation.article_id, citation.passage) for citation in played.mark.reply.citations}
    return Stage(
        understood_as=question.text,
        rule=part.reading.how,
        kinds=tuple(sorted(question.kinds)),
        spelling=tuple(f"{c.written} → {c.meant}" for c in question.corrections),
        vocabulary=tuple(f"{e.written} → {e.meant[0]}" for e in question.expansions),
        missing=part.missing,
        probability=round(part.probability, 4),
        candidates=tuple(
            Candidate(
                place=place,
                score=round(score, 3),
                context=hit.passage.context,
                excerpt=" ".join(hit.passage.text.split())[:_EXCERPT],
                gold=any(gold in squeeze(hit.passage.text) for gold in golds),
                cited=(hit.passage.article_id, hit.passage.text) in cited,
            )
            for place, (hit, score) in enumerate(part.ranked[:_CANDIDATES], 1)
        ),
    )
