"""What one turn means to the next: which reading of a message is believed, and what the turn leaves behind."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

from bot.understanding.enumeration import enumeration, number_word
from bot.understanding.forms import forms, stems
from bot.understanding.kinds import VALUE_KINDS
from bot.understanding.past import Past, Weighed, core, subject
from bot.understanding.reading import CONTEXTS
from bot.understanding.reference import pair
from index.words import analyse

if TYPE_CHECKING:
    from bot.turn import Part
    from index.query import Term


class Belief(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`belief.json`: how much each trait of a reading, and each kind of evidence for it, speaks for it (`weights`);
    and the log odds that what was found answers a reading that took something over (`answers`),
    of which `threshold` is the smallest probability to answer at.
    """

    weights: dict[str, float]
    answers: dict[str, float]
    threshold: float
    trained_on: dict[str, int]

    def score(self, part: Part, past: Sequence[Past]) -> float:
        """How much speaks for the reading of a part; only differences between readings mean anything."""
        return sum(self.weights.get(name, 0.0) * value for name, value in evidence(part, past).items())

    def probability(self, part: Part) -> float:
        """The probability that what was found answers a reading which took over words, in 0..1.

        The words of the message itself must be answered for; those taken over say only what it is about.
        """
        if not self.answers:
            return part.probability
        score = sum(self.answers.get(name, 0.0) * value for name, value in support(part).items())
        return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, score))))


@cache
def believes() -> Belief:
    """The weights that come with Footnote, written by `python -m benchmarks.learn_followups`."""
    return msgspec.json.decode(files("bot").joinpath("belief.json").read_bytes(), type=Belief)


def believed(tried: Sequence[Part], past: Sequence[Past], belief: Belief | None = None) -> Part:
    """The part whose reading is likeliest, by what the message lacks and by what was found together."""
    if len(tried) == 1:
        return tried[0]
    weights = belief or believes()
    return max(tried, key=lambda part: (weights.score(part, past), part.reading.prior))


_EVEN = 0.12
"""Readings whose scores differ by less are about equally likely: the odds are 9 to 8. Wider, and a visitor is asked
back where one of the two was plainly meant."""


def rivalling(tried: Sequence[Part], past: Sequence[Past], belief: Belief) -> list[Part]:
    """The parts of readings about as likely as the likeliest that lead to different sections; empty if there is one."""
    scores = sorted(((belief.score(part, past), -n) for n, part in enumerate(tried)), reverse=True)
    found: dict[tuple[str, tuple[str, ...]], Part] = {}
    meant: list[frozenset[str]] = []
    for score, n in scores:
        part = tried[-n]
        words = stems(part.question.text)
        # The same question with fewer or more words is no other question.
        other = not any(words <= known or known <= words for known in meant)
        if score >= scores[0][0] - _EVEN and part.ranked and other:
            passage = part.ranked[0][0].passage
            found.setdefault((passage.article_id, passage.section), part)
            meant.append(words)
    return list(found.values())[:_MOST_CHOICES] if len(found) > 1 else []


_MOST_CHOICES = 3


def choices(parts: Sequence[Part]) -> tuple[str, ...]:
    """The questions to choose from when there are at least two that differ; each can be asked by itself."""
    texts = tuple(dict.fromkeys(part.question.text for part in parts))
    return texts if len(texts) > 1 else ()


def evidence(part: Part, past: Sequence[Past]) -> dict[str, float]:
    """What speaks for and against a reading, by name; shares are weighed by the importance of the words."""
    found = dict(part.reading.traits)
    if part.reading.how == "reference":
        found |= {"reference": 1.0, "prior": part.reading.prior}
    probability = min(max(part.probability, 0.002), 0.998)
    found["answered"] = math.log(probability / (1.0 - probability))
    if not part.ranked:
        return found
    hit = part.ranked[0][0]
    terms = part.question.query.terms
    for name, own in (("own", True), ("taken", False)):
        chosen = [i for i, term in enumerate(terms) if term.own == own]
        if chosen:
            total = sum(part.importance[i] for i in chosen) or 1.0
            found[f"{name}_held"] = sum(part.importance[i] * float(hit.held[i]) for i in chosen) / total
            found[f"{name}_near"] = sum(part.importance[i] * float(hit.term_scores[i]) for i in chosen) / total
            headed = [i for i in chosen if _in(hit.stems.context, terms[i])]
            found[f"{name}_headed"] = sum(part.importance[i] for i in headed) / total
    found |= {"late": hit.evidence.late, "sentence": hit.evidence.sentence, "heading_share": hit.evidence.heading}
    last = next((turn.place for turn in reversed(past) if turn.place), None)
    if last:
        found["same_article"] = float(last[0] == hit.passage.article_id)
        found["same_section"] = float(last == (hit.passage.article_id, hit.passage.section))
    return found


def support(part: Part) -> dict[str, float]:
    """What speaks for and against a reading's being answered, by name."""
    probability = min(max(part.probability, 0.002), 0.998)
    found = {"bias": 1.0, "answered": math.log(probability / (1.0 - probability))}
    if not part.ranked:
        return found
    terms = part.question.query.terms
    own = [i for i, term in enumerate(terms) if term.own and term.stem not in forms().attributes]
    best, near = part.ranked[0][0], [hit for hit, _ in part.ranked[:3]]
    weight = [part.importance[i] for i in own]
    missing = [w * (1.0 - float(best.term_scores[i])) for w, i in zip(weight, own, strict=True)]
    absent = [w * (1.0 - max(float(hit.held[i]) for hit in near)) for w, i in zip(weight, own, strict=True)]
    taken = [i for i, term in enumerate(terms) if not term.own and term.stem not in forms().light]
    about = sum(part.importance[i] for i in taken)
    held = sum(part.importance[i] * float(best.held[i]) for i in taken)
    return found | {
        "missing": max(missing, default=0.0),
        "absent": max(absent, default=0.0),
        "unknown": max((part.importance[i] for i in own if terms[i].text in part.unknown), default=0.0),
        "bare": float(not own),
        "about": held / about if about else 1.0,
        "late": best.evidence.late,
        "sentence": best.evidence.sentence,
        "value": float(bool(part.question.kinds & VALUE_KINDS)),
    }


def _in(stems: frozenset[str], term: Term) -> bool:
    return term.stem in stems or any(stems.issuperset(phrase) for phrase in term.alternatives)


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
        headed = hit is not None and _in(hit.stems.context, term)
        inside = hit is None or _in(said, term)
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
