"""The bot: a conversation in, one Reply out. Safety first, then understanding, retrieval and answering."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path

from bot.answering.model import Weights, shipped
from bot.answering.quote import NotVerbatim, cite, spoken
from bot.conversation import Conversation
from bot.heading import question
from bot.reply import Escalation, Reply
from bot.risk import risk_of
from bot.safety import Screen, Verdict, load, second_layer
from bot.stage import stage
from bot.texts import render
from bot.turn import Thinker, Turn
from bot.understanding.past import Past
from bot.understanding.question import open_reader
from bot.understanding.spelling import Lookups
from corpus.article import Article
from index.generation import Generation
from index.search import Searcher
from index.store import IndexFolder

_MOST_SUGGESTIONS = 3

_JUDGED = frozenset({"yes_no", "time"})
"""Kinds of question in which a clearance can be asked for."""

_MEMORY = 6
"""Visitor messages that a follow-up may lean on, the last one included; older ones are read by the safety screen alone.
The longest chain of follow-ups in the question sets is six turns. A question that is whole in itself ends the chain
sooner, so that a long conversation costs no more than a short one."""


@dataclass(frozen=True, slots=True)
class Site:
    """What the bot may say of the site: how to reach a person, and the region whose phone numbers apply by default."""

    contact: str = ""
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Thought:
    """A Reply with everything that led to it, for `footnote explain`."""

    reply: Reply
    verdict: Verdict
    turn: Turn | None


class Bot:
    """Answers conversations from one generation; immutable, shared between threads, one per generation."""

    def __init__(
        self,
        generation: Generation,
        screen: Screen,
        weights: Weights | None = None,
        site: Site | None = None,
    ) -> None:
        self.generation = generation
        self._site = site or Site()
        self._screen = screen
        searcher = Searcher(generation)
        wordless = generation.encoder.blind
        risk = None if wordless else risk_of(generation)
        subject = risk.subject if risk else 0.0
        self._thinker = Thinker(open_reader(generation), searcher, weights or shipped(wordless=wordless), subject)
        self._note = render("note", part="encoder") if wordless else None
        # Headings are few and asked for with every reply; reading one costs the screen what reading a message costs.
        self._offered = lru_cache(maxsize=8192)(partial(_offered, screen))

    @classmethod
    def open(cls, index_folder: Path, site: Site | None = None, *, wordless: bool = False) -> Bot:
        """The bot on the current generation of a folder; raises a FootnoteError that says what is wrong with it.

        `wordless` does without the encoder: answers are found by words alone, red flags by the rules alone, and every
        reply that rests on this carries a note that says so.
        """
        generation = IndexFolder(index_folder).current(wordless=wordless)
        return cls(generation, load(None if wordless else second_layer(generation)), site=site)

    @property
    def rules_alone(self) -> bool:
        """Whether red flags are found by the rules alone, without the second layer."""
        return self._screen.degraded

    def reply(self, conversation: Conversation) -> Reply:
        """The Reply to the last message of the conversation, which must be the visitor's."""
        return self.think(conversation).reply

    def think(self, conversation: Conversation) -> Thought:
        """As `reply`, with what each stage decided."""
        messages = conversation.visitor
        with stage("safety"):
            verdict = self._screen.check(messages, conversation.region or self._site.region)
        escalation = verdict.escalation
        # A screen that failed has seen nothing: its message stands alone, as it does for an emergency.
        if escalation and (verdict.failed or escalation.tier in ("emergency", "crisis")):
            return Thought(self._stamped(_escalation(escalation)), verdict, None)
        turn = self._turn(messages)
        reply = replace(self._reply(turn, verdict), escalation=escalation)
        reply = replace(reply, note=self._noted(reply, turn, verdict))
        return Thought(self._stamped(reply), verdict, turn)

    def _noted(self, reply: Reply, turn: Turn, verdict: Verdict) -> str | None:
        """What the visitor should know of how an answer or an abstention was made, and what an answer is not."""
        if reply.kind not in ("answer", "abstain"):
            return None
        judging = reply.kind == "answer" and _asks_for_judgement(turn, verdict)
        advice = render("note", part="advice") if judging else None
        open_questions = " or ".join(f"“{question.strip(' ?')}”" for question in turn.unanswered)
        unanswered = (
            render("note", part="unanswered", questions=open_questions)
            if open_questions and reply.kind == "answer"
            else None
        )
        return " ".join(note for note in (advice, unanswered, self._note) if note) or None

    def _turn(self, messages: Sequence[str]) -> Turn:
        past: tuple[Past, ...] = ()
        turn = Turn(messages[-1] if messages else "", reason="unreadable")
        lookups: Lookups = {}
        for message in messages[self._start(messages, lookups) :]:
            turn = self._thinker.turn(message, past, lookups)
            past = turn.past
        return turn

    def _start(self, messages: Sequence[str], lookups: Lookups) -> int:
        """Where to begin to read: at the last message that needs nothing before it, or as far back as memory goes."""
        start = max(0, len(messages) - 1)
        while start > 0 and len(messages) - start < _MEMORY and not self._thinker.complete(messages[start], lookups):
            start -= 1
        return start

    def _reply(self, turn: Turn, verdict: Verdict) -> Reply:
        if turn.smalltalk:
            return self._smalltalk(turn.smalltalk)
        if turn.choices and not verdict.refusal:
            return self._asking_back(turn)
        if verdict.refusal == "dose" or turn.reason is not None:
            return self._abstention(turn, verdict)
        return self._answer(turn, verdict)

    def _answer(self, turn: Turn, verdict: Verdict) -> Reply:
        articles = {quote.passage.article_id: self._article(quote.passage.article_id) for quote in turn.quotes}
        try:
            sentences, citations = cite(turn.quotes, {k: v for k, v in articles.items() if v})
        except NotVerbatim:
            return self._abstention(replace(turn, reason="not_covered"), verdict)
        return Reply(
            kind="answer",
            text=spoken(sentences),
            sentences=sentences,
            citations=citations,
            suggestions=self._suggestions(turn),
            understood_as=_understood(turn),
            confidence=_confidence(turn),
        )

    def _article(self, article_id: str) -> Article | None:
        return self.generation.articles.get(article_id)

    def _asking_back(self, turn: Turn) -> Reply:
        """The readings that are about equally likely, for the visitor to choose from."""
        text = render(
            "abstain",
            reason="too_vague",
            choices=turn.choices,
            refusal="",
            missing="",
            nearest="",
            topics="",
            contact="",
        )
        return Reply(
            kind="abstain", text=text, reason="too_vague", suggestions=turn.choices, confidence=_confidence(turn)
        )

    def _abstention(self, turn: Turn, verdict: Verdict) -> Reply:
        reason = turn.reason or "personal_advice"
        if verdict.refusal and reason in ("not_covered", "off_topic"):
            reason = "personal_advice"
        suggestions = () if reason in ("unreadable", "off_topic") else self._suggestions(turn)
        text = render(
            "abstain",
            reason=reason,
            refusal=verdict.refusal or "",
            choices=(),
            missing=" or ".join(f"“{word}”" for word in _missing(turn)),
            nearest="; ".join(f"“{suggestion}”" for suggestion in suggestions),
            topics=self._topics(),
            contact=self._site.contact,
        )
        return Reply(
            kind="abstain",
            text=text,
            reason=reason,
            suggestions=suggestions,
            understood_as=_understood(turn),
            confidence=_confidence(turn),
        )

    def _smalltalk(self, name: str) -> Reply:
        text = render(
            "smalltalk", name=name, contact=self._site.contact, topics=self._topics(), dates=", ".join(self._dates())
        )
        return Reply(kind="smalltalk", text=text)

    def _suggestions(self, turn: Turn) -> tuple[str, ...]:
        """Questions that sections near this one answer: their headings, without those that are cited already."""
        cited = {quote.passage.section for quote in turn.quotes}
        asked = {part.question.text.casefold() for part in turn.parts}
        sections = (
            hit.passage.section for part in turn.parts for hit, _ in part.ranked[:12] if hit.passage.role == "body"
        )
        found: dict[str, None] = {}
        for section in sections:
            if len(found) == _MOST_SUGGESTIONS:
                break
            suggested = self._offered(section[-1]) if section and section not in cited else None
            if suggested and suggested.casefold() not in asked:
                found.setdefault(suggested)
        return tuple(found)

    def _topics(self) -> str:
        articles = self.generation.articles
        return "; ".join(f"“{articles[key].title}”" for key in list(articles)[:4]) if len(articles) <= 4 else ""

    def _dates(self) -> list[str]:
        articles = self.generation.articles
        dates = {articles[key].metadata.reviewed or articles[key].metadata.published for key in list(articles)[:50]}
        return sorted(date for date in dates if date)

    def _stamped(self, reply: Reply) -> Reply:
        return replace(reply, generation=self.generation.name)


def _offered(screen: Screen, heading: str) -> str | None:
    """The heading as a question; None where there is none that makes sense, or where asking it would bring a refusal or
    an alarm instead of the section."""
    suggested = question(heading)
    if not suggested or screen.asked_for(suggested) == "dose" or screen.alarms(suggested):
        return None
    return suggested


def _escalation(escalation: Escalation) -> Reply:
    return Reply(kind="escalation", text=f"{escalation.headline} {escalation.text}".strip(), escalation=escalation)


def _asks_for_judgement(turn: Turn, verdict: Verdict) -> bool:
    """Whether the visitor wants to know what they have, or whether or when they may; "what can I do?" is neither."""
    if verdict.refusal != "clearance":
        return verdict.refusal is not None
    kinds = {kind for part in turn.parts for kind in part.question.kinds}
    return not kinds or not kinds.isdisjoint(_JUDGED)


def _understood(turn: Turn) -> str | None:
    return " / ".join(part.question.text for part in turn.parts) or None


def _confidence(turn: Turn) -> float | None:
    best = [part.probability for part in turn.parts if part.quotes] or [part.probability for part in turn.parts]
    return round(min(best), 4) if best else None


def _missing(turn: Turn) -> Mapping[str, None]:
    return dict.fromkeys(word for part in turn.parts for word in part.missing[:2])
