"""What one turn leaves behind for the next: what it was about, and what it listed."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.belief import stands_in
from bot.understanding.enumeration import enumeration, number_word
from bot.understanding.forms import forms
from bot.understanding.past import Past, Weighed, core, subject
from bot.understanding.reading import CONTEXTS
from bot.understanding.reference import pair
from index.words import analyse

if TYPE_CHECKING:
    from bot.turn import Part


def left(part: Part, rarity: Callable[[str], float]) -> tuple[Past, ...]:
    """What a part leaves for later turns; nothing if it has no words to be about."""
    terms = part.question.query.terms
    if not terms:
        return ()
    reading = part.reading
    sides = reading.sides
    lists = _lists(part)
    items = sides or reading.items or (lists[0] if lists else ())
    slot = tuple((sides[-1] if sides else reading.item).split())
    answered = bool(part.quotes)
    best = part.quotes[0].passage if answered else None
    weighed = _weighed(part, rarity)
    return (
        Past(
            question=part.question.text,
            items=items,
            slot=slot,
            subject=subject(weighed),
            core=core(weighed),
            heading=best.section[-1] if best and best.section else "",
            answered=answered,
            lists=lists,
            place=(best.article_id, best.section) if best else None,
        ),
    )


def _weighed(part: Part, rarity: Callable[[str], float]) -> list[Weighed]:
    """The words of a part with what speaks for its being about them; a declined one is about all of its words."""
    terms = part.question.query.terms
    hit = part.ranked[0][0] if part.ranked and part.quotes else None
    said = frozenset[str]().union(*hit.stems.sentences) if hit else frozenset[str]()
    adds = part.reading.how in CONTEXTS and any(not term.own and term.stem not in forms().light for term in terms)
    found = []
    for term, importance in zip(terms, part.importance, strict=True):
        headed = hit is not None and stands_in(hit.stems.context, term)
        inside = hit is None or stands_in(said, term)
        light, passing = term.stem in forms().light, adds and term.own and hit is not None
        found.append(Weighed(term.text, importance, rarity(term.stem), headed, inside, light, passing))
    return found


@lru_cache(maxsize=8192)
def _enumerated(text: str) -> tuple[str, ...]:
    """What a sentence of the articles enumerates; remembered, as the same sentences are quoted again and again."""
    return enumeration(text)


@lru_cache(maxsize=8192)
def _item_stems(item: str) -> frozenset[str]:
    """The stems of an item that an article lists; remembered for the same reason."""
    return frozenset(analyse(item))


def _lists(part: Part) -> tuple[tuple[str, ...], ...]:
    """The lists that an ordinal may point into, the likeliest first: what the question itself sets side by side, then
    what the answer lists, by what it has to do with the question."""
    asked = enumeration(part.question.text) or (pair(part.question.text) if part.quotes else ())
    asked_stems = {term.stem for term in part.question.query.terms}
    promised = number_word(part.question.text)
    found: list[tuple[float, int, tuple[str, ...]]] = []
    for place, quote in enumerate(part.quotes):
        passage = quote.passage
        said = [s for s in passage.sentences if s.span in quote.spans]
        texts = [passage.text[s.span.start - passage.start : s.span.end - passage.start] for s in said]
        listed = tuple(text for text, sentence in zip(texts, said, strict=True) if sentence.item)
        for items in (listed, *map(_enumerated, texts)):
            if len(items) >= 2:
                shared = sum(not asked_stems.isdisjoint(_item_stems(item)) for item in items) / len(items)
                fits = promised == len(items)
                found.append((place - 2.0 * shared - 10.0 * fits, len(found), items))
    lists = [items for _, _, items in sorted(found)]
    return tuple(dict.fromkeys([*([asked] if asked else []), *lists]))
