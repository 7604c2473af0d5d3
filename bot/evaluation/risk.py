"""Finds out how often answers from one corpus are wrong, by asking it its own headings; part of building an index.

Each heading that makes a question (`bot/heading.py`) is asked twice: as it is, and with the section below it left out,
as a question that the articles do not cover. Which of both are answered, and which answers are right, gives the curve
of risk against coverage (El-Yaniv and Wiener 2010).

The threshold itself is not moved by it: articles repeat themselves, and on seven sites .76 to .97 of the headings are
answered without their section too, mostly rightly (`footnote index status` prints it for any index). What moves is how
strictly subjects are declined that no article has (`bot/evaluation/foreign.py`).
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.resources import files

import msgspec

from bot.answering.compose import compose
from bot.answering.model import Weights, shipped
from bot.evaluation.foreign import Foreign, foreign, least_share
from bot.evaluation.propose import Proposal, propose
from bot.retrieval import Retrieved
from bot.risk import FORMAT, NAME, Point, Risk
from bot.turn import Part, Thinker
from bot.understanding.question import Reader, open_reader
from index.generation import Generation
from index.passage import Passage
from index.search import Searcher

MOST = 200
"""Headings that are asked; of a larger corpus as many, drawn always in the same way."""

_POINTS = 20
_MISSED = 20


@dataclass(frozen=True, slots=True)
class Try:
    """One question asked: how probable it is that it is answered, and whether that answer is right."""

    question: str
    probability: float
    right: bool
    left_out: bool


class RiskAttachment:
    """Puts the curve of a corpus, and the threshold it stands for, into its generation."""

    name = NAME

    def key(self, generation: Generation) -> str:
        """The content of the generation, and the weights that answer from it."""
        weights = files("bot.answering").joinpath("weights.json").read_bytes()
        return f"{generation.manifest.content}-{hashlib.sha256(weights).hexdigest()[:16]}-{FORMAT}"

    def make(self, generation: Generation) -> bytes:
        """A `Risk` as JSON."""
        weights, reader, asked = shipped(), open_reader(generation), proposals(generation)
        lacking = list(foreign(asked, generation, reader, weights))
        found = measured(tries(asked, generation, reader, weights), lacking, weights)
        return msgspec.json.format(msgspec.json.encode(found), indent=1) + b"\n"


def proposals(generation: Generation) -> list[Proposal]:
    """The headings that are asked."""
    found = list(propose(generation.articles.values()))
    return random.Random(0).sample(found, MOST) if len(found) > MOST else found


def tries(asked: Iterable[Proposal], generation: Generation, reader: Reader, weights: Weights) -> list[Try]:
    """Each heading asked with everything in place, and with the section below it left out."""
    thinker = Thinker(reader, Searcher(generation), weights)
    return [one for proposal in asked for one in _asked(thinker, proposal)]


def _asked(thinker: Thinker, proposal: Proposal) -> list[Try]:
    part = thinker.tried(proposal.question, ())[0]
    quotes = compose(part.question, part.ranked)
    right = any(_of_section(quote.passage, proposal) for quote in quotes)
    without = _without(thinker, part, proposal)
    return [
        Try(proposal.question, part.probability, right, left_out=False),
        Try(proposal.question, without.probability, right=False, left_out=True),
    ]


def _without(thinker: Thinker, part: Part, proposal: Proposal) -> Part:
    """The same question as it would be judged if the articles had no such section."""
    found = thinker.retrieved(part.question)
    left = tuple(pair for pair in found.ranked if not _of_section(pair[0].passage, proposal)) if found else ()
    retrieved = Retrieved(left, found.found) if found else None
    return thinker.judged(part.readings, part.reading, part.question, retrieved)


def _of_section(passage: Passage, proposal: Proposal) -> bool:
    """Whether the passage stands in the section or below it, or is an outline that lists it."""
    within = passage.section[: len(proposal.section)] == proposal.section
    return passage.article_id == proposal.article_id and (within or passage.role == "outline")


def measured(asked: Sequence[Try], lacking: Sequence[Foreign], weights: Weights) -> Risk:
    """The shares at the threshold of the weights, the curve, and the share from which a subject counts as there."""
    threshold = weights.threshold
    subject = least_share(lacking, weights.subject, threshold) if weights.subject else 0.0
    there, left = [t for t in asked if not t.left_out], [t for t in asked if t.left_out]
    ordered = sorted(asked, key=lambda t: -t.probability)
    steps = [round(len(ordered) * n / _POINTS) for n in range(1, _POINTS + 1)]
    return Risk(
        format=FORMAT,
        threshold=threshold,
        asked=len(there),
        answered=_share([t.probability >= threshold for t in there]),
        right=_share([t.probability >= threshold and t.right for t in there]),
        missed=tuple(t.question for t in there if t.probability < threshold or not t.right)[:_MISSED],
        declined=_share([t.probability < threshold for t in left]),
        foreign=len(lacking),
        foreign_declined=_share([one.probability < threshold or one.share < subject for one in lacking]),
        subject=round(subject, 4),
        curve=tuple(_point(ordered, count) for count in dict.fromkeys(steps) if count),
    )


def _point(ordered: Sequence[Try], count: int) -> Point:
    """The curve where so many questions are answered, the most probable first."""
    taken = ordered[:count]
    wrong = sum(not one.right for one in taken)
    return Point(round(taken[-1].probability, 4), round(count / len(ordered), 4), round(wrong / count, 4))


def _share(values: Sequence[bool]) -> float:
    return round(sum(values) / len(values), 4) if values else 0.0
