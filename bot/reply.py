"""The Reply: what every channel returns for one visitor message (docs/reference, "Reply").

Plain frozen dataclasses, because a question must not pay for a validation library; `as_dict` gives the JSON shape.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

Kind = Literal["answer", "abstain", "escalation", "smalltalk"]
Reason = Literal["not_covered", "off_topic", "too_vague", "personal_advice", "unreadable"]
Tier = Literal["emergency", "crisis", "urgent", "assessment"]


Part = Literal["text", "heading", "lead_in", "item"]
"""What a sentence is in its article: prose, a heading, the words that introduce a list, or an item of it."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """A verbatim piece of an article and the number of the citation that it stands in; `part` says how to set it."""

    text: str
    citation: int
    part: Part = "text"


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a quote stands: `article_text[start:end] == quote` in the canonical text of `article_version`."""

    number: int
    article_id: str
    article_version: str
    title: str
    url: str | None
    section: str
    quote: str
    passage: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Action:
    """A button of an escalation: `href` is a `tel:`, `sms:` or https link, or None where no number is known."""

    label: str
    href: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """A red flag, with the visitor's own words for it and the number of the visitor message they stand in (from 0)."""

    concept: str
    evidence: str
    turn: int


@dataclass(frozen=True, slots=True)
class Escalation:
    """The fixed message of one tier; `also` names further tiers that apply at the same time."""

    tier: Tier
    headline: str
    text: str
    actions: tuple[Action, ...] = ()
    findings: tuple[Finding, ...] = ()
    also: tuple[Tier, ...] = ()


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer, abstention, escalation or bit of small talk; see the contract for what each field guarantees.

    `note` says what the visitor should know of this reply: that part of the search is out of order, that one of several
    questions is not covered, or that an answer to a request for a diagnosis or a clearance is what the articles say in
    general.
    """

    kind: Kind
    text: str
    sentences: tuple[Sentence, ...] = ()
    citations: tuple[Citation, ...] = ()
    escalation: Escalation | None = None
    reason: Reason | None = None
    suggestions: tuple[str, ...] = ()
    understood_as: str | None = None
    confidence: float | None = None
    generation: str | None = None
    note: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """The Reply as JSON types, keys in the order of the contract."""
        return asdict(self)
