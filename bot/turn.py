"""One turn of talk after the safety screen: what was understood, found and decided, kept for `explain`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from bot.answering import features
from bot.answering.compose import MAX_CITATIONS, compose
from bot.answering.model import Weights
from bot.answering.naming import named
from bot.answering.quote import Quote
from bot.belief import Belief, believed, believes, choices, rivalling
from bot.reply import Reason
from bot.retrieval import Retrieved, ranking_for, retrieve
from bot.stage import stage
from bot.talk import left
from bot.understanding.followup import Resolver
from bot.understanding.past import Past
from bot.understanding.question import Question, Reader
from bot.understanding.reading import Reading
from bot.understanding.smalltalk import is_instruction, smalltalk
from bot.understanding.spelling import Correction, Lookups
from bot.understanding.split import split
from index.generation import Generation
from index.search import Found, Hit, Searcher
from index.words import words

_OFF_TOPIC = 0.24
"""Below this cosine between question and best passage a declined question is said to be about something else: of what
ten question sets decline, .84 of 146 questions on other subjects and .13 of 647 near the site's own. It chooses the
words in which a question is declined, never whether it is."""

_ELSEWHERE = {"dense": 0.18, "sentence": 0.32, "late": 0.55}
"""Where no candidate reaches any of these, the question is not about the site at all, whatever single words it shares
with it. Chosen on ten question sets and 995 questions asked of other corpora: of those 15 more are declined than by the
learned threshold alone, for 4 of 2,893 questions that could be answered. Trials that no command repeats."""

_NEVER = 0.01
"""The probability of what is about another subject altogether."""


_FOREIGN = 0.5
"""Of the threshold, how probable an answer is at most where the articles do not seem to have the subject; set by hand:
it is declined, and not as surely as what is about another site."""


@dataclass(frozen=True, slots=True)
class Part:
    """One question of a message: its readings, the chosen one, its candidates, how probable it is that they answer.

    `subject` is how likely the articles have at all what it is about (`bot.answering.model.Subject`), 1.0 where nothing
    is said of that; where it is too little for this site the question is `foreign`, and declined.
    """

    readings: tuple[Reading, ...]
    reading: Reading
    question: Question
    ranked: tuple[tuple[Hit, float], ...]
    found: Found | None
    importance: tuple[float, ...]
    measured: tuple[float, ...]
    probability: float
    subject: float
    foreign: bool
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    quotes: tuple[Quote, ...]
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """Everything that was decided about one message; `reason` is None when it is answered or small talk."""

    message: str
    smalltalk: str | None = None
    reason: Reason | None = None
    parts: tuple[Part, ...] = ()
    past: tuple[Past, ...] = field(default=())
    choices: tuple[str, ...] = ()

    @property
    def quotes(self) -> tuple[Quote, ...]:
        """The quotes of every part that is answered, as many in all as an answer may cite: the parts take turns."""
        taken = [0] * len(self.parts)
        for turn in range(MAX_CITATIONS):
            for place, part in enumerate(self.parts):
                if turn < len(part.quotes) and sum(taken) < MAX_CITATIONS:
                    taken[place] += 1
        return tuple(quote for part, most in zip(self.parts, taken, strict=True) for quote in part.quotes[:most])

    @property
    def unanswered(self) -> tuple[str, ...]:
        """The questions of an answered message that nothing answers, as they were typed."""
        return tuple(part.question.message for part in self.parts if not part.quotes) if self.quotes else ()


class Thinker:
    """Understanding, retrieval and the decision to answer, over one generation; pure and safe to share."""

    def __init__(self, reader: Reader, searcher: Searcher, weights: Weights, subject: float = 0.0) -> None:
        """`subject` is the share from which a subject counts as there on this site; never less than on any site."""
        self._reader = reader
        self._searcher = searcher
        self._weights = weights
        known = weights.subject
        self._least_subject = min(max(subject, known.least), known.most) if known else 0.0
        self._belief = believes()
        self._blind = searcher.generation.encoder.blind
        self._ranking = ranking_for(weights, len(searcher.generation.passages))
        # Not a method: it would tie this into a circle, and the generation would outlive a switch.
        self._resolver = Resolver(searcher.rarity, partial(_alike, searcher.generation))

    def turn(self, message: str, past: Sequence[Past] = (), lookups: Lookups | None = None) -> Turn:
        """Decide about one message, given what earlier turns left; `lookups` are what was spelt for it already."""
        if not any(character.isalnum() for character in message):
            return Turn(message, reason="unreadable", past=tuple(past))
        name = smalltalk(message)
        if name:
            return Turn(message, smalltalk=name, past=tuple(past))
        if is_instruction(message):
            return Turn(message, reason="off_topic", past=tuple(past))
        parts, later = self._parts(message, past, {} if lookups is None else lookups)
        return Turn(
            message,
            reason=self._reason(parts),
            parts=tuple(parts),
            past=later,
            choices=parts[0].choices if len(parts) == 1 else (),
        )

    def _parts(self, message: str, past: Sequence[Past], lookups: Lookups) -> tuple[list[Part], tuple[Past, ...]]:
        """The questions of a message, and what they leave behind what earlier turns left."""
        pieces = split(message)
        parts: list[Part] = []
        running = list(past)
        for piece in pieces:
            part = self._part(piece, running, lookups)
            parts.append(part)
            running += left(part, self._searcher.rarity)
        return parts, tuple(running)

    def _part(self, message: str, past: Sequence[Past], lookups: Lookups) -> Part:
        tried = self.tried(message, past, lookups)
        chosen = self.decided(self.together(tried, past))
        rivals = [self.decided(part) for part in rivalling(tried, past, self._belief)] if chosen.quotes else []
        return replace(chosen, choices=choices([part for part in rivals if part.quotes]))

    def complete(self, message: str, lookups: Lookups | None = None) -> bool:
        """Whether the message needs nothing before it to be understood."""
        return self._resolver.complete(self._reader.spelt(message, lookups)[0])

    def tried(self, message: str, past: Sequence[Past], lookups: Lookups | None = None) -> list[Part]:
        """Every reading of one question, searched and judged."""
        spelt, corrections = self._reader.spelt(message, lookups)
        readings = self._resolver.readings(spelt, past)
        return [self._try(message, readings, reading, corrections) for reading in readings]

    def together(self, tried: Sequence[Part], past: Sequence[Past], belief: Belief | None = None) -> Part:
        """What the readings of one question find together, judged in that order; no quotes yet."""
        part, ranked = believed(tried, past, belief or self._belief)
        if part.found is None or [hit.row for hit, _ in ranked] == [hit.row for hit, _ in part.ranked]:
            return replace(part, ranked=ranked)
        with stage("answering"):
            return self.judged(part.readings, part.reading, part.question, Retrieved(ranked, part.found))

    def _try(
        self, message: str, readings: Sequence[Reading], reading: Reading, corrections: tuple[Correction, ...]
    ) -> Part:
        with stage("understanding"):
            question = self._reader.read(message, reading.text, reading.inherited, corrections)
        retrieved = self.retrieved(question)
        with stage("answering"):
            return self.judged(readings, reading, question, retrieved)

    def retrieved(self, question: Question) -> Retrieved | None:
        """The candidates for a question; None for one without a content word."""
        with stage("retrieval"):
            return retrieve(question, self._searcher, self._ranking) if question.query.terms else None

    def judged(
        self, readings: Sequence[Reading], reading: Reading, question: Question, retrieved: Retrieved | None
    ) -> Part:
        """The part with the probability that its candidates answer; no quotes yet."""
        ranked = retrieved.ranked if retrieved else ()
        measured = features.result(question, ranked, retrieved.found, self._searcher) if retrieved and ranked else []
        probability = self._weights.probability(features.ANSWERING, measured) if ranked else 0.0
        if not self._blind and _elsewhere(ranked):
            probability = min(probability, _NEVER)
        subject = self._subject(reading, measured)
        foreign = subject < self._least_subject
        if foreign:
            probability = min(probability, _FOREIGN * self._weights.threshold)
        return Part(
            readings=tuple(readings),
            reading=reading,
            question=question,
            ranked=ranked,
            found=retrieved.found if retrieved else None,
            importance=tuple(retrieved.found.importance.tolist()) if retrieved else (),
            measured=tuple(measured),
            probability=probability,
            subject=subject,
            foreign=foreign,
            missing=self._missing(question, retrieved),
            unknown=tuple(term.text for term in question.own_terms if not self._searcher.known(term)),
            quotes=(),
        )

    def _subject(self, reading: Reading, measured: Sequence[float]) -> float:
        """How likely the articles have the subject of a question that stands alone; one that leans takes over that of
        what came before."""
        known = self._weights.subject
        if known is None or reading.leans or not measured:
            return 1.0
        return known.share(features.ANSWERING, measured)

    def decided(self, part: Part, *, answered: bool | None = None) -> Part:
        """The part with its quotes, if it is probable enough that they answer (or as `answered` says)."""
        leans = part.reading.leans and not self._blind
        probability = self._belief.probability(part) if leans and part.ranked else part.probability
        if part.probability <= _NEVER:
            probability = part.probability
        if answered is None:
            least = self._belief.threshold if leans else self._least(part)
            answered = probability >= least
        with stage("answering"):
            quotes = tuple(compose(part.question, part.ranked)) if answered else ()
        return replace(part, probability=probability, quotes=quotes)

    def _least(self, part: Part) -> float:
        """The smallest probability to answer at, for a question that stands alone or a search without an encoder."""
        return self._weights.follow_up_threshold if part.reading.leans else self._weights.threshold

    def _missing(self, question: Question, retrieved: Retrieved | None) -> tuple[str, ...]:
        """What the visitor names that stands in no article, the rarest kind of evidence against answering."""
        if retrieved is None:
            return ()
        weighed = zip(question.query.terms, retrieved.found.importance.tolist(), strict=True)
        own = [(term, weight, self._searcher.known(term)) for term, weight in weighed if term.own]
        missing = [(term, weight) for term, weight, known in own if not known]
        rest = max((weight for _, weight, known in own if known), default=0.0)
        return named(question.text, [term for term, _ in missing], [weight for _, weight in missing], rest)

    def _reason(self, parts: Sequence[Part]) -> Reason | None:
        if any(part.quotes for part in parts):
            return None
        if not any(part.question.query.terms for part in parts):
            return "too_vague" if any(words(part.question.text) for part in parts) else "unreadable"
        if self._blind:  # without meaning another topic looks like any other question
            return "not_covered"
        best = max((part.ranked[0][0].evidence.dense for part in parts if part.ranked), default=0.0)
        return "off_topic" if best < _OFF_TOPIC else "not_covered"


def _alike(generation: Generation, new: str, places: Sequence[str]) -> Sequence[float]:
    """How alike texts are in meaning; nothing where there is no encoder to tell."""
    if generation.encoder.blind:
        return ()
    first, *others = generation.encoder.encode_tokens([new, *places])
    return [float(first.sentence @ other.sentence) for other in others]


def _elsewhere(ranked: Sequence[tuple[Hit, float]]) -> bool:
    near = [hit.evidence for hit, _ in ranked[:5]]
    return not any(max(e.dense, e.focus, e.expanded) >= _ELSEWHERE["dense"] for e in near) and not any(
        e.sentence >= _ELSEWHERE["sentence"] or e.late >= _ELSEWHERE["late"] for e in near
    )
