"""One example of every kind of reply, for the OpenAPI document; about opening hours, so nothing in it is advice."""

from __future__ import annotations

from typing import Any

import msgspec

from bot.reply import Action, Citation, Escalation, Finding, Reply, Sentence, Tier
from corpus.article import Article, Block, Metadata, Section, Span
from web.blocks import present
from web.service import Answered, as_json

_TEXT = "Opening hours\n\nThe desk is open from 8 to 18 on weekdays."
_QUOTE = "The desk is open from 8 to 18 on weekdays."
_START = _TEXT.index(_QUOTE)
_ARTICLE = Article(
    "visiting-us",
    "Visiting us",
    _TEXT,
    (Section(("Opening hours",), Span(0, 13), (Block("paragraph", Span(_START, len(_TEXT))),)),),
    Metadata(url="https://clinic.example/visiting-us", reviewed="2026-05-04"),
)
_CITATION = Citation(
    number=1,
    article_id=_ARTICLE.id,
    article_version=_ARTICLE.version,
    title=_ARTICLE.title,
    url=_ARTICLE.metadata.url,
    section="Opening hours",
    quote=_QUOTE,
    passage=_QUOTE,
    start=_START,
    end=len(_TEXT),
)
_CALL = Action("Call your local emergency number", "tel:112")
_FINDING = Finding("example", "the visitor's own words", 0)


def _escalation(tier: Tier, *also: Tier) -> Escalation:
    return Escalation(tier, "What to do now", "The fixed, reviewed words of this tier.", (_CALL,), (_FINDING,), also)


_ANSWER = Reply(
    "answer",
    f"{_QUOTE} [1]",
    sentences=(Sentence(_QUOTE, 1),),
    citations=(_CITATION,),
    suggestions=("Where can I park?",),
    understood_as="When is the desk open?",
    confidence=0.93,
    generation="000012-3f9c1a",
)


def _with(escalation: Escalation) -> Reply:
    return Reply(
        "answer", _ANSWER.text, sentences=_ANSWER.sentences, citations=_ANSWER.citations, escalation=escalation
    )


_REPLIES = {
    "answer": _ANSWER,
    "abstain": Reply("abstain", "The articles do not say.", reason="not_covered", suggestions=("When are you open?",)),
    "emergency": Reply("escalation", "What to do now", escalation=_escalation("emergency")),
    "emergency_and_crisis": Reply("escalation", "What to do now", escalation=_escalation("emergency", "crisis")),
    "crisis": Reply("escalation", "What to do now", escalation=_escalation("crisis")),
    "urgent": _with(_escalation("urgent")),
    "assessment": _with(_escalation("assessment")),
    "smalltalk": Reply("smalltalk", "Hello. Ask me about the articles on this site."),
}

REQUEST_EXAMPLE: dict[str, Any] = {"messages": [{"role": "visitor", "text": "When are you open?"}], "region": "uk"}


def _example(reply: Reply) -> dict[str, Any]:
    example: dict[str, Any] = msgspec.to_builtins(as_json(Answered(reply, present(reply, {_ARTICLE.id: _ARTICLE}.get))))
    return example


EXAMPLES: dict[str, Any] = {name: _example(reply) for name, reply in _REPLIES.items()}
