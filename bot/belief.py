"""Which readings of a message are believed, and what they find together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import msgspec

from bot.understanding.forms import forms, stems
from bot.understanding.kinds import VALUE_KINDS
from bot.understanding.past import Past

if TYPE_CHECKING:
    from bot.turn import Part
    from index.query import Term
    from index.search import Hit

Ranked = tuple[tuple["Hit", float], ...]
"""Candidates with their scores, best first."""


class Belief(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`belief.json`: how much each trait of a reading, and each kind of evidence for it, speaks for it (`weights`);
    how much the score of a candidate counts beside that (`ranking`);
    and the log odds that what was found answers a reading that took something over (`answers`),
    of which `threshold` is the smallest probability to answer at.
    """

    weights: dict[str, float]
    ranking: float
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


def believed(tried: Sequence[Part], past: Sequence[Past], belief: Belief) -> tuple[Part, Ranked]:
    """What all readings find together: the part whose reading speaks most for the best candidate, and its candidates in
    the order in which all readings put them.

    A candidate that several likely readings find is likelier than what one of them finds alone: the scores are those of
    the mixture of all readings (the fusion of query variations, Belkin et al. 1995), on the scale of the ranking.
    """
    if len(tried) == 1:
        return tried[0], tried[0].ranked
    scores = [belief.score(part, past) for part in tried]
    claims: dict[int, list[tuple[float, float, int]]] = {}
    for place, (part, score) in enumerate(zip(tried, scores, strict=True)):
        for hit, worth in claimed(part):
            claims.setdefault(hit.row, []).append((score + belief.ranking * worth, part.reading.prior, place))
    if not claims:
        likeliest = max(range(len(tried)), key=lambda place: (scores[place], tried[place].reading.prior))
        return tried[likeliest], ()
    worth_of = {row: _sum_of_odds([claim[0] for claim in made]) / belief.ranking for row, made in claims.items()}
    best = max(worth_of, key=lambda row: (worth_of[row], -row))
    chosen = tried[max(claims[best])[2]]
    ranked = sorted(((hit, worth_of[hit.row]) for hit, _ in chosen.ranked), key=lambda pair: (-pair[1], pair[0].row))
    return chosen, tuple(ranked)


def claimed(part: Part) -> Ranked:
    """The candidates of a reading with what each adds to the reading's own score.

    Readings that take over more words or fewer mean about the same, and the one that finds more is likelier meant. A
    reference means this item or that one, and how well an item is found does not say which: its best candidate adds
    nothing.
    """
    most = part.ranked[0][1] if part.ranked and part.reading.how == "reference" else 0.0
    return tuple((hit, worth - most) for hit, worth in part.ranked) if most else part.ranked


def _sum_of_odds(values: Sequence[float]) -> float:
    """The logarithm of the sum of what these are logarithms of."""
    highest = max(values)
    return highest + math.log(sum(math.exp(value - highest) for value in values))


_EVEN = 0.12
"""Readings whose scores differ by less are about equally likely: the odds are 9 to 8. Wider, and a visitor is asked
back where one of the two was plainly meant."""


def rivalling(tried: Sequence[Part], past: Sequence[Past], belief: Belief) -> list[Part]:
    """The parts of readings about as likely as the likeliest that lead to different sections; empty if there is one."""
    best = [belief.ranking * max((worth for _, worth in claimed(part)), default=0.0) for part in tried]
    scores = sorted(((belief.score(part, past) + best[n], -n) for n, part in enumerate(tried)), reverse=True)
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
            headed = [i for i in chosen if stands_in(hit.stems.context, terms[i])]
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


def stands_in(stems: frozenset[str], term: Term) -> bool:
    """Whether a word, or all of a phrase that means the same, is among stems."""
    return term.stem in stems or any(stems.issuperset(phrase) for phrase in term.alternatives)
