"""Which words an abstention names as found nowhere: things rather than what is done with them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.query import Term

MOST = 2
"""Names that are given; a long list of missing words reads as a reproach."""

_DOING = re.compile(
    r"(?:\b(?:to|can|could|should|would|will|shall|may|might|must|do|does|did|don'?t|doesn'?t|cannot|can'?t|not|please"
    r"|i|you|we|they|he|she|people|anyone)\s+)$",
    re.IGNORECASE,
)
"""What stands before a verb ("do you sell", "to book") and hardly ever before the name of a thing."""

_JOINS = re.compile(r"[ \t'’-]+")


def named(text: str, missing: Sequence[Term], importance: Sequence[float], rest: float = 0.0) -> tuple[str, ...]:
    """The names of the things in `text` that are missing, the most important first, at most `MOST`.

    `missing` are terms of the question that no article has and `importance` says how much each matters (0..1). Words
    that stand side by side are one name ("plantar fasciitis"). A word used as a verb is named only where no thing is
    missing and it matters at least as much as every word that the articles do have (`rest`, the largest importance
    among those): "do you sell insoles" is no question about selling.
    """
    ordered = sorted(zip(missing, importance, strict=True), key=lambda pair: pair[0].start)
    things = [pair for pair in ordered if not _DOING.search(text[: pair[0].start])]
    things = things or [pair for pair in ordered if pair[1] >= rest]
    groups: list[tuple[list[Term], float]] = []
    for term, weight in things:
        last = groups[-1] if groups else None
        if last and _JOINS.fullmatch(text[last[0][-1].end : term.start]):
            groups[-1] = ([*last[0], term], max(last[1], weight))
        else:
            groups.append(([term], weight))
    best = sorted(groups, key=lambda group: (-group[1], group[0][0].start))[:MOST]
    return tuple(text[terms[0].start : terms[-1].end] for terms, _ in best)
