"""Words as search sees them: folded, stemmed, with their place in the text.

One analyser for articles and questions alike. Folding: NFKC, curly quotes to straight, case folded, apostrophes inside
a word dropped ("don't" and "dont" are one word), possessive 's dropped.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import Stemmer

STOP_WORDS = frozenset(
    """
    a about actually after again all also am an and any anyone anything anyway are as at away basically be
    because been before being but by can cannot cant could couldnt did didnt do does doesnt doing done dont down
    each else ever every for from get gets getting give given go goes going gone got had has hasnt have havent
    having he hello help her here hers hi him his how however i id if ill im in into is isnt it itd its ive just
    kind know let lets like list literally lot lots make makes many may maybe me might mine more most much must
    my myself need needs no nor not now of off ok okay on once one ones only onto or other our out over own per
    please pls put quite rather really say says see seem seems shall she should shouldnt so some someone
    something sort still such suggest sure take tell than thank thanks that thats the their them then there
    theres these they theyre theyve thing things think this those though through to too try under until up us
    use used very want was wasnt way we well were werent what whats when where which while who whos whose why
    will with without wont would wouldnt yes yet you your youre yours yourself
    """.split()
)
"""Words that say nothing of a subject. Kept small: what a question *is* (how long, who, where) is read by `bot`."""

_QUOTES = str.maketrans(
    {"‘": "'", "’": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "–": "-", "—": "-", "‐": "-", "‑": "-"}
)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)*")


@dataclass(frozen=True, slots=True)
class Word:
    """One word: as folded, its stem, and where it stands in the text it was read from."""

    text: str
    stem: str
    start: int
    end: int


@cache
def _stemmer() -> Stemmer.Stemmer:
    import Stemmer

    return Stemmer.Stemmer("english", 0)  # without its memory, which would hold what visitors write


def fold(text: str) -> str:
    """The text with case, compatibility forms, quotes and dashes made equal; its length may differ."""
    return unicodedata.normalize("NFKC", text).translate(_QUOTES).casefold()


def stem(word: str) -> str:
    """The Porter2 stem of one folded word (Porter, "Snowball", 2001); a number is its own stem.

    So is an inflammation: Porter2 would make "tendonitis" the same word as "tendon".
    """
    return word if word.isdigit() or word.endswith("itis") else _stemmer().stemWord(word)


def _folded_word(raw: str) -> str:
    word = raw.lower() if raw.isascii() else fold(raw)  # the same for those, and ten times as fast
    return word.removesuffix("'s").replace("'", "")


def words(text: str) -> list[Word]:
    """Every word of the text in order, stop words too; `text[start:end]` is the word as written."""
    straight = text.translate(_QUOTES)
    found: list[Word] = []
    for match in _WORD.finditer(straight):
        folded = _folded_word(match.group())
        if folded:
            found.append(Word(folded, stem(folded), match.start(), match.end()))
    return found


def analyse(text: str) -> list[str]:
    """The stems of the content words (stop words left out), in order, with repeats: what the lexical index stores."""
    return [word.stem for word in words(text) if word.text not in STOP_WORDS]
