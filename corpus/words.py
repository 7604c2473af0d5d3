"""The words that carry the subject of a text, brought to their stems."""

from __future__ import annotations

import re
from functools import cache, lru_cache

import Stemmer

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,]\d+)*")
_STOP = frozenset(
    """a about above after again all also although am an and any are around as at be because been before being best
    between both but by can cannot could did do does doing down during each either else even ever every few first for
    from further get gets getting give given go goes good had has have having he her here him his how however i if in
    include included includes including into is it its itself just keep let like likely make makes making many may me
    might more most much must my need needs new no nor not now of off often on once one only or other our out over own
    per rather same several she should since so some such than that the their them then there these they thing things
    this those though through to together too under until up upon us use used using usually very was way ways we well
    were what when where whether which while who whom whose why will with within without would yet you your
    yours""".split()
)


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    stem: str = _stemmer().stemWord(word)
    return stem


def content_stems(text: str) -> list[str]:
    """The stems of the content words of `text`, in order, lower case, without function words and single letters."""
    words = (word.replace("’", "'").removesuffix("'s") for word in _WORD.findall(text.lower()))
    return [_stem(word) for word in words if len(word) > 1 and word.partition("'")[0] not in _STOP]
