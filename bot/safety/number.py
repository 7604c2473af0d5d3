"""Numbers with their meaning: temperatures, ages, durations, scores, pulses, sugars, tablets, heights, years.

Each becomes a tag (`#fever`, `#age_child`) that a pattern can name. The bounds are those of the guidance that the rules
cite; they stand in one table each so that they can be reviewed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

from bot.safety.text import Message

TAGS = {
    "#fever": "body temperature of 38.0 C / 100.4 F or more",
    "#fever_high": "body temperature of 40 C / 104 F or more",
    "#cold_body": "body temperature of 35 C / 95 F or less",
    "#score_high": "pain of 8 or more out of 10",
    "#age_infant": "age of 3 months or less",
    "#age_small": "age under 4 years",
    "#age_child": "age under 18",
    "#age_55": "age of 55 to 64",
    "#age_65": "age of 65 or more",
    "#minutes": "a duration of minutes",
    "#hours": "a duration of hours",
    "#hours_long": "4 hours or more",
    "#days": "2 to 13 days",
    "#weeks": "14 days or more, up to years",
    "#long_ago": "a year that is past, or so many years or months ago",
    "#recent_past": "days or weeks ago",
    "#pulse_high": "pulse of 130 or more",
    "#pulse_low": "pulse under 50",
    "#sugar_low": "blood sugar under 4 mmol/l or 70 mg/dl",
    "#sugar_high": "blood sugar over 15 mmol/l or 270 mg/dl",
    "#many_tablets": "5 tablets or more",
    "#fall_height": "2 metres or more, or a floor of a house",
    "#litres": "3 litres or more",
    "#pregnant_weeks": "weeks of pregnancy",
    "#distance": "a distance run",
    "#number": "any number",
}

_WORDS = dict(
    zip(
        "a an one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
        "seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred".split(),
        [1, 1, *range(1, 21), 30, 40, 50, 60, 70, 80, 90, 100],
        strict=True,
    )
)
_VAGUE = {"couple": 2.0, "few": 3.0, "several": 4.0, "fortnight": 2.0, "dozen": 12.0}
_TENS, _ONES = frozenset(range(20, 100, 10)), frozenset(range(1, 10))
_UNITS_OF_TIME = {
    "min": 1 / 1440, "mins": 1 / 1440, "minute": 1 / 1440, "minutes": 1 / 1440,
    "h": 1 / 24, "hr": 1 / 24, "hrs": 1 / 24, "hour": 1 / 24, "hours": 1 / 24,
    "day": 1.0, "days": 1.0, "night": 1.0, "nights": 1.0, "d": 1.0,
    "week": 7.0, "weeks": 7.0, "wk": 7.0, "wks": 7.0, "fortnight": 14.0, "fortnights": 14.0,
    "month": 30.0, "months": 30.0, "mth": 30.0, "mths": 30.0, "year": 365.0, "years": 365.0, "yr": 365.0, "yrs": 365.0,
}  # fmt: skip
_AGE_AFTER = frozenset("yo yrold yro old".split())
_AGE_BEFORE = frozenset("im age aged turned turning u under runner".split())
_PRONOUNS = frozenset("i he she hes shes".split())
_PEOPLE = frozenset(
    "son daughter boy girl lad lass kid child grandson granddaughter nephew niece brother sister cousin female male "
    "woman man lady gentleman mum mam mom mammy mummy mother dad da father gran granny grandma grandmother nan nana "
    "nanna nanny grandad granda grandpa grandfather aunt aunty auntie uncle wife husband partner hubby neighbour "
    "neighbor friend patient law".split()
)
_IS = frozenset("is am are s who now just only nearly almost about aged turned turning".split())
"""What may stand between a person and the age: "my nan, who is nearly 88"; "was" is of another time."""
_OLDEST_BY_A_LETTER = 95
"""Above it an "f" after the number is Fahrenheit."""
_NO_PLURAL = frozenset("has was does plus always".split())
_PULSE = frozenset("hr pulse bpm heart heartrate bpms resting".split())
_SUGAR = frozenset("sugar sugars glucose bg bm bms bloods reading hypo cgm dexcom libre".split())
_TEMPERATURE = frozenset("temp temperature fever temps thermometer burning".split())
_TABLETS = frozenset(
    "tablet tablets tabs tab pill pills caps capsules paracetamol tylenol ibuprofen codeine tramadol nurofen advil "
    "ibuprofens paracetamols codeines "
    "aspirin panadol cocodamol naproxen diclofenac zapain acetaminophen oxy oxycodone packets packs strips boxes "
    "sleeping".split()
)
_METRES = {"m": 1.0, "metre": 1.0, "metres": 1.0, "meter": 1.0, "meters": 1.0, "ft": 0.3, "foot": 0.3, "feet": 0.3}
_LITRES = frozenset("l litre litres liter liters ltrs".split())
_RUN = frozenset("k km kms mile miles mi m marathon marathons".split())
_NUMBER = re.compile(r"\d{1,4}(?:[.,]\d+)?\Z")
_FIRST_YEAR = 1930
_LONG_AGO = 60
"""Days: what is longer ago is past, be it told in days or by its year. Set by hand, not swept."""


def now() -> date:
    """The day on which a message is read, everywhere the same."""
    return datetime.now(UTC).date()


def tags(message: Message, today: date) -> Iterator[tuple[str, int, int]]:
    """Each tag with the words it covers, as (tag, first, past the last).

    `today` is the day on which the message is read: a year is past when all of it is long ago, so that "in 2026" is no
    old story in the first weeks of 2027.
    """
    last_year = (today - timedelta(_LONG_AGO)).year - 1
    words = [word.text for word in message.words]
    for i, word in enumerate(words):
        value = _value(word)
        if value is None or (i and _joined(words[i - 1], word)):
            continue
        if word[0].isdigit():
            yield "#number", i, i + 1
        last = i
        if i + 1 < len(words) and _joined(word, words[i + 1]):
            value, last = value + _WORDS[words[i + 1]], i + 1
        before, after = words[max(0, i - 4) : i], [*words[last + 1 : last + 5], "", "", "", ""]
        yield from _time(i, last, value, words, word)
        if word not in ("a", "an", "one"):
            pause = last + 1 < len(words) and message.words[last + 1].pause > 0
            yield from _age(i, value, before, after, pause=pause)
            yield from _body(i, value, before, after, bare=not word.isdigit() and _bare(before, after, pause=pause))
            yield from _amount(i, value, after)
            yield from _score(message, i, last, value, words)
        if word.isdigit() and _FIRST_YEAR <= value <= last_year and after[0] not in _RUN:
            yield "#long_ago", i, i + 1


def _value(word: str) -> float | None:
    if _NUMBER.match(word):
        return float(word.replace(",", "."))
    return _WORDS.get(word, _VAGUE.get(word))


def _joined(word: str, following: str) -> bool:
    """Whether two words are one number: "thirty nine"."""
    return _WORDS.get(word, 0) in _TENS and _WORDS.get(following, 0) in _ONES and following not in ("a", "an")


def _time(i: int, last: int, value: float, words: list[str], word: str) -> Iterator[tuple[str, int, int]]:
    j, value = _past_small_words(last, value, words)
    if j is None or words[j + 1 : j + 2] in (["old"], ["olds"]) or (word in ("a", "an") and words[j] == "d"):
        return
    days = value * _UNITS_OF_TIME[words[j]]
    end = j + 1
    if words[end : end + 1] in (["ago"], ["back"]):
        yield ("#long_ago" if days > _LONG_AGO else "#recent_past"), i, end + 1
    yield from ((tag, i, end) for tag, least, most in _DURATIONS if least <= days < most)
    around = (*words[max(0, i - 3) : i], *words[end : end + 3])
    if words[j].startswith("w") and 4 <= value <= 42 and _PREGNANT.intersection(around):
        yield "#pregnant_weeks", i, end


def _past_small_words(i: int, value: float, words: list[str]) -> tuple[int | None, float]:
    """Where the unit of a duration stands ("a couple of weeks"), and the value; None when there is none."""
    j = i + 1
    while j < len(words) and j - i <= 3 and words[j] in _BEFORE_UNIT:
        value = _VAGUE.get(words[j], value)
        j += 1
    return (j, value) if j < len(words) and words[j] in _UNITS_OF_TIME else (None, value)


_BEFORE_UNIT = frozenset("of or and half couple few more whole good".split())
_DURATIONS = (
    ("#minutes", 0.0, 1 / 24), ("#hours", 1 / 24, 1.0), ("#hours_long", 4 / 24, 1.0), ("#days", 2.0, 14.0),
    ("#weeks", 14.0, 1e9),
)  # fmt: skip
_PREGNANT = frozenset("pregnant preggo preggers gestation gone im bump expecting".split())


def _age(i: int, value: float, before: list[str], after: list[str], *, pause: bool) -> Iterator[tuple[str, int, int]]:
    last = before[-1] if before else ""
    unit = after[0]
    if unit in ("week", "weeks", "wk", "wks", "month", "months", "mth", "mo", "day", "days") and after[1] in (
        "old",
        "olds",
    ):
        months = value * {"w": 0.25, "m": 1.0, "d": 0.03}[unit[0]]
        yield ("#age_infant" if months <= 3 else "#age_small"), i, i + 3
        return
    years = unit in _AGE_AFTER or (unit in ("y", "yr", "yrs", "year", "years") and after[1] in ("o", "old", "olds"))
    years = years or (unit in ("y", "yr") and last in _AGE_BEFORE)
    sexed = (
        unit in ("m", "f")
        and 10 <= value <= _OLDEST_BY_A_LETTER
        and not after[1][:1].isdigit()
        and last not in ("fell", "ran", "run")
    )
    stated = last in _AGE_BEFORE and unit not in _UNITS_OF_TIME and unit not in _RUN and not _unit_of_more(unit)
    stated = stated or (float(value).is_integer() and _bare(before, after, pause=pause))
    if last in ("my", "our") and unit in ("yo", "y"):
        years = True
    if not (years or sexed or stated) or not 1 <= value <= 105 or (stated and not years and value < 3):
        return
    tag = (
        "#age_small"
        if value < 4
        else "#age_child"
        if value < 18
        else "#age_65"
        if value >= 65
        else "#age_55"
        if value >= 55
        else ""
    )
    if tag == "#age_small":
        yield "#age_child", i, i + 1
    if tag:
        yield tag, i, i + 1


def _of_somebody(before: list[str]) -> bool:
    """Whether the words before a number name whose age it is: "my gran", "she is", "my nan, who is"."""
    end = len(before)
    while end and before[end - 1] in _IS:
        end -= 1
    who = before[end - 1] if end else ""
    return who in _PEOPLE or (end < len(before) and who in _PRONOUNS)


def _counts_things(unit: str) -> bool:
    """Whether the word after a number says what it counts: a measure, a plural, another number."""
    plural = len(unit) > 3 and unit.endswith("s") and unit not in _NO_PLURAL
    measure = unit in _UNITS_OF_TIME or unit in _RUN or unit in _METRES or _unit_of_more(unit)
    return plural or measure or unit[:1].isdigit()


def _unit_of_more(unit: str) -> bool:
    return unit in (
        "min",
        "mins",
        "minutes",
        "percent",
        "kg",
        "stone",
        "lbs",
        "st",
        "times",
        "days",
        "c",
        "f",
        "degrees",
        "in",
        "of",
        "out",
        "sure",
    )


def _bare(before: list[str], after: list[str], *, pause: bool) -> bool:
    """Whether a number is said of somebody and counts nothing: with decimals, it is a temperature ("she is 39.2")."""
    return _of_somebody(before) and (pause or not _counts_things(after[0]))


def _body(i: int, value: float, before: list[str], after: list[str], *, bare: bool) -> Iterator[tuple[str, int, int]]:
    near = {*before, *after[:3]}
    found: list[str] = []
    if bare or near & _TEMPERATURE or after[0] in ("c", "f", "degrees", "celsius", "fahrenheit", "deg"):
        found += _temperature((value - 32) / 1.8 if value > 90 else value, near)
    if near & _PULSE:
        found += ["#pulse_high"] if 130 <= value <= 260 else ["#pulse_low"] if 20 <= value < 50 else []
    if near & _SUGAR:
        low, high = value < 4 or 25 <= value < 70, 15 < value <= 25 or 270 < value < 900
        found += ["#sugar_low"] if low else ["#sugar_high"] if high else []
    yield from ((tag, i, i + 1) for tag in found)


def _temperature(celsius: float, near: set[str]) -> list[str]:
    if 38 <= celsius <= 44:
        return ["#fever", "#fever_high"] if celsius >= 40 else ["#fever"]
    return ["#cold_body"] if 25 <= celsius <= 35 and near & {"body", "rectal", "core"} else []


def _amount(i: int, value: float, after: list[str]) -> Iterator[tuple[str, int, int]]:
    year = 1900 <= value <= 2100 and after[0] != "mg"
    if value >= 5 and not year and any(w in _TABLETS for w in after[:4]):
        yield "#many_tablets", i, i + 2
    if after[0] in _METRES and 2 <= value * _METRES[after[0]] <= 100:
        yield "#fall_height", i, i + 2
    if after[0] in _LITRES and 3 <= value < 30:
        yield "#litres", i, i + 2
    if after[0] in _RUN:
        yield "#distance", i, i + 2


def _score(message: Message, i: int, last: int, value: float, words: list[str]) -> Iterator[tuple[str, int, int]]:
    if not 8 <= value <= 12:
        return
    rest = words[last + 1 : last + 7]
    slash = bool(rest) and message.raw[message.words[last].end : message.words[last + 1].start].strip() == "/"
    if slash and rest[0] == "10":
        yield "#score_high", i, last + 2
    elif rest[:1] and rest[0] in _OF and rest[1:2] and rest[1] in _TEN:
        yield "#score_high", i, last + 3
    elif rest[:2] == ["out", "of"] and rest[2:3] and rest[2] in _TEN:
        yield "#score_high", i, last + 4
    elif "scale" in rest or ("possible" in rest and _TEN.intersection(rest)) or _of_pain(message, i, last, words):
        yield "#score_high", i, last + 1


def _of_pain(message: Message, i: int, last: int, words: list[str]) -> bool:
    """Whether a number rates a pain without saying out of what: "pain is a solid nine", and nothing is counted."""
    near = words[max(0, i - 6) : i]
    while near and near[-1] in _RATES:
        near.pop()
    ends = last + 1 == len(words) or message.words[last + 1].pause > 0 or words[last + 1] in _RATED
    return bool(near) and near[-1] in ("pain", "hurt") and ends


_OF, _TEN = frozenset(("outta", "of", "in")), frozenset(("10", "ten"))
_RATES = frozenset(
    "is was its it s a an level scale score rating about around like easily solid easy maybe probably hit hits".split()
)
_RATED = frozenset("now and but right today tonight when all constantly even".split())
