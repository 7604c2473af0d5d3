"""Typed blocks: a Reply as pages and widget show it, and no decision about content.

    alert       a card of fixed words (escalation), with its actions
    heading     the words of a heading, where an answer quotes one
    paragraph   running text, in pieces, each with the number of its source or none
    list        items, each with the number of its source
    note        what to know of the reply: part of the search is out of order, or it judges nobody's own case
    read_as     the question that was searched, where a follow-up or a slip of spelling made it another
    notice      the designed state for "not covered", with the Reply's reason
    suggestions questions that the articles do answer

Everything that is shown comes from the Reply; the article is asked only for its structure (was this sentence a list
item?), its dates and a link. Text only: no HTML, no Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from typing import Literal
from urllib.parse import quote as percent_encode
from urllib.parse import urlencode

from bot.reply import Action, Citation, Escalation, Reason, Reply, Sentence, Tier
from corpus.article import Article, Metadata
from web.readas import read_as
from web.textfragment import text_directive

Find = Callable[[str], Article | None]
"""Gives an article by id, or None."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text and the number of the source it is quoted from; None for the bot's own words.

    `cite` says that the footnote mark stands behind it: it is the last before words from elsewhere.
    """

    text: str
    source: int | None
    cite: bool = False


@dataclass(frozen=True, slots=True)
class Alert:
    """An escalation card; `text` holds its paragraphs, one per line, and does not repeat the headline.

    Cards of one tier with the same `concepts` are about the same thing: a later one is a reminder of the first.
    """

    tier: Tier
    headline: str
    text: str
    actions: tuple[Action, ...]
    also: tuple[Tier, ...] = ()
    concepts: tuple[str, ...] = ()
    type: Literal["alert"] = "alert"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Sentences that belong together, in order."""

    pieces: tuple[Piece, ...]
    type: Literal["paragraph"] = "paragraph"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the article that the answer quotes."""

    pieces: tuple[Piece, ...]
    type: Literal["heading"] = "heading"


@dataclass(frozen=True, slots=True)
class ItemList:
    """List items, in order; the words that introduce them are the paragraph before."""

    items: tuple[Piece, ...]
    type: Literal["list"] = "list"


@dataclass(frozen=True, slots=True)
class ReadAs:
    """The question that was answered, where it is another than what the visitor wrote."""

    text: str
    type: Literal["read_as"] = "read_as"


@dataclass(frozen=True, slots=True)
class Notice:
    """Why there is no answer, in the bot's words."""

    text: str
    reason: Reason | None
    type: Literal["notice"] = "notice"


@dataclass(frozen=True, slots=True)
class Note:
    """The bot's words on what this reply is and is not, before everything but a red flag."""

    text: str
    type: Literal["note"] = "note"


@dataclass(frozen=True, slots=True)
class Suggestions:
    """Questions to offer as buttons."""

    questions: tuple[str, ...]
    type: Literal["suggestions"] = "suggestions"


Fate = Literal["same", "changed", "withdrawn"]
"""What became of a quoted passage: it stands as it was, the article reads otherwise there now, or it is gone."""

Block = Alert | Heading | Paragraph | ItemList | Note | ReadAs | Notice | Suggestions


@dataclass(frozen=True, slots=True)
class Source:
    """One footnote: `page` is the article here with the passage marked, `link` the passage on the original page.

    `href` is the better of the two: `link` where the original page belongs to the site, else `page`. `published` is
    given where no review is on record; `overdue` says that the next review was due before today. `fate` is what became
    of the passage since it was quoted; only a reply that is shown again can have another than `same`.
    """

    number: int
    article_id: str
    title: str
    section: str
    quote: str
    href: str
    page: str
    link: str | None
    reviewed: str | None
    published: str | None = None
    overdue: bool = False
    fate: Fate = "same"


@dataclass(frozen=True, slots=True)
class Presentation:
    """What is shown for one Reply: blocks in reading order, the card first where it must be, and the footnotes."""

    blocks: tuple[Block, ...]
    sources: tuple[Source, ...]


def present(reply: Reply, find: Find, site_url: str | None = None, asked: str = "") -> Presentation:
    """The blocks and sources of `reply` to the message `asked`; `find` must look into the generation that made it."""
    alert = _alerts(reply.escalation)
    note = (Note(reply.note),) if reply.note else ()
    if reply.kind == "escalation":
        return Presentation((*alert, *note), ())
    last = alert if reply.escalation is not None and reply.escalation.tier == "assessment" else ()
    first = () if last else alert
    questions = (Suggestions(reply.suggestions),) if reply.suggestions else ()
    understood = read_as(reply, asked)
    read = (ReadAs(understood),) if understood else ()
    blocks = (*first, *note, *read, *_body(reply, find), *last, *questions)
    return Presentation(blocks, tuple(_source(citation, find, site_url) for citation in reply.citations))


def _alerts(escalation: Escalation | None) -> tuple[Block, ...]:
    if escalation is None:
        return ()
    text = escalation.text.removeprefix(escalation.headline).strip()
    concepts = tuple(sorted({finding.concept for finding in escalation.findings}))
    headline, actions = escalation.headline, escalation.actions
    return (Alert(escalation.tier, headline, text, actions, escalation.also, concepts),)


def _body(reply: Reply, find: Find) -> tuple[Block, ...]:
    if reply.kind == "abstain":
        return (Notice(_own_words(reply), reply.reason),)
    if not reply.sentences:
        return tuple(_paragraphs(_own_words(reply)))
    return tuple(_answer(reply, find))


def _own_words(reply: Reply) -> str:
    """The text without the escalation's words, which have a card of their own."""
    text = reply.text
    if reply.escalation is not None:
        for part in (reply.escalation.headline, reply.escalation.text):
            text = text.replace(part, "")
    return text.strip()


def _paragraphs(text: str) -> list[Paragraph]:
    return [Paragraph((Piece(line.strip(), None),)) for line in text.split("\n") if line.strip()]


_MARK = re.compile(r"\[\d+\]")
_BULLET = re.compile(r"^[\s\-*•–]+|[\s\-*•–]+$")


_Words = Paragraph | Heading | ItemList


def _answer(reply: Reply, find: Find) -> list[_Words]:
    """Sentences as paragraphs and lists, with any words of the bot between them kept as paragraphs."""
    blocks: list[_Words] = []
    citations = {citation.number: citation for citation in reply.citations}
    text, at = _own_words(reply), 0
    previous: Sentence | None = None
    for sentence in reply.sentences:
        found = text.find(sentence.text, at)
        if found >= 0:
            between = _BULLET.sub("", _MARK.sub("", text[at:found])).strip()
            if any(letter.isalnum() for letter in between):
                blocks.extend(_paragraphs(between))
                previous = None
            at = found + len(sentence.text)
        together = previous is not None and previous.citation == sentence.citation
        _append(blocks, sentence, _place(sentence, citations.get(sentence.citation), find), together=together)
        previous = sentence
    rest = _BULLET.sub("", _MARK.sub("", text[at:])).strip()
    if any(letter.isalnum() for letter in rest):
        blocks.extend(_paragraphs(rest))
    return _cited(blocks)


def _cited(blocks: list[_Words]) -> list[_Words]:
    """The same blocks with one footnote mark behind each run of words from one source."""
    pieces = [piece for block in blocks for piece in _pieces(block)]
    ends = [
        piece.source is not None and (following is None or following.source != piece.source)
        for piece, following in zip_longest(pieces, pieces[1:])
    ]
    marks = iter(ends)
    cited: list[_Words] = []
    for block in blocks:
        marked = tuple(replace(piece, cite=next(marks)) for piece in _pieces(block))
        cited.append(ItemList(marked) if isinstance(block, ItemList) else replace(block, pieces=marked))
    return cited


def _pieces(block: _Words) -> tuple[Piece, ...]:
    return block.items if isinstance(block, ItemList) else block.pieces


Place = Literal["heading", "item", "prose"]


def _append(blocks: list[_Words], sentence: Sentence, place: Place, *, together: bool) -> None:
    piece = Piece(sentence.text, sentence.citation)
    last = blocks[-1] if blocks and together else None
    if place == "heading":
        blocks.append(Heading((piece,)))
    elif place == "item" and isinstance(last, ItemList):
        blocks[-1] = ItemList((*last.items, piece))
    elif place == "item":
        blocks.append(ItemList((piece,)))
    elif isinstance(last, Paragraph):
        blocks[-1] = Paragraph((*last.pieces, piece))
    else:
        blocks.append(Paragraph((piece,)))


def _place(sentence: Sentence, citation: Citation | None, find: Find) -> Place:
    """What the sentence is in its article: a heading, (part of) a list item or table row, or running text."""
    article = find(citation.article_id) if citation is not None else None
    if citation is None or article is None or article.version != citation.article_version:
        return "prose"
    start = article.text.find(sentence.text, citation.start, citation.end)
    for section in article.sections:
        if section.heading is not None and section.heading.start <= start < section.heading.end:
            return "heading"
        items = (item for block in section.blocks for item in block.items)
        if any(item.start <= start < item.end for item in items):
            return "item"
    return "prose"


def _source(citation: Citation, find: Find, site_url: str | None) -> Source:
    article = find(citation.article_id)
    same = article is not None and article.version == citation.article_version
    link = citation.url if citation.url is not None and is_web_link(citation.url) else None
    if link is not None and same and article is not None and "#" not in link:
        directive = text_directive(article.text, citation.start, citation.end)
        link = link if directive is None else f"{link}#:~:{directive}"
    page = passage_path(citation)
    dates = article.metadata if article is not None else Metadata()
    return Source(
        number=citation.number,
        article_id=citation.article_id,
        title=citation.title,
        section=citation.section,
        quote=citation.quote,
        href=link if link is not None and site_url is not None and link.startswith(site_url) else page,
        page=page,
        link=link,
        reviewed=dates.reviewed,
        published=dates.published if dates.reviewed is None else None,
        overdue=is_overdue(dates),
    )


def is_overdue(dates: Metadata, today: date | None = None) -> bool:
    """Whether an article's next review was due before today, by the date of this machine."""
    return dates.review_by is not None and dates.review_by < (today or date.today()).isoformat()


def passage_path(citation: Citation) -> str:
    """Where the service shows the article with this passage marked; needs no state on the server."""
    where = {
        "start": citation.start,
        "end": citation.end,
        "version": citation.article_version[:12],
        "section": citation.section,
    }
    return f"/articles/{percent_encode(citation.article_id, safe='')}?{urlencode(where)}#passage"


def is_web_link(link: str) -> bool:
    """Whether `link` is http(s), the only kind of link that an article may bring to a page."""
    return link.startswith(("https://", "http://"))
