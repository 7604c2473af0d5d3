"""What a block is for, read from its words: a byline, promotion, furniture, or what the article says.

The patterns are about the habits of web pages in general. Precision comes first: a block that is taken for promotion is
hardly ever quoted, so words of urgency always make it body text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from corpus.article import Role
from corpus.outline import Part, Piece
from corpus.sentences import sentence_texts


def _any(*patterns: str) -> str:
    """One pattern that matches where any of these does."""
    return f"(?:{'|'.join(patterns)})"


_NAME = r"(?:(?:Dr|Prof|Mr|Mrs|Ms|Mx)\.? )?[A-Z][\w.'’-]+(?: (?:[A-Z][\w.'’-]*|de|van|von|der|la|bin|al)){0,4}"
_BY = r"(?:(?:written |words |text )?by|authors?:)"
_DID = r"(?:written|reviewed|checked|edited|authored|posted|fact-checked)"
_DATED = _any(
    r"(?:first )?(?:published|posted|updated)",
    r"date",
    r"last (?:reviewed|updated|modified|edited)",
    r"(?:next )?review (?:date|due)",
)
_BYLINE = re.compile(
    "^"
    + _any(
        rf"{_BY}\s+(?-i:{_NAME})(?:,.*| and (?-i:{_NAME}).*)?",
        rf"(?:(?:medically|clinically|fact|expert)[- ])?{_DID}(?: and \w+)? (?:by|on)\b.*",
        rf"{_DATED}\b\s*(?:on|:|–|-)?\s*.*\d{{4}}.*",
        r"\d+ min(?:ute)?s?(?: read| to read)",
    )
    + r"\W*$",
    re.IGNORECASE,
)
_OPEN_BYLINE = re.compile(r"\b(?:by|authors?):?$", re.IGNORECASE)
_AUTHOR = re.compile(rf"^{_BY}\s+((?-i:{_NAME}))", re.IGNORECASE)

_CONTENTS_WORDS = (
    r"table (?:of )?contents",
    r"contents",
    r"in this (?:article|guide)",
    r"on this page",
    r"jump to(?: section)?",
)
_CONTENTS = re.compile(f"^{_any(*_CONTENTS_WORDS)}[.:]?$", re.IGNORECASE)
_RELATED_WORDS = (
    r"(?:related|more|recent|popular) (?:articles?|posts?|reading|stories|topics|content)",
    r"you (?:may|might) also (?:like|be interested in).*",
    r"(?:leave a |no |\d+ )?(?:comments?|reply|replies)",
    r"share(?: this)?(?: (?:article|page|post|on|via)\b.*)?",
)
_FURNITURE = re.compile(
    "^"
    + _any(
        *_CONTENTS_WORDS,
        *_RELATED_WORDS,
        r"skip to (?:main )?content|read about|[\w ]{1,20} icon",
        r"tweet|pin it|print(?: this page)?|home|menu|search|back to top",
        r"advertisement|advertising|sponsored(?: content)?",
        r"(?:read (?:more|next|also)|see also)(?:[: ].*)?",
        r"(?:image|photo|picture|photograph|illustration)s?(?: (?:source|credit|by|via|courtesy)\b|:| ©).*",
        r"getty(?: images)?.*",
        r"(?:figure|fig\.) \d+[.:]?.{0,120}",
        r"(?:©|copyright\b|\(c\)).*|all rights reserved.*",
        r"(?:tags?|filed under|categor(?:y|ies)):.*",
        r"(?:previous|next)(?: (?:post|article|page))?",
        r"accept (?:all )?cookies.*|we use cookies.*|this (?:web)?site uses cookies.*",
    )
    + "[.:!]?$",
    re.IGNORECASE,
)
_BACK_MATTER = re.compile(
    "^"
    + _any(
        *_RELATED_WORDS,
        r"references?|bibliography|citations|sources|(?:article )?sources and references|further reading",
        r"more from\b.*",
    )
    + "[.:]?$",
    re.IGNORECASE,
)
_URGENT = re.compile(
    r"\b(?:999|911|111|112|000|988|116 ?123|emergenc\w*|ambulance|a&e|urgent\w*|immediate\w*|straight ?away|right away|"
    r"samaritans|lifeline|hospital|gp|doctor|suicid\w*|crisis)\b",
    re.IGNORECASE,
)
_WARES = _any(
    r"plans?|programmes?|programs?|courses?|e-?books?|guides?|videos?|articles?|posts?|blogs?|newsletters?|website",
    r"reviews?|apps?|shop|store|products?|range|services?|offers?",
    r"clinics?|practice|team|experts?|specialists?|physios?|physiotherapists?|podiatrists?|therapists?",
)
_OFFERS = _any(
    r"visit|see|check|try|look|read|download|get|join|browse|shop|use|using|contact|book|meet|choose",
    r"from|at|to|with|of|by|in",
)
_PROMOTION = re.compile(
    _any(
        r"^(?:book|schedule|request|reserve|arrange|claim) (?:your|an?|now|online)\b.*"
        r"\b(?:today|now|online|with us|here|below)\b",
        r"^(?:sign up|subscribe|join (?:us|our|now)|download (?:our|the|your)|buy|shop|order) (?:\w+ ){0,6}?"
        r"(?:now|today|here|newsletter|app|store|online|our)\b",
        r"\bwe(?: are|['’]re) (?:so )?(?:passionate|proud|dedicated|committed|on a mission|excited)\b",
        r"\bwe(?: are|['’]re) here to (?:help|support)\b",
        r"\b(?:contact|call|e-?mail|visit|message|follow|join|tell) us\b",
        r"\bget in touch(?: with us)?\b",
        r"\bclick (?:here|below|the link)\b",
        rf"(?:^|\b{_OFFERS} (?:[\w'’-]+ ){{0,2}}?)our (?:[\w'’-]+ ){{0,4}}?{_WARES}\b",
        r"\b(?:discount|promo) codes?\b|\b\d+ ?% off\b|\baffiliate\b|\bmoney[- ]back\b",
        r"\bfree (?:trial|delivery|shipping|consultation)\b",
    ),
    re.IGNORECASE,
)
_SUMMARY_HEADING = re.compile(
    "^"
    + _any(
        r"(?:(?:overall|quick|final|article|in) )?(?:summary|recap|brief|short|conclusions?|takeaways?)",
        r"(?:the )?(?:key|main) (?:takeaways?|points?|messages?)",
        r"(?:the )?bottom line|tl;?dr|final thoughts|to sum up|in a nutshell",
    )
    + "$",
    re.IGNORECASE,
)


def is_furniture(line: str) -> bool:
    """Whether a line is a part of the page and not of the article ("Table of contents", "Share this")."""
    return bool(_FURNITURE.match(line)) and not _URGENT.search(line)


def is_contents(line: str) -> bool:
    """Whether a line announces a table of contents."""
    return bool(_CONTENTS.match(line))


def is_back_matter(line: str) -> bool:
    """Whether a line is the heading of what stands behind an article: references, related articles, comments."""
    return bool(_BACK_MATTER.match(line))


def is_byline(line: str) -> bool:
    """Whether a line says who wrote or reviewed the article, or when."""
    return len(line.split()) <= 25 and bool(_BYLINE.match(line))


def is_open_byline(line: str) -> bool:
    """Whether a byline stops before the name, which then stands on the next line."""
    return is_byline(line) and bool(_OPEN_BYLINE.search(line))


def author(line: str) -> str | None:
    """The author whom a byline names."""
    match = _AUTHOR.match(line)
    return match[1] if match and is_byline(line) else None


def is_summary_heading(heading: str | None) -> bool:
    """Whether a heading announces a repetition ("Key points")."""
    return bool(heading and _SUMMARY_HEADING.match(heading.strip(" :.!")))


def is_promotion(text: str) -> bool:
    """Whether most of the sentences advertise something; never where a word of urgency stands."""
    if _URGENT.search(text):
        return False
    sentences = sentence_texts(text)
    return sum(bool(_PROMOTION.search(sentence)) for sentence in sentences) * 2 > len(sentences)


def with_roles(parts: Sequence[Part]) -> list[Part]:
    """The parts with the role of every piece; only pieces that a reader left as "body" are judged."""
    headings = {_key(part.heading) for part in parts if part.heading} - {""}
    return [_part(part, headings) for part in parts]


def _part(part: Part, headings: set[str]) -> Part:
    if (
        part.heading
        and _BACK_MATTER.match(part.heading)
        and not any(_URGENT.search(piece.text) for piece in part.pieces)
    ):
        return replace(part, pieces=tuple(replace(piece, role="furniture") for piece in part.pieces))
    pieces: list[Piece] = []
    contents = bool(part.heading and _CONTENTS.match(part.heading))
    for piece in part.pieces:
        role = _role(piece, headings, contents) if piece.role == "body" else piece.role
        contents = bool(_CONTENTS.match(piece.text)) or (contents and role == "furniture")
        if role == "body" and pieces and pieces[-1].role == "byline" and _OPEN_BYLINE.search(pieces[-1].text):
            role = "byline"
        pieces.append(replace(piece, role=role))
    return replace(part, pieces=tuple(pieces))


def _role(piece: Piece, headings: set[str], after_contents: bool) -> Role:
    if piece.kind == "list":
        known = sum(_key(line) in headings for line in piece.lines)
        listed = known * (2 if after_contents else 1) >= max(len(piece.lines), 1) and (after_contents or known >= 3)
        if listed:
            return "furniture"
        return "promotion" if all(map(is_promotion, piece.lines)) else "body"
    if piece.kind != "paragraph":
        return "body"
    if is_furniture(piece.text):
        return "furniture"
    if all(is_byline(line) for line in piece.lines) and not _URGENT.search(piece.text):
        return "byline"
    return "promotion" if is_promotion(piece.text) else "body"


def _key(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))
