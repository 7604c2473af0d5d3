"""Every message that the screen can show, filled in for a reviewer to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bot.reply import Escalation, Finding, Tier
from bot.safety import message
from bot.safety.message import Frame, Situation
from bot.safety.rulebook import Rulebook
from bot.safety.screen import UNNAMED

_TIERS: tuple[Tier, ...] = ("emergency", "crisis", "urgent", "assessment")
_QUOTE = (Finding("specimen", "the visitor's own words", 0),)


@dataclass(frozen=True, slots=True)
class Specimen:
    """One message as a visitor sees it, and the entries whose words it is made of."""

    title: str
    escalation: Escalation
    frame: Frame
    situation: Situation | None = None


def specimens(book: Rulebook, region: str | None = None) -> list[Specimen]:
    """The full message of each tier and situation that can occur together, the variants, and the one of a failure.

    `region` names whose numbers are shown; None shows what a visitor sees whose region is not known.
    """
    return [*_full(book, region), *_variants(region), _failed()]


def pairs(book: Rulebook) -> list[tuple[Tier, str]]:
    """The tiers and situations that can occur together, the most pressing tier first."""
    found = set(_occurring(book))
    order = list(message.situations())
    return sorted(found, key=lambda pair: (_TIERS.index(pair[0]), order.index(pair[1])))


def _occurring(book: Rulebook) -> Iterator[tuple[Tier, str]]:
    for concept in book.concepts.values():
        if concept.tier != "none":
            yield concept.tier, concept.situation
        if concept.tier == "assessment":  # a modifier raises it and leaves the situation as it is
            yield "urgent", concept.situation
    for combination in book.combinations:
        given = book.concepts.get(combination.gives)
        if combination.tier != "none":
            yield combination.tier, combination.situation or (given.situation if given else "general")
    for tier in _TIERS:
        yield tier, UNNAMED.get(tier, "general")


def _full(book: Rulebook, region: str | None) -> Iterator[Specimen]:
    for tier, name in pairs(book):
        made = message.compose(tier, _QUOTE, [name], region=region, crisis_kind=name)
        yield Specimen(f"{tier}: {name}", made, message.frames()[tier], message.situations()[name])


def _variants(region: str | None) -> Iterator[Specimen]:
    for tier in _TIERS:
        name = UNNAMED.get(tier, "general")
        other = message.compose(tier, _QUOTE, [name], region=region, other=True)
        yield Specimen(f"{tier}, about somebody else", other, message.frames()[tier])
        short = message.compose(tier, _QUOTE, [name], region=region, full=False)
        yield Specimen(f"{tier}, repeated on a later turn", short, message.frames()["short"])
    danger = message.compose("crisis", _QUOTE, ["danger"], region=region, other=True, crisis_kind="danger")
    yield Specimen("crisis, somebody else in danger", danger, message.frames()["crisis"])
    both = message.compose("emergency", _QUOTE, ["general"], also=("crisis",), region=region)
    yield Specimen("emergency, with a crisis", both, message.frames()["emergency"])
    today = message.compose("crisis", _QUOTE, ["crisis"], also=("urgent",), today=_QUOTE, region=region)
    yield Specimen("crisis, with what must be seen today", today, message.frames()["crisis"])
    clinician = message.compose("emergency", _QUOTE, ["general"], region=region, clinician=True)
    yield Specimen("emergency, told by a clinician", clinician, message.frames()["emergency"])


def _failed() -> Specimen:
    return Specimen("the screen itself failed", message.FAILED, message.frames()["failed"])
