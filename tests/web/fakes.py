"""An answerer without index and encoder: real articles of three paragraphs, one word of the question per reply kind."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from bot.conversation import Conversation
from bot.reply import Action, Citation, Escalation, Finding, Reason, Reply, Sentence
from corpus.article import Article, Block, Metadata, Section, Span
from web.answerer import Answerer, Familiarity, Status
from web.screened import NothingToSearch

SHOES = "Choose shoes that fit well."
LEAD = "Before a walk, check these:"
ITEMS = ("Laces are tied.", "Soles are not worn.", "Socks are dry.")
REST = "Sit down when you are tired. Walk on when you feel ready."
AGAIN = "Choose shoes that fit well, and wear them in."
HOSTILE = "<script>window.hacked=1</script><img src=x onerror=window.hacked=1> & [1] **bold** javascript:alert(1)"


COMMON = {
    "a",
    "about",
    "am",
    "are",
    "for",
    "how",
    "i",
    "is",
    "long",
    "mark",
    "my",
    "of",
    "price",
    "rose",
    "the",
    "what",
}

Blocks = Sequence[str | tuple[str, ...]]


def make_article(
    article_id: str,
    title: str,
    sections: Sequence[tuple[str, Blocks]],
    metadata: Metadata | None = None,
) -> Article:
    """An Article from headings and blocks; a block is a paragraph or a tuple of list items."""
    text, made = "", []

    def add(words: str, gap: str) -> Span:
        nonlocal text
        text += (gap if text else "") + words
        return Span(len(text) - len(words), len(text))

    for heading, blocks in sections:
        heading_span = add(heading, "\n\n") if heading else None
        parts = []
        for block in blocks:
            if isinstance(block, tuple):
                items = tuple(add(item, "\n\n" if not number else "\n") for number, item in enumerate(block))
                parts.append(Block("list", Span(items[0].start, items[-1].end), items=items))
            else:
                parts.append(Block("paragraph", add(block, "\n\n")))
        made.append(Section((heading,) if heading else (), heading_span, tuple(parts)))
    return Article(article_id, title, text, tuple(made), metadata or Metadata())


_SECTIONS: list[tuple[str, Blocks]] = [
    ("", [SHOES]),
    ("Before you go", [LEAD, ITEMS]),
    ("On the way", [REST, AGAIN]),
    *((f"Chapter {number}", [f"Filler paragraph number {number}. " * 12]) for number in range(6)),
    ("The end", ["The last passage stands far down the page."]),
]
WALKING = make_article(
    "walking-shoes",
    "Shoes for walking",
    _SECTIONS,
    Metadata(
        url="https://clinic.example/walking-shoes",
        author="A. Writer",
        reviewed="2026-05-04",
        sources=("https://example.org/a-book", "javascript:alert(1)"),
    ),
)
NASTY = make_article("nasty", HOSTILE, [(HOSTILE, [HOSTILE])], Metadata(url="javascript:alert(1)", sources=(HOSTILE,)))
SECOND = make_article("second", "Another article", [("", ["Something else is written here."])])

CALL = Action("Call 999", "tel:999")
LINE = Action("Call 116 123", "tel:116123")
FINDING = Finding("example", "the visitor's words", 0)


def cite(article: Article, quote: str, number: int, section: str = "") -> Citation:
    """A true citation of `quote` in `article`."""
    start = article.text.index(quote)
    url, end = article.metadata.url, start + len(quote)
    return Citation(number, article.id, article.version, article.title, url, section, quote, quote, start, end)


_WAIT = "Do not wait for this page.\nSay what happened and where you are."
_ALONE = "You do not have to be alone with this."
_ADVICE = Action("Call 111", "tel:111")

ESCALATIONS = {
    "emergency": Escalation("emergency", "Call 999 now", _WAIT, (CALL,), (FINDING,)),
    "crisis": Escalation("crisis", "Talk to someone now", _ALONE, (LINE,), (FINDING,)),
    "urgent": Escalation("urgent", "See a doctor today", "Ask for an appointment today.", (_ADVICE,)),
    "assessment": Escalation("assessment", "Have this looked at", "Book an appointment this week."),
}


def answer(quote: str | None = None, article: Article = WALKING, section: str = "") -> Reply:
    """An answer of two paragraphs and a list, with two footnotes; or of one quote."""
    if quote is not None:
        citation = cite(article, quote, 1, section)
        return Reply("answer", f"{quote} [1]", sentences=(Sentence(quote, 1),), citations=(citation,))
    return _long_answer()


def _long_answer() -> Reply:
    section = LEAD + "\n\n" + "\n".join(ITEMS)
    return Reply(
        "answer",
        f"{SHOES} [1]\n{LEAD} [2]\n" + "\n".join(f"- {item} [2]" for item in ITEMS),
        sentences=(Sentence(SHOES, 1), Sentence(LEAD, 2), *(Sentence(item, 2) for item in ITEMS)),
        citations=(cite(WALKING, SHOES, 1), cite(WALKING, section, 2, "Before you go")),
        suggestions=("What about socks?", "How far should I walk?"),
        understood_as="Which shoes?",
        confidence=0.9,
        generation="000001-fake",
    )


REASONS: dict[str, tuple[Reason, str]] = {
    "price": ("not_covered", "The articles do not say."),
    "weather": ("off_topic", "This site is about walking."),
    "it": ("too_vague", "Say a little more about what you want to know."),
    "dose": ("personal_advice", "Ask a pharmacist or a doctor about this."),
    "zzz": ("unreadable", "I could not read this."),
}


_QUOTE_AT_THE_END = "The last passage stands far down the page."
_BOTH = replace(ESCALATIONS["emergency"], also=("crisis",))

_REPLIES = {
    "both": Reply("escalation", _BOTH.headline, escalation=_BOTH),
    "emergency": Reply("escalation", ESCALATIONS["emergency"].headline, escalation=ESCALATIONS["emergency"]),
    "crisis": Reply("escalation", ESCALATIONS["crisis"].headline, escalation=ESCALATIONS["crisis"]),
    "urgent": replace(_long_answer(), escalation=ESCALATIONS["urgent"]),
    "assessment": replace(_long_answer(), escalation=ESCALATIONS["assessment"]),
    **{
        word: Reply("abstain", text, reason=reason, suggestions=("Which shoes?",))
        for word, (reason, text) in REASONS.items()
    },
    "hello": Reply("smalltalk", "Hello. Ask me about walking."),
    "nasty": answer(HOSTILE, NASTY, HOSTILE),
    "end": answer(_QUOTE_AT_THE_END, WALKING, "The end"),
}


def reply_to(text: str) -> Reply:
    """The Reply that the words in `text` call for; the long answer by default."""
    words = set(text.lower().replace("?", "").split())
    return next((reply for word, reply in _REPLIES.items() if word in words), _long_answer())


@dataclass
class FakeAnswerer:
    """Implements web.answerer.Answerer; `fault` is raised, `delay` is slept, before each reply."""

    articles: dict[str, Article] = field(default_factory=lambda: {a.id: a for a in (WALKING, SECOND, NASTY)})
    generation: str | None = "000001-fake"
    fault: Exception | None = None
    delay: float = 0
    heard: list[Conversation] = field(default_factory=list)

    def hold(self) -> Answerer:
        return replace(self, articles=dict(self.articles))

    def reply(self, conversation: Conversation) -> Reply:
        self.heard.append(conversation)
        if self.generation is None and reply_to(conversation.messages[-1].text).kind != "escalation":
            raise NothingToSearch("there is no index")
        if self.delay:
            time.sleep(self.delay)
        if self.fault is not None:
            raise self.fault
        return reply_to(conversation.messages[-1].text)

    def article(self, article_id: str) -> Article | None:
        return self.articles.get(article_id)

    def article_ids(self) -> Sequence[str]:
        return tuple(self.articles)

    @property
    def generation_name(self) -> str | None:
        return self.generation

    def familiar(self, word: str) -> Familiarity:
        if word in {word.strip(".,").lower() for article in self.articles.values() for word in article.text.split()}:
            return "article"
        return "common" if word in COMMON else "unknown"

    def emergency(self, region: str | None) -> tuple[Action, ...]:
        return (CALL,)

    def status(self) -> Status:
        ready = self.generation is not None
        return Status(ready, self.generation, len(self.articles), () if ready else ("no_index",))
