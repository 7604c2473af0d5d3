"""Measures in a sentence: "for about 15 to 20 minutes", "twice a day", "at least 150 minutes a week", "up to 70%".

Each is brought to one unit for its kind, so that 48 hours and 2 days are the same. Made for comparing what
articles say, not for arithmetic: what is vague ("a few days", "several times") is not read at all.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

_UNITS: Mapping[str, tuple[str, float, float]] = {
    # pattern: (dimension, factor, addend), value in the base unit = number * factor + addend
    r"seconds?|secs?": ("time", 1.0, 0.0),
    r"minutes?|mins?": ("time", 60.0, 0.0),
    r"hours?|hrs?": ("time", 3600.0, 0.0),
    r"days?": ("time", 86400.0, 0.0),
    r"weeks?": ("time", 604800.0, 0.0),
    r"months?": ("time", 2629800.0, 0.0),
    r"years?|yrs?": ("time", 31557600.0, 0.0),
    r"micrograms?|mcg|µg|μg": ("mass", 1e-6, 0.0),
    r"milligrams?|mgs?": ("mass", 1e-3, 0.0),
    r"grams?|grammes?|g": ("mass", 1.0, 0.0),
    r"kilograms?|kilos?|kgs?": ("mass", 1e3, 0.0),
    r"ounces?|oz": ("mass", 28.35, 0.0),
    r"pounds?|lbs?": ("mass", 453.6, 0.0),
    r"millilit(?:re|er)s?|mls?": ("volume", 1e-3, 0.0),
    r"lit(?:re|er)s?": ("volume", 1.0, 0.0),
    r"glasses|glass": ("glasses", 1.0, 0.0),
    r"cups?": ("cups", 1.0, 0.0),
    r"millimet(?:re|er)s?|mm": ("length", 1e-3, 0.0),
    r"centimet(?:re|er)s?|cm": ("length", 1e-2, 0.0),
    r"inch(?:es)?": ("length", 0.0254, 0.0),
    r"feet|foot": ("length", 0.3048, 0.0),
    r"met(?:re|er)s?": ("length", 1.0, 0.0),
    r"kilomet(?:re|er)s?|km": ("length", 1e3, 0.0),
    r"miles?": ("length", 1609.3, 0.0),
    r"%|percent|per cent": ("share", 1.0, 0.0),
    r"°\s?c|degrees? (?:c|celsius|centigrade)": ("temperature", 1.0, 0.0),
    r"°\s?f|degrees? (?:f|fahrenheit)": ("temperature", 5 / 9, -160 / 9),
    r"degrees?|°": ("angle", 1.0, 0.0),
    r"calories|kcal": ("energy", 1.0, 0.0),
    r"mmhg|mm hg": ("pressure", 1.0, 0.0),
    r"iu|international units?": ("units", 1.0, 0.0),
    r"times?": ("times", 1.0, 0.0),
    r"repetitions?|reps?": ("repetitions", 1.0, 0.0),
    r"sets?": ("sets", 1.0, 0.0),
    r"steps?": ("steps", 1.0, 0.0),
}

_WORDS: Mapping[str, float] = {
    word: float(number)
    for number, word in enumerate(
        "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split(), start=1
    )
} | {"twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fifty": 50.0, "sixty": 60.0, "once": 1.0, "twice": 2.0}

_ABOUT = 0.2
"""How far a number that is called approximate may be off, as a share of it; set by hand."""

_NUMBER = rf"(?:\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|{'|'.join(sorted(_WORDS, key=len, reverse=True))})"
_ANY_NUMBER = re.compile(rf"\d|\b(?:{'|'.join(_WORDS)})\b", re.IGNORECASE)
_UNIT = "|".join(f"(?P<u{number}>{pattern})" for number, pattern in enumerate(_UNITS))
_FIRST_UNIT = "|".join(_UNITS)
_MEASURE = re.compile(
    rf"""(?<![\w.,/:$£€-])
    (?P<low>{_NUMBER})
    (?:[\s-]?(?P<unit>{_FIRST_UNIT})(?=\s))?
    (?:\s?(?P<join>-|to|or|and)\s?(?P<high>{_NUMBER})|\s(?P<open>or\s(?:more|less|fewer)))?
    [\s-]?(?:{_UNIT})(?![\w/])
    (?P<after>\s(?:or\s(?:more|longer|over|less|fewer)|and\sover|ago|old|of\sage))?
    (?:\s?(?:per|a|an|each|every|/)\s?(?P<per>second|minute|hour|day|night|week|month|year|kg|session)\b)?""",
    re.IGNORECASE | re.VERBOSE,
)
_RATE = re.compile(
    r"\b(?P<low>once|twice)\s(?:a|an|per|each|every)\s(?P<per>hour|day|night|week|month|year)\b", re.IGNORECASE
)
_BEFORE = re.compile(
    r"""(?:\b(?P<role>for|every|each|after|following|since|before|until|aged?|ages|in|within|by)\s)?
    (?:the\s)?(?:(?P<which>first|last|next|past|previous|final|other)\s)?
    (?:between\s|from\s)?
    (?:(?P<least>at\sleast|a\sminimum\sof|no\sless\sthan|(?<!no\s)(?<!not\s)more\sthan|(?<!no\s)longer\sthan|over|above
        |older\sthan|greater\sthan)\s
      |(?P<most>up\sto|at\smost|no(?:t)?\smore\sthan|no\slonger\sthan|a\smaximum\sof|less\sthan|fewer\sthan|under|below
        |younger\sthan|as\slittle\sas)\s)?
    (?:(?P<about>about|around|approximately|roughly|nearly|almost|some)\s)?$""",
    re.IGNORECASE | re.VERBOSE,
)
_VAGUE = re.compile(
    r"\b(?:a\s)?(?:few|several|couple|many|some|dozen|half|quarter|per|hundred|thousand|million)\s?$", re.I
)
_FORBIDS = re.compile(
    r"\b(?:not|never|don't|dont|avoid|without)\b[^.;,]{0,60}\b(?:more|longer|over|above)\b", re.IGNORECASE
)
"""\"Not for more than 20 minutes\" allows at most 20."""

_LONGEST_BEFORE = 100
_ROLES = {"each": "every", "following": "after", "since": "after", "until": "before"}
_PLAIN = frozenset({"for", "in", "within", "by"})
_LIKE_HYPHEN = str.maketrans({"–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "\u00a0": " ", "\n": " "})


@dataclass(frozen=True, slots=True)
class Measure:
    """A number with its unit: `kind` names what can be compared with it, `low <= high` are in that kind's base unit.

    "up to" leaves `low` at 0, "at least" leaves `high` infinite, "about" widens both. `start..end` is its place in the
    text. `forbids` where the upper bound comes from a "not for more than".
    """

    kind: str
    low: float
    high: float
    start: int
    end: int
    forbids: bool = False


def measures(text: str) -> tuple[Measure, ...]:
    """Every measure of a sentence in order; those that cannot be read for certain are left out."""
    plain = text.translate(_LIKE_HYPHEN)
    if not _ANY_NUMBER.search(plain):
        return ()
    return tuple(sorted(_found(plain), key=lambda measure: measure.start))


def unit_words() -> frozenset[str]:
    """Words that belong to measures and not to what is measured."""
    return _unit_words()


@cache
def _unit_words() -> frozenset[str]:
    listed = "second minute hour day night week month year time percent degree".split()
    bounds = "least most maximum minimum about around approximately roughly nearly almost up longer fewer less".split()
    bounds += "between twice aged age ages within older younger below above daily weekly".split()
    return frozenset({*listed, *(f"{word}s" for word in listed), *bounds, *_WORDS})


def _found(text: str) -> Iterator[Measure]:
    taken: list[tuple[int, int]] = []
    for match in _MEASURE.finditer(text):
        taken.append(match.span())
        unit = next((number for number in range(len(_UNITS)) if match[f"u{number}"]), None)
        before = text[max(0, match.start() - _LONGEST_BEFORE) : match.start()]
        if unit is None or _VAGUE.search(before):
            continue
        read_as = list(_UNITS.values())[unit]
        low, high = _value(match["low"]), _value(match["high"] or match["low"])
        if high < low or not _is_range(match, before, unit):
            continue
        if read_as[0] == "times" and not match["per"]:
            continue  # "four times as likely"
        yield _measure(match, before, read_as, low, high)
    for match in _RATE.finditer(text):
        if not any(start <= match.start() < end for start, end in taken):
            before = text[max(0, match.start() - _LONGEST_BEFORE) : match.start()]
            yield _measure(match, before, ("times", 1.0, 0.0), _value(match["low"]), _value(match["low"]))


def _is_range(match: re.Match[str], before: str, unit: int) -> bool:
    """Whether two numbers belong together: "and" only after "between", two units only if they are the same."""
    if not match["high"]:
        return match["unit"] is None
    if match["join"].lower() == "and" and not re.search(r"\bbetween\s$", before, re.IGNORECASE):
        return False
    return match["unit"] is None or bool(re.fullmatch(list(_UNITS)[unit], match["unit"], re.IGNORECASE))


def _measure(match: re.Match[str], before: str, unit: tuple[str, float, float], low: float, high: float) -> Measure:
    dimension, factor, addend = unit
    lead = _BEFORE.search(before)
    assert lead is not None, "every part of the pattern may be empty"
    groups = match.groupdict()
    after = (groups.get("after") or groups.get("open") or "").strip().lower()
    if lead["about"]:
        # In the unit that was written: 20 °F is below zero in °C, where a share of it would lie on the wrong side.
        low, high = low * (1 - _ABOUT), high * (1 + _ABOUT)
    low, high = low * factor + addend, high * factor + addend
    within = (lead["role"] or "").lower() in ("within", "by")
    forbidden = bool(lead["least"]) and bool(_FORBIDS.search(before))
    if lead["most"] or within or forbidden or after.endswith(("less", "fewer")):
        low = -math.inf if dimension == "temperature" else 0.0
    if (lead["least"] and not forbidden) or after.endswith(("more", "longer", "over")):
        high = math.inf
    kind = "/".join((dimension, _role(lead, after, dimension), (groups.get("per") or "").lower()))
    return Measure(kind, low, high, match.start(), match.end(), forbidden)


def _role(lead: re.Match[str], after: str, dimension: str) -> str:
    """What the measure is for: a time after something is not compared with a time for something."""
    word = (lead["role"] or "").lower()
    if after in ("old", "of age") or word.startswith("age"):
        return "age"
    if after == "ago":
        return "ago"
    which = (lead["which"] or "").lower()
    if dimension != "time":
        return which
    plain = "" if word in _PLAIN else _ROLES.get(word, word)
    return f"{plain} {which}".strip()


def _value(text: str) -> float:
    word = text.lower()
    return _WORDS[word] if word in _WORDS else float(word.replace(",", ""))
