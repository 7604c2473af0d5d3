"""Takes out of a visitor's words what could say who wrote them, before anything of them is kept.

The other way round from looking for what must go: a word stays only if it is known to say nothing of a person. Numbers
and addresses of every kind hold a digit, an @ or a scheme, and such pieces go as a whole. Of the rest stays what stands
in the articles, and what is an ordinary word of the language and nobody's name; a misspelt word, a rare surname, a
street and a village are none of these. Too much is taken rather than too little: an editor still sees the question.

Names are those of the library Faker, of which only the lists are used. It is imported with the first scrubber, so only
where an owner has questions kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module

from index.words import STOP_WORDS
from web.answerer import Familiarity

Familiar = Callable[[str], Familiarity]
"""How well a folded word is known (web.answerer.Answerer.familiar)."""

NUMBER, NAME, LINK = "[number]", "[name]", "[address]"

_LOCALES = (
    "en_GB", "en_US", "en_IN", "en_IE", "en_NZ", "en_PK", "en_NG", "en_KE", "en_TH", "ga_IE", "ar_PS", "cs_CZ", "da_DK",
    "de_DE", "es_ES", "es_MX", "et_EE", "fi_FI", "fr_FR", "ha_NG", "hr_HR", "hu_HU", "id_ID", "ig_NG", "it_IT", "lt_LT",
    "lv_LV", "nl_NL", "no_NO", "pl_PL", "pt_BR", "pt_PT", "ro_RO", "sk_SK", "sl_SI", "sv_SE", "sw", "tr_TR", "tw_GH",
    "yo_NG", "zu_ZA",
)  # fmt: skip
"""Lists in Latin letters; names in other scripts are no words of an English lexicon, and so never stay."""

_PLAIN = frozenset(
    """
    among ball best big black bone both bottom brown case clear company cross day deep doctor drop early each else fair
    fall fast field fit flat floor foot fresh front glass good green guard hand hard heel high hot house job key knee
    large last late light line little long lot loud low made major man may mean mid miles more must new night north old
    pace pain part per power price quick read real rest rich right ring rock room run said sharp short small soft sole
    soon sore stone stretch strong such summer swim tall tea too top track train walk wall warm water way week weeks
    white winter young
    """.split()
)
"""Surnames that are common words first, and that a question needs; they stay where they are written small."""

_TITLES = frozenset("mr mrs ms miss mx dr doctor nurse sister prof professor sir madam".split())
_INTRODUCED = re.compile(
    r"\b(?:names?(?: is|'s| was|:)?|called|named|known as|signed|regards|this is)\s*$", re.IGNORECASE
)
_FIRST = re.compile(r"(?:^|[.!?:;\n])[\s\"'(\[]*$")
_PIECE = re.compile(r"\S+")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_COUNTED = frozenset("zero oh nought one two three four five six seven eight nine double treble triple".split())
_DIALLED = 4
"""Words for digits in a row that make a number: "oh seven seven"; a shorter row is a span of time or a count."""
_REPEATED = re.compile(r"(\[(?:number|name|address)\])(?:[\s,.]*\1)+")


class Scrubber:
    """Scrubs texts with the words that `familiar` knows; safe to share between threads."""

    def __init__(self, familiar: Familiar) -> None:
        self._familiar = familiar

    def scrub(self, text: str) -> str:
        """`text` with what may be personal replaced by [number], [name] or [address]; one line."""
        if text.isupper():  # capitals throughout say nothing of names
            text = text.lower()
        pieces = list(self._pieces(text))
        dialled = _dialled([piece for piece, _ in pieces])
        words = [NUMBER if at in dialled else scrubbed for at, (_, scrubbed) in enumerate(pieces)]
        return _REPEATED.sub(r"\1", " ".join(words))

    def _pieces(self, text: str) -> Iterator[tuple[str, str]]:
        """Each piece between white space, as it was and as it stays."""
        for found in _PIECE.finditer(text):
            piece, before = found[0], text[: found.start()]
            if "@" in piece or "://" in piece or piece.lower().startswith("www."):
                yield piece, LINK
            elif any(character.isdigit() for character in piece):
                yield piece, NUMBER
            elif all(self._stays(word[0], before + piece[: word.start()]) for word in _WORD.finditer(piece)):
                yield piece, piece
            else:
                yield piece, NAME + piece[len(piece.rstrip(".,;:!?")) :]

    def _stays(self, word: str, before: str) -> bool:
        folded = word.replace("’", "'").casefold().removesuffix("'s").replace("'", "")
        named = folded in names()
        capital = word[0].isupper() and word != "I" and not word.startswith(("I'", "I’")) and not _FIRST.search(before)
        previous = before.split()[-1].casefold().strip(".,") if before.split() else ""
        if (previous in _TITLES or _INTRODUCED.search(before)) and (named or capital):
            return False
        if folded in STOP_WORDS:
            return not capital
        familiar = self._familiar(folded)
        if familiar == "article":
            return not (named and (capital or previous in _TITLES))
        return familiar == "common" and not capital and (not named or folded in _PLAIN)


def _dialled(pieces: list[str]) -> set[int]:
    """The places of words that spell out a number digit by digit."""
    places: set[int] = set()
    row: list[int] = []
    for at, piece in enumerate([*pieces, ""]):
        if piece.strip(".,-").casefold() in _COUNTED:
            row.append(at)
            continue
        if len(row) >= _DIALLED:
            places.update(row)
        row = []
    return places


@cache
def names() -> frozenset[str]:
    """First and last names in lower case, of all the locales above: about 40,000."""
    found: set[str] = set()
    for locale in _LOCALES:
        provider = import_module(f"faker.providers.person.{locale}").Provider
        for key, values in vars(provider).items():
            if ("first_names" in key or "last_names" in key) and not callable(values):
                found.update(part for name in values if isinstance(name, str) for part in _parts(name))
    return frozenset(found)


def _parts(name: str) -> list[str]:
    parts = [part.casefold().replace("’", "").replace("'", "") for part in re.split(r"[\s-]+", name)]
    return [part for part in parts if len(part) > 1 and part.isalpha()]
