"""The message of a tier: fixed templates, filled with the visitor's own words, the numbers of the region and what fits
the case.

Plain text; the skins escape it. Nothing that an article, a search or a visitor says changes more than the quoted words.
"""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec

from bot.reply import Action, Escalation, Finding, Tier
from bot.safety.errors import RuleError

if TYPE_CHECKING:
    from jinja2 import Template

FOLDER = Path(__file__).parent
_MOST_QUOTES = 3
_LONGEST_QUOTE = 120
T = TypeVar("T")


class Number(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A telephone number: what to read, what a link dials, and a remark."""

    say: str
    dial: str
    note: str = ""


class Region(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The numbers of one region; `verified_on` is empty until the site's owner has called each of them."""

    id: str
    names: tuple[str, ...]
    emergency: tuple[Number, ...]
    triage_say: str
    verified_on: str
    verified_by: str
    triage: tuple[Number, ...] = ()
    crisis: tuple[Number, ...] = ()
    crisis_text: Number | None = None
    poisons: Number | None = None


class Unknown(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to say when nobody knows where the visitor is."""

    emergency_say: str
    emergency_note: str
    triage_say: str
    crisis_say: str
    emergency: tuple[Number, ...]
    verified_on: str
    verified_by: str


class Regions(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All regions, and the answer for an unknown one."""

    unknown: Unknown
    region: tuple[Region, ...]


class Situation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A kind of danger: what it can be a sign of, and what to do until help is there."""

    id: str
    means: str
    waiting: tuple[str, ...]
    reviewed_by: str = ""
    review_by: str = ""


class _Situations(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    situation: tuple[Situation, ...]


class Frame(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The fixed words around the facts of a message, which `file` holds: who reviewed them, and by when again."""

    id: str
    file: str
    reviewed_by: str = ""
    review_by: str = ""


class _Frames(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    frame: tuple[Frame, ...]


def _decode(path: Path, kind: type[T]) -> T:
    try:
        return msgspec.convert(tomllib.loads(path.read_text("utf-8")), kind)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RuleError(path.name, 1, str(error)) from error


@lru_cache(maxsize=4)
def regions(folder: Path = FOLDER) -> Regions:
    """The numbers of all regions; RuleError when the file is wrong."""
    return _decode(folder / "regions.toml", Regions)


@lru_cache(maxsize=4)
def situations(folder: Path = FOLDER) -> dict[str, Situation]:
    """All situations by id; RuleError when the file is wrong."""
    return {s.id: s for s in _decode(folder / "situations.toml", _Situations).situation}


@lru_cache(maxsize=4)
def frames(folder: Path = FOLDER) -> dict[str, Frame]:
    """The review state of the fixed words by id; RuleError when the file is wrong. No message needs it."""
    return {f.id: f for f in _decode(folder / "messages" / "review.toml", _Frames).frame}


def region_of(name: str | None) -> Region | None:
    """The region that an owner's setting or a request names ("uk", "GB", "United Kingdom"), None when it is unknown."""
    wanted = (name or "").strip().casefold().replace("_", "-").split("-")[-1].strip()
    whole = (name or "").strip().casefold()
    return next((r for r in regions().region if wanted in r.names or whole in r.names or r.id == wanted), None)


def unverified(name: str | None) -> int:
    """How many numbers of a region nobody has confirmed by calling them; the common ones where it is unknown."""
    place = region_of(name)
    if place is None:
        return 0 if regions().unknown.verified_on else len(regions().unknown.emergency)
    single = [number for number in (place.crisis_text, place.poisons) if number is not None]
    return 0 if place.verified_on else len((*place.emergency, *place.triage, *place.crisis, *single))


@lru_cache(maxsize=8)
def _template(name: str) -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(  # plain text: the skins escape it
        loader=FileSystemLoader(FOLDER / "messages"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        autoescape=False,
    )
    environment.filters["capfirst"] = lambda text: text[:1].upper() + text[1:]
    return environment.get_template(f"{name}.jinja")


def compose(
    tier: Tier,
    findings: Sequence[Finding],
    situation_ids: Sequence[str],
    *,
    also: Sequence[Tier] = (),
    today: Sequence[Finding] = (),
    region: str | None = None,
    other: bool = False,
    clinician: bool = False,
    full: bool = True,
    crisis_kind: str = "crisis",
) -> Escalation:
    """The escalation of one tier.

    `situation_ids` come worst first; the first gives the reason, the first two the while-waiting facts. `other` speaks
    to a helper. `today` are the findings that must be seen today, whatever else is the matter. `full` is
    False on later turns with no new finding.
    """
    place = region_of(region)
    known = situations()
    fitting = [known[s] for s in dict.fromkeys(situation_ids) if s in known] or [known["general"]]
    waiting = list(fitting[0].waiting)
    if len(fitting) > 1 and len(waiting) < 2:
        waiting += fitting[1].waiting[:1]
    unknown = regions().unknown
    emergency = place.emergency if place else unknown.emergency
    crisis = place.crisis if place else ()
    both = "crisis" in also or tier == "crisis"
    values = {
        "tier": tier,
        "emergency": " or ".join(n.say for n in emergency) if place else unknown.emergency_say,
        "emergency_note": "" if place else unknown.emergency_note,
        "triage": place.triage_say if place else unknown.triage_say,
        "crisis_line": _crisis_line(place) if both else "",
        "waiting": waiting,
        "means": fitting[0].means,
        "quotes": _quotes([f for f in findings if tier != "crisis" or f not in today] or findings),
        "today": _quotes(today),
        "other": other,
        "whom": "them" if other else "yourself",
        "clinician": clinician,
        "cool_first": fitting[0].id == "heat",
        "danger": crisis_kind == "danger",
        "soon": fitting[0].id == "bone_stress",
        "poorly": fitting[0].id == "eating",
        "leg": fitting[0].id in _LEG,
    }
    text = _tidy(_template(tier if full else "short").render(values))
    headline, rest = _headline(text)
    return Escalation(
        tier,
        headline,
        rest,
        _actions(tier, place, both, emergency, crisis, today=bool(today)),
        tuple(findings),
        tuple(also),
    )


_LEG = frozenset({"fracture", "displaced", "achilles", "bone_stress"})


def _headline(text: str) -> tuple[str, str]:
    """The first sentence, which carries the action, and the rest."""
    line, _, below = text.partition("\n")
    first, stop, more = line.partition(". ")
    return (first + "." if stop else line, f"{more}\n{below}".strip())


def _crisis_line(place: Region | None) -> str:
    if place is None:
        return f"call {regions().unknown.crisis_say}"
    lines = [f"{n.say} ({n.note})" if n.note else n.say for n in place.crisis]
    spoken = "call " + " or ".join(lines)
    return f"{spoken}, or {place.crisis_text.say}" if place.crisis_text else spoken


def _actions(
    tier: Tier,
    place: Region | None,
    both: bool,
    emergency: Sequence[Number],
    crisis: Sequence[Number],
    *,
    today: bool,
) -> tuple[Action, ...]:
    calls = [Action(f"Call {n.say}", n.dial) for n in emergency]
    helpline = [Action(f"Call {n.say}", n.dial) for n in crisis]
    if place and place.crisis_text:
        helpline.append(Action(place.crisis_text.say[:1].upper() + place.crisis_text.say[1:], place.crisis_text.dial))
    if both and not helpline:
        helpline = [Action("Find your local crisis line", None)]
    triage = [Action(f"Call {n.say}", n.dial) for n in (place.triage if place else ())]
    if tier == "emergency":
        return tuple(calls + (helpline if both else []))
    if tier == "crisis":
        # One button for one number: the crisis line of some regions is a choice within their triage line.
        known = {action.href for action in (*helpline, *calls)}
        return tuple(helpline + calls + [line for line in triage if today and line.href not in known])
    if tier == "urgent":
        return tuple(triage + calls)
    return (Action("Book a physiotherapist or GP", None),)


def _quotes(findings: Sequence[Finding]) -> str:
    words: list[str] = []
    for finding in findings:
        quote = (
            finding.evidence
            if len(finding.evidence) <= _LONGEST_QUOTE
            else finding.evidence[: _LONGEST_QUOTE - 1].rstrip() + "…"
        )
        if quote and not any(quote.casefold() in seen.casefold() for seen in words):
            words.append(quote)
    return ", ".join(f"“{quote}”" for quote in words[:_MOST_QUOTES])


def _tidy(text: str) -> str:
    lines = [" ".join(line.split()) for line in text.strip().splitlines()]
    return "\n".join(line for i, line in enumerate(lines) if line or (i and lines[i - 1]))


FAILED = Escalation(
    "urgent",
    "I could not check your message for danger signs.",
    "I could not check your message for danger signs, so please do not rely on me for this one.\n"
    "Call your local emergency number now (112, 911, 999 or 000) if there is: chest pain, trouble breathing, a faint, "
    "weakness or numbness on one side, trouble speaking, heavy bleeding, a limb that is out of shape, cold, blue or "
    "without feeling, a fever with a hot swollen joint, numbness between the legs, or confusion after heat, a long "
    "race or a blow to the head.\n"
    "Call the same number, or a crisis line, at any hour if you think of harming yourself or if someone is in danger.\n"
    "For anything else that worries you, speak to a doctor or your local health advice line today.\n"
    "I can't examine you or make a diagnosis.",
    (
        Action("Call 112", "tel:112"),
        Action("Call 911", "tel:911"),
        Action("Call 999", "tel:999"),
        Action("Call 000", "tel:000"),
    ),
)
"""What a visitor sees when the screen itself fails; a constant, so that nothing can keep it from being shown."""
